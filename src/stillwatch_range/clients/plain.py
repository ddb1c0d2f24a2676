"""Services without an SDK: `requests` in Python and net/http in Go, each with its JSON style.

`requests` as recorded from 2.34.2 in November 2026. Go's shape follows net/http and
encoding/json as documented for Go 1.24: Host, User-Agent and Content-Length stand first, other
headers in the order of the alphabet, Accept-Encoding last; `<`, `>` and `&` are escaped.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from stillwatch_range.clients import encode
from stillwatch_range.clients.facts import HOST, REDACTED
from stillwatch_range.clients.plain_tools import planned, tools_for
from stillwatch_range.clients.shapes import Shape, shape
from stillwatch_range.clients.talk import Base, Form
from stillwatch_range.model import Ask, Call, Called, Plan, Reply, Said, Step, Thought, Wire

MAX_TOKENS = 1024
PATHS: dict[Wire, str] = {"messages": "/v1/messages", "chat": "/v1/chat/completions"}
GO_HEADERS: dict[Wire, tuple[tuple[str, str], ...]] = {
    "messages": (
        ("Anthropic-Version", "2023-06-01"),
        ("Content-Type", "application/json"),
        ("X-Api-Key", REDACTED),
    ),
    "chat": (("Authorization", f"{REDACTED}"), ("Content-Type", "application/json")),
}


class Plain:
    """A service of its own making, in Python or Go, in one conversation."""

    def __init__(self, base: Base) -> None:
        session = base.session
        self._base = base
        self.wire: Wire = "messages" if session.model.startswith("claude") else "chat"
        found = _go(self.wire) if session.client == "go" else _recorded(base, self.wire)
        self._style: encode.Style = "go" if session.client == "go" else "python"
        facts = {
            "version": session.version,
            "host": HOST,
            "model": session.model or found.model,
        }
        self._form = Form(base, self.wire, found, facts, self._fields())
        if self.wire == "chat" and "max_tokens" not in session.params:
            del self._form.body["max_tokens"]
        self._items: list[msgspec.Raw] = []
        self._styled: list[bytes] = []
        if session.system and self.wire == "chat":
            self._add("system", [Said(session.system)])

    def says(self, prompt: str) -> None:
        """The prompt joins."""
        self._add("user", [Said(prompt)])

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """None: a service sends what it is told to."""
        del at_us, prompt
        return iter(())

    def ask(self, at_us: int, step: Step) -> Ask:
        """The next request, with its text in the style of the language's library."""
        plan = Plan(step.say, step.thinking, tuple(planned(call) for call in step.calls))
        ask = self._form.ask(at_us, self._items[:], plan)
        fields = (
            (name, self._styled if name == "messages" else self._value(value))
            for name, value in ask.body.items()
        )
        text = encode.joined(fields, self._style)
        ask.raw = text.decode()
        encode.set_length(ask, text)
        return ask

    def hears(self, reply: Reply) -> None:
        """The answer joins; reasoning is kept where the wire wants it back."""
        kept = [b for b in reply.content if self.wire == "messages" or not isinstance(b, Thought)]
        self._add("assistant", kept)

    def runs(self, step: Step, reply: Reply) -> None:
        """Results join under the ids of the calls."""
        called = [block for block in reply.content if isinstance(block, Called)]
        results = [
            encode.Result(block.id, call.result, call.failed)
            for call, block in zip(step.calls, called, strict=False)
        ]
        if results:
            self._add("user", results)

    def agent(self, call: Call) -> "Plain":
        """A conversation of its own."""
        del call
        return Plain(self._base)

    def _fields(self) -> dict[str, Any]:
        session = self._base.session
        fields = dict(session.params)
        if self.wire == "messages" and "max_completion_tokens" in fields:
            fields["max_tokens"] = fields.pop("max_completion_tokens")
        if session.system and self.wire == "messages":
            fields["system"] = session.system
        if session.stream:
            fields["stream"] = True
        if session.repository is not None:
            fields["tools"] = tools_for(self.wire)
        return fields

    def _add(self, role: str, parts: list[Any]) -> None:
        for item in encode.plain_items(self.wire, role, parts):
            self._items.append(encode.raw(item))
            self._styled.append(encode.styled(item, self._style))

    def _value(self, value: Any) -> bytes:
        if hasattr(value, "names"):
            value = msgspec.json.decode(value.raw)
        return encode.styled(value, self._style)


def _recorded(base: Base, wire: Wire) -> Shape:
    found = shape("requests", base.session.version, wire, base.world.detail)
    assert found is not None
    return found


def _go(wire: Wire) -> Shape:
    first = (
        ("Host", "«host»"),
        ("User-Agent", "Go-http-client/1.1"),
        ("Content-Length", "«length»"),
    )
    model = "claude-opus-5-5" if wire == "messages" else "gpt-5"
    body = {"model": "«model»", "max_tokens": MAX_TOKENS, "messages": "«items»"}
    headers = (*first, *GO_HEADERS[wire], ("Accept-Encoding", "gzip"))
    return Shape(PATHS[wire], model, headers, body, (), None)
