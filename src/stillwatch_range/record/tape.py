"""The raw tape: what passed between client and server, one JSON object a line, unchanged.

The tape holds the vendors' texts as received, so it stays outside the repository; `develop` makes
the captures from it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Headers = list[list[str]]


@dataclass(frozen=True)
class Take:
    """One recorded exchange.

    Attributes:
        session: name of the session in the story.
        turn: number of its human turn.
        time_s: when the request arrived, in seconds since the epoch.
        duration_ms: until the last byte of the answer.
        raw: body of the request, as received.
    """

    session: str
    turn: int
    account: str
    time_s: float
    duration_ms: int
    method: str
    path: str
    headers: Headers
    raw: str
    status: int
    answer_headers: Headers
    body: Json | None
    events: list[Json]


class Tape:
    """A file that takes are appended to."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def add(self, take: Take) -> None:
        """Append a take; it is on disk when this returns."""
        self._file.write(json.dumps(asdict(take), ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def takes(path: Path) -> Iterator[Take]:
    """Read a tape back, oldest first."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Take(**json.loads(line))
