"""Exchanges as captures hold them, and arbitrary ones."""

import msgspec
from hypothesis import strategies as st

from stillwatch.exchange import (
    Message,
    Opaque,
    Reasoning,
    Request,
    Response,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from stillwatch.wire import WireMemory, decode
from stillwatch.wire.envelope import Envelope, EnvelopeRequest

PATHS = {
    "anthropic": "/v1/messages",
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
}
WIRES = tuple(PATHS)

_LINES = msgspec.json.Decoder(Envelope)


def line(path, body, /, **response):
    """A capture line; `response` are the fields of its response, if it has one."""
    value = {
        "time": "2026-07-01T12:00:00Z",
        "account": "acct",
        "request": {"path": path, "body": body},
    }
    return msgspec.json.encode({**value, "response": response} if response else value)


def read(raw, memory=None):
    """Decode a capture line."""
    return decode(_LINES.decode(raw), memory or WireMemory(), default_id="made-up")


def request(wire, body, memory=None):
    """The request that a body decodes to."""
    return read(line(PATHS[wire], body), memory).request


def response(wire, **fields):
    """The response that a body or events decode to."""
    return read(line(PATHS[wire], empty(wire), **fields)).response


def read_raw(wire, body, memory=None):
    """Decode an exchange whose body was never checked."""
    envelope = Envelope(0, "acct", EnvelopeRequest(body=body, path=PATHS[wire]))
    return decode(envelope, memory or WireMemory(), default_id="made-up")


def empty(wire):
    """A body that says nothing."""
    return {"input" if wire == "responses" else "messages": []}


def parts(messages):
    """Roles and parts alone."""
    return [(message.role, message.parts) for message in messages]


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
ids = st.from_regex(r"[a-z]{1,4}_[0-9a-z]{1,6}", fullmatch=True)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
_free_text = texts.filter(lambda text: not text.lstrip().startswith(("{", "[")))
arguments = _free_text | st.dictionaries(texts, _json, max_size=3).map(
    lambda value: msgspec.json.encode(value).decode()
)
calls = st.builds(ToolCall, ids, ids, arguments)
results = st.builds(ToolResult, ids, texts)
thoughts = st.builds(Reasoning, texts, st.none() | ids) | st.builds(Reasoning, st.just(""), ids)
pictures = st.sampled_from([Opaque("image"), Opaque("file"), Opaque("audio")])
words = st.builds(Text, texts)


def _message(role, parts, name=None):
    return Message(role, tuple(parts), name)


# In the order that every format keeps: reasoning, words, calls.
turn_parts = st.tuples(
    st.lists(thoughts, max_size=2),
    st.lists(words | pictures, max_size=2),
    st.lists(calls, max_size=2),
).map(lambda lists: [part for some in lists for part in some])
_asked = st.lists(words | pictures, min_size=1, max_size=3) | st.lists(
    results, min_size=1, max_size=3
)


@st.composite
def conversations(draw):
    """Alternating turns, so that no format can put two of them together."""
    said = draw(st.lists(st.tuples(_asked, turn_parts), max_size=3))
    messages = []
    if draw(st.booleans()):
        messages.append(_message("system", draw(st.lists(words, min_size=1, max_size=2))))
    for asked, answered in said:
        messages += [_message("user", asked), _message("assistant", answered)]
    return tuple(messages)


_params = st.dictionaries(
    st.sampled_from(["temperature", "top_p", "max_tokens", "thinking.type", "reasoning.effort"]),
    texts | st.sampled_from(["0.7", "1", "true", "1e400", "null"]),
).map(lambda params: tuple(sorted(params.items())))


@st.composite
def requests(draw, wire):
    """Requests that a wire can carry."""
    systems = {"anthropic": 3, "responses": 1, "chat": 0}
    return Request(
        method="POST",
        path=PATHS[wire],
        headers=(),
        headers_ordered=False,
        model=draw(st.none() | ids),
        system=tuple(draw(st.lists(texts, max_size=systems[wire]))),
        system_key=0,
        tools=tuple(draw(st.lists(st.builds(Tool, ids), max_size=3))),
        tools_key=0,
        messages=draw(conversations()),
        params=draw(_params),
        user=draw(st.none() | texts),
        stream=draw(st.booleans()),
        previous_response=draw(st.none() | ids) if wire == "responses" else None,
    )


_counts = st.none() | st.integers(0, 10**6)
_usages = st.builds(Usage, _counts, _counts, _counts, _counts)


@st.composite
def responses(draw, wire):
    """Answers that a wire can carry."""
    name = draw(ids)
    message_id = {"anthropic": name, "chat": None, "responses": draw(ids)}[wire]
    broke = draw(st.booleans())
    return Response(
        status=200,
        id=name,
        model=draw(ids),
        message=_message("assistant", draw(turn_parts), message_id),
        stop_reason=draw(st.sampled_from(["completed", "max_tokens", "length"])),
        usage=draw(_usages),
        error_type=draw(ids) if broke else None,
        error_message=draw(texts) if broke else None,
    )
