"""What is done to a request on its way: normal forms, rewriting, and the emulated relays."""

import json
import random
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec

from stillwatch_range import accounts, relays
from stillwatch_range.model import Account, Ask, Label, Plan, Reply, Toolset, Truth, World
from stillwatch_range.relays import KINDS, RelaySpec

Body = dict[str, Any]
Change = Callable[[Body], Body]

START_US = 1_790_000_000_000_000
WORLD = World(7, START_US, START_US + 86_400_000_000, ("coding",))
OK = 200
AGENTS = {
    "a coding client": "claude-cli/2.1.330 (external, cli)",
    "another client": "python-httpx/0.28.1",
}
MIDDLE = 6
"""Words that a line needs to count as one that can be rewritten."""


def texts_changed(value: Any, change: Callable[[str], str]) -> Any:
    """A body with every text changed, but not its keys."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [texts_changed(item, change) for item in value]
    if isinstance(value, dict):
        return {name: texts_changed(item, change) for name, item in value.items()}
    return value


def rewritten(share: float, seed: int = 1) -> Change:
    """Rewrite a share of all longer lines: a fifth of the words goes, an eighth is replaced."""

    def change(body: Body) -> Body:
        draw = random.Random(seed)
        out: Body = texts_changed(body, lambda text: _rewritten_lines(text, share, draw))
        return out

    return change


def _rewritten_lines(text: str, share: float, draw: random.Random) -> str:
    out = text.split("\n")
    for at, line in enumerate(out):
        words = line.split(" ")
        if len(words) >= MIDDLE and draw.random() < share:
            kept = [
                "thing" if draw.random() < 1 / 8 else word for word in words if draw.random() > 0.2
            ]
            half = len(kept) // 2
            out[at] = " ".join([*kept[half:], *kept[:half]] if draw.random() < 0.5 else kept)
    return "\n".join(out)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _renamed(body: Body) -> Body:
    tools = [{**tool, "name": f"mcp__x__{tool['name'].lower()}"} for tool in body["tools"]]
    return {**body, "tools": tools}


def _without_system(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "system"}


CHANGES: dict[str, Change] = {
    "nothing": lambda body: body,
    "JSON encoded again, all escapes": lambda body: json.loads(json.dumps(body)),
    "keys sorted": lambda body: json.loads(json.dumps(body, sort_keys=True)),
    "NFC": lambda body: texts_changed(body, lambda t: unicodedata.normalize("NFC", t)),
    "NFKC": lambda body: texts_changed(body, lambda t: unicodedata.normalize("NFKC", t)),
    "folded to ASCII": lambda body: texts_changed(body, _ascii),
    "white space collapsed": lambda body: texts_changed(body, lambda t: " ".join(t.split())),
    "tools renamed": _renamed,
    "system prompt dropped": _without_system,
    "system and tools dropped": lambda body: {"messages": body["messages"]},
    **{f"{share:.0%} of lines rewritten": rewritten(share) for share in (0.1, 0.2, 0.3, 0.4, 0.5)},
}


class _Last:
    """A provider that keeps the last request."""

    def __init__(self) -> None:
        self.ask: Ask | None = None

    def serve(self, ask: Ask, account: Account) -> Reply:
        """Answer with nothing."""
        del account
        self.ask = ask
        return Reply(OK, ask.at_us + 1_000_000, "msg_1")


def through(kind: str, level: str, agent: str) -> Change:
    """What the provider gets of a request that went through an emulated relay of the range."""

    def change(body: Body) -> Body:
        label = Label("relay", "bench", "bench")
        pool = [accounts.account(WORLD, label, "bench", 0)]
        last = _Last()
        spec = RelaySpec(kind=kind, level=level)  # type: ignore[arg-type]
        door = relays.open_relay(spec, pool, last, WORLD, 5).door("c1", "Europe/Oslo", "en")
        door.send(_ask(body, AGENTS[agent]))
        assert last.ask is not None, "the relay sent nothing"
        return _body(last.ask)

    return change


def _ask(body: Body, agent: str) -> Ask:
    raw = msgspec.json.encode
    held = dict(body)
    held["messages"] = [msgspec.Raw(raw(message)) for message in body["messages"]]
    names = tuple(tool["name"] for tool in body["tools"])
    held["tools"] = Toolset(names, msgspec.Raw(raw(body["tools"])))
    headers = [
        ("user-agent", agent),
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
        ("x-api-key", "k"),
    ]
    truth = Truth("p1", 1)
    path = "/v1/messages"
    return Ask(
        START_US + 1_000_000, "messages", path, headers, held, Plan("Done."), "192.0.2.1", 64512, truth
    )  # fmt: skip


def _body(ask: Ask) -> Body:
    plain = {
        name: value.raw if isinstance(value, Toolset) else value for name, value in ask.body.items()
    }
    made: Body = msgspec.json.decode(msgspec.json.encode(plain))
    return made


RELAYS: dict[str, Change] = {
    f"{kind} ({level}), {agent}": through(kind, level, agent)
    for kind in sorted(KINDS)
    for level in ("E1", "E5")
    for agent in AGENTS
}
