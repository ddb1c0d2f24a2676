"""What the provider answers, before a wire gives it its form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from stillwatch_range.model import Block, Called, Thought
from stillwatch_range.upstream.items import BYTES_A_TOKEN

Json = dict[str, Any]
Stop = Literal["end", "calls", "length", "refused"]
PIECE_CHARACTERS = 400
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of an exchange.

    Attributes:
        input: all tokens of the request.
        read: those of them that came from the cache.
        written: those of them that the cache took in.
        output: tokens of the answer, thoughts with them.
        thinking: tokens of thoughts.
    """

    input: int
    read: int
    written: int
    output: int
    thinking: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer.

    Attributes:
        id: of the message or response.
        model: that answers.
        content: its blocks.
        stop: why it ends.
        usage: what it cost.
        created_s: when it began, in seconds since the epoch.
    """

    id: str
    model: str
    content: tuple[Block, ...]
    stop: Stop
    usage: Usage
    created_s: int


def tokens(text: str) -> int:
    """A rough count of tokens; text of a script with long encodings has more for a character."""
    return (len(text.encode()) + BYTES_A_TOKEN - 1) // BYTES_A_TOKEN


def tokens_of(block: Block) -> int:
    """Tokens of a block as they are billed; a thought that is not shown is not counted here."""
    if isinstance(block, Called):
        return 8 + len(_encode(block.input)) // BYTES_A_TOKEN
    return tokens(block.text) + (0 if isinstance(block, Thought) else 2)


def arguments(call: Called) -> str:
    """The input of a call as JSON text."""
    return _encode(call.input).decode()


def pieces(text: str) -> Iterator[str]:
    """Cut a text for a stream: a few pieces, so that captures stay small; none of no text."""
    for start in range(0, len(text), PIECE_CHARACTERS):
        yield text[start : start + PIECE_CHARACTERS]


def model_of(body: Json) -> str:
    """The model that a request names."""
    model = body.get("model")
    return model if isinstance(model, str) else ""


def inner(body: Json, *names: str) -> Any:
    """A field of a field, or None where there is none."""
    value: Any = body
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
