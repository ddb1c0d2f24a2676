"""Calls that a client makes beside the work: warm-up and titles. Some relays answer them alone."""

from stillwatch_range.model import SECOND_US, Ask, Reply, Said
from stillwatch_range.seeds import seed_for

WARM = (b'"Warmup"', b'"quota"')
TOOK_US = SECOND_US // 20
TITLE = "New conversation"


def is_companion(ask: Ask) -> bool:
    """Whether a request looks like a warm-up or a title call, by what a relay reads of it."""
    items = ask.items
    if ask.tools is not None or not items or len(items) > 2:
        return False
    if ask.body.get("max_tokens") == 1 or any(word in bytes(items[0]) for word in WARM):
        return True
    return "title" in _system(ask).lower()


def answer(ask: Ask, seed: int, session: str) -> Reply:
    """The relay's own answer to it.

    Args:
        ask: the request.
        seed: the relay's seed.
        session: what tells the conversation.
    """
    name = f"msg_{seed_for(seed, 'companion', session, ask.at_us):016x}"
    return Reply(200, ask.at_us + TOOK_US, name, (Said(TITLE),))


def _system(ask: Ask) -> str:
    system = ask.body.get("system")
    if isinstance(system, list):
        return " ".join(block.get("text", "")[:400] for block in system)
    return system[:400] if isinstance(system, str) else ""
