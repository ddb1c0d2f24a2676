"""The raw tape: what passed between client and server, one JSON object a line, unchanged.

The tape holds the vendors' texts as received, so it stays outside the repository; `develop` makes
the captures from it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stillwatch_range.model import SECOND_US
from stillwatch_range.record.script import Place
from stillwatch_range.upstream import tape as upstream

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
    """A file that takes are appended to; the tape of a server that plays a story."""

    def __init__(self, path: Path) -> None:
        """Append to a file, which is made if need be."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self.strays: list[str] = []
        """Requests that belong to no place of the story."""

    def take(self, take: upstream.Take) -> None:
        """Keep an exchange; it is on disk when this returns."""
        if not isinstance(take.note, Place):
            self.strays.append(f"{take.account.id} {take.ask.path} {(take.ask.raw or '')[-300:]}")
            return
        kept = _kept(take, take.note)
        self._file.write(json.dumps(asdict(kept), ensure_ascii=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _kept(take: upstream.Take, place: Place) -> Take:
    ask, served = take.ask, take.served
    return Take(
        session=place.session,
        turn=place.turn,
        account=take.account.id,
        time_s=ask.at_us / SECOND_US,
        duration_ms=served.duration_us // 1000,
        method="POST",
        path=ask.path,
        headers=[[name, value] for name, value in ask.headers],
        raw=ask.raw or "",
        status=served.reply.status,
        answer_headers=[[name, value] for name, value in served.headers],
        body=served.body,
        events=served.events or [],
    )


def takes(path: Path) -> Iterator[Take]:
    """Read a tape back, oldest first."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Take(**json.loads(line))
