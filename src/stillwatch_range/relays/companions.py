"""Calls that a client makes beside the work: warm-up and titles. Some relays answer them alone."""

from stillwatch_range.model import SECOND_US, Ask, Reply, Said
from stillwatch_range.seeds import seed_for

WARM = (b'"Warmup"', b'"quota"')
TOOK_US = SECOND_US // 20
SMALL = "haiku"
TITLE = "New conversation"


def is_companion(ask: Ask, given: str) -> bool:
    """Whether a request looks like a warm-up or a title call.

    Real relays know the vendors' wording, which the range does not carry. So a title call is told
    by what it is: a coding client asks a small model, in one turn and without its tools.

    Args:
        ask: the request.
        given: session id that the caller gives; programs give none.
    """
    if ask.tools is not None or len(ask.items) != 1 or not given:
        return False
    if ask.body.get("max_tokens") == 1 or any(word in bytes(ask.items[0]) for word in WARM):
        return True
    return SMALL in str(ask.body.get("model", ""))


def answer(ask: Ask, seed: int, session: str) -> Reply:
    """The relay's own answer to it.

    Args:
        ask: the request.
        seed: the relay's seed.
        session: what tells the conversation.
    """
    name = f"msg_{seed_for(seed, 'companion', session, ask.at_us):016x}"
    return Reply(200, ask.at_us + TOOK_US, name, (Said(TITLE),))
