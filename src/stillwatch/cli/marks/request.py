"""What the commands that seal and verify share: reading a request, times, keys in question."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from stillwatch.errors import InputError
from stillwatch.marks.codebook import Span
from stillwatch.marks.places import Body
from stillwatch.marks.secrets import DAY_S, MarkKeys

Request = Annotated[Path, Parameter(help="A request body in JSON; - is standard input.")]
Keys = Annotated[Path, Parameter(help="The marks key file.")]
At = Annotated[datetime | None, Parameter(help="The time in question, in UTC; now by default.")]


def read_body(path: Path) -> Body:
    """A request body from a file.

    Raises:
        InputError: it cannot be read, or is no JSON object.
    """
    name = "standard input" if str(path) == "-" else path.name
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        return msgspec.json.decode(raw, type=dict)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{name} is no JSON object: {error}", "Give one request body.") from error


def seconds(at: datetime | None) -> float:
    """A time from the command line, in seconds since 1970."""
    return time.time() if at is None else at.replace(tzinfo=UTC).timestamp()


def spans(keys: MarkKeys, at_s: float) -> list[Span]:
    """The keys and epochs that may have sealed a request of a time: this epoch and the last."""
    return list(_spans(keys, at_s))


def _spans(keys: MarkKeys, at_s: float) -> Iterator[Span]:
    for key in keys.reading(at_s):
        earlier = max(key.seals_from_s, at_s - key.epoch_days * DAY_S)
        for epoch in range(key.epoch(at_s), key.epoch(earlier) - 1, -1):
            yield Span(key, epoch)
