"""Streams of Chat Completions: to the body of a response, and from it."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.wire.values import as_items, text_or_empty


class _Function(Struct):
    name: str | None = None
    arguments: str | None = None
    input: str | None = None


class _Call(Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None
    custom: _Function | None = None


class _Delta(Struct):
    id: str | None = None
    content: Any = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: Any = None
    thinking_blocks: Any = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None


class _Choice(Struct):
    index: int | None = None
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(Struct):
    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: dict[str, Any] | None = None
    error: Any = None


EVENTS = msgspec.json.Decoder(list[_Chunk])

# The fields of a delta that hold a piece of text, and those that hold pieces of blocks.
_TEXTS = ("refusal", "reasoning_content", "reasoning")
_BLOCKS = ("reasoning_details", "thinking_blocks")
# Fields of a block that come in pieces.
_BLOCK_TEXTS = ("text", "summary", "thinking", "signature")


class _Calling:
    """A call that is being put together."""

    def __init__(self) -> None:
        self._id: str | None = None
        self._kind = "function"
        self._name: str | None = None
        self._texts: list[str] = []

    def add(self, call: _Call) -> None:
        """Take in a piece."""
        self._id = self._id or call.id
        if call.custom is not None:
            self._kind = "custom"
        for piece in (call.function, call.custom):
            if piece is not None:
                self._name = self._name or piece.name
                self._texts += filter(None, (piece.arguments, piece.input))

    def value(self) -> dict[str, Any]:
        """The call as a response that is not streamed holds it."""
        field = "arguments" if self._kind == "function" else "input"
        inner = {"name": self._name, field: "".join(self._texts)}
        return {"id": self._id, "type": self._kind, self._kind: inner}


class _Turn:
    """A message that is being put together."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {"content": []}
        self._content_blocks: list[Any] = []
        self._blocks: dict[str, list[dict[str, Any]]] = {}
        self._calls: dict[int | str, _Calling] = {}

    def add(self, delta: _Delta) -> None:
        """Take in a delta."""
        if isinstance(delta.content, str):
            self._texts["content"].append(delta.content)
        elif delta.content:
            self._content_blocks += as_items(delta.content)
        for name in _TEXTS:
            if piece := getattr(delta, name):
                self._texts.setdefault(name, []).append(piece)
        for name in _BLOCKS:
            for block in as_items(getattr(delta, name)):
                _add_block(self._blocks.setdefault(name, []), block)
        for place, call in enumerate(delta.tool_calls or ()):
            key = place if call.index is None else call.index
            self._calls.setdefault(key, _Calling()).add(call)
        if delta.function_call is not None:
            legacy = _Call(id=delta.function_call.name, function=delta.function_call)
            self._calls.setdefault("legacy", _Calling()).add(legacy)

    def value(self) -> dict[str, Any]:
        """The message as a response that is not streamed holds it."""
        value: dict[str, Any] = {name: "".join(texts) for name, texts in self._texts.items()}
        if self._content_blocks:
            value["content"] = [{"type": "text", "text": value["content"]}, *self._content_blocks]
        return {
            **value,
            **self._blocks,
            "tool_calls": [call.value() for call in self._calls.values()],
        }


def _add_block(blocks: list[dict[str, Any]], piece: dict[str, Any]) -> None:
    """Add a piece to the last block, if it goes on with that, or begin another."""
    last = blocks[-1] if blocks else {}
    same = all(last.get(name) == piece.get(name) for name in ("type", "index"))
    if not last or not same or last.get("signature") or "data" in piece:
        blocks.append(dict(piece))
        return
    for name in _BLOCK_TEXTS:
        if text := text_or_empty(piece.get(name)):
            last[name] = text_or_empty(last.get(name)) + text


def joined(chunks: list[_Chunk]) -> dict[str, Any]:
    """The response's body that a stream amounts to, as far as it came. It has one choice.

    Args:
        chunks: decoded with `EVENTS`.
    """
    value: dict[str, Any] = {}
    turn: _Turn | None = None
    finish_reason: str | None = None
    for chunk in chunks:
        _take(value, chunk)
        for choice in chunk.choices or ():
            if not choice.index and choice.delta is not None:
                turn = turn or _Turn()
                turn.add(choice.delta)
                finish_reason = choice.finish_reason or finish_reason
    if turn is not None:
        value["choices"] = [{"message": turn.value(), "finish_reason": finish_reason}]
    return value


def _take(value: dict[str, Any], chunk: _Chunk) -> None:
    """Take in what a chunk says about the whole response."""
    for name in ("id", "model", "usage", "error"):
        said = getattr(chunk, name)
        if said:
            value[name] = said


def split(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The chunks of a stream that amounts to a response's body."""
    head = {"id": value["id"], "object": "chat.completion.chunk", "model": value["model"]}
    for choice in value.get("choices", ()):
        message = choice["message"]
        deltas = [{"role": "assistant"}, *_deltas(message)]
        for delta in deltas:
            yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        last = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
        yield {**head, "choices": [last]}
    yield {**head, "choices": [], "usage": value["usage"]}
    if "error" in value:
        yield {"error": value["error"]}


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "reasoning_content" in message:
        yield {"reasoning_content": message["reasoning_content"]}
    for index, detail in enumerate(message.get("reasoning_details", ())):
        yield {"reasoning_details": [{**detail, "index": index}]}
    if message["content"] is not None:
        yield {"content": message["content"]}
    for index, call in enumerate(message.get("tool_calls", ())):
        yield {"tool_calls": [{"index": index, **call}]}
