"""What a wire format gives back to the server: one JSON body or a list of stream events."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer: `events` where the client asked for a stream, else `body`.

    Attributes:
        named: events carry an `event:` line with their type.
        done: the stream ends with the line `[DONE]`.
    """

    body: Json | None = None
    events: tuple[Json, ...] = ()
    named: bool = True
    done: bool = False


def pieces(text: str, size: int = 72) -> Iterator[str]:
    """Cut a text for streaming; no text gives no piece."""
    for start in range(0, len(text), size):
        yield text[start : start + size]


def tokens(text: str) -> int:
    """A rough count of tokens."""
    return max(1, len(text) // 4)
