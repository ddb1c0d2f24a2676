"""What an audit recorded, on disk: one file of JSON Lines, the border between running and judging.

The first line says what was planned and under which limits, every later line is one run of the
tool in one environment. Runs are appended as they end, so that a stopped audit keeps what it has.
A recording holds what the tool sent, word for word: it is made of made-up people and made-up
projects, but it belongs to the person who made it.
"""

import base64
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from stillwatch.errors import InputError

FILE = "recording.jsonl"
FORMAT = 1


class Outcome(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    """It ended by itself with exit status 0."""
    FAILED = "failed"
    """It ended by itself with another exit status, or was ended by a signal."""
    TIMED_OUT = "timed-out"
    """It ran past the limit on time: it hung, or waited for an answer from its user."""
    FLOODED = "flooded"
    """It went past a limit on requests, bytes or output."""
    RUBBISH = "rubbish"
    """It sent what is no HTTP."""


class Factor(msgspec.Struct, frozen=True):
    """Something about an environment that was varied.

    Attributes:
        name: its name, such as `zone`.
        levels: names of the values it took.
    """

    name: str
    levels: tuple[str, ...]


class Limits(msgspec.Struct, frozen=True):
    """What one run may use.

    Attributes:
        time_s: seconds from its start to its end.
        requests: number of requests.
        bytes: of all request bodies together.
        output: bytes that it may print.
        processes: how many processes it may have at a time.
    """

    time_s: float = 60.0
    requests: int = 200
    bytes: int = 64 << 20
    output: int = 4 << 20
    processes: int = 512


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request as it was received.

    Attributes:
        at_ms: when its head was read, in milliseconds since the run began.
        method: such as `POST`.
        path: the target as sent, with its query.
        headers: name and value, in order and case as received; bytes past ASCII are kept as
            surrogate-free Latin-1 text.
        body: the body as text where it is UTF-8, else empty.
        body_base64: the body where it is no UTF-8.
        http_version: such as `1.1`.
        host: level of the factor `host` whose server it came to; `other` where it came to a host
            that the tool knows by itself.
        server: name of the server it was meant for, in lower case, without the port.
        scheme: `http` or `https`.
        status: status of the answer.
    """

    at_ms: float
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    body_base64: str = ""
    http_version: str = "1.1"
    host: str = ""
    server: str = ""
    scheme: str = "http"
    status: int = 0

    @property
    def raw(self) -> bytes:
        """The body byte for byte."""
        return base64.b64decode(self.body_base64) if self.body_base64 else self.body.encode()


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the tool in one environment.

    Attributes:
        environment: level of each factor by its name.
        repeat: which time this environment is run, from 0.
        order: place of the run in the whole audit, from 0; runs are in random order.
        outcome: how it ended.
        exit: its exit status; negative for a signal; None if it was ended by the audit.
        duration_ms: how long it ran.
        requests: what it sent, in order of arrival.
        lookups: names that it looked up, in order, without those of the audit's own hosts.
        said: the end of what it printed, cleaned and short.
        values: texts that this environment holds, by what they are (`home`, `user_name`, ...),
            as the tool could read them; a mention of one in a request is a plain one.
    """

    environment: dict[str, str]
    repeat: int
    order: int
    outcome: Outcome
    exit: int | None
    duration_ms: float
    requests: tuple[Request, ...]
    lookups: tuple[str, ...] = ()
    said: str = ""
    values: dict[str, str] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a recording: what was to be run.

    Attributes:
        stillwatch_audit: number of the format.
        tool: name of the tool, or the command's first word.
        version: its version, as the profile or the tool says; empty if unknown.
        command: the words that were run.
        factors: what was varied.
        environments: number of different environments planned.
        repeats: how often each was to be run.
        strength: any that many factors meet at all combinations of levels equally often.
        seed: of the order and the design.
        isolation: `namespaces`, or `none` where the system makes no room.
        quiet: whether the tool's own switches against telemetry were set.
        limits: of each run.
        not_tested: sentences about what this recording cannot show.
    """

    stillwatch_audit: int = FORMAT
    tool: str
    version: str
    command: tuple[str, ...]
    factors: tuple[Factor, ...]
    environments: int
    repeats: int
    strength: int
    seed: int
    isolation: str = "namespaces"
    quiet: bool = True
    limits: Limits = Limits()
    not_tested: tuple[str, ...] = ()


class Recording(msgspec.Struct, frozen=True):
    """A whole recording.

    Attributes:
        plan: what was to be run.
        runs: what was run, in the order in which it ended.
        cut: whether the last line was broken off, as after a crash.
    """

    plan: Plan
    runs: tuple[Run, ...]
    cut: bool = False

    @property
    def complete(self) -> bool:
        """Whether all that was planned was run."""
        return len(self.runs) >= self.plan.environments * self.plan.repeats


class Writer:
    """Writes a recording run by run.

    Args:
        folder: where it goes; made if it is missing.
        plan: its first line.

    Raises:
        InputError: the folder holds a recording already.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._file: BinaryIO = (folder / FILE).open("xb")
        except FileExistsError as error:
            raise InputError(
                f"{folder / FILE} is there already", "Name another folder, or remove it."
            ) from error
        self._encoder = msgspec.json.Encoder()
        self._line(plan)

    def add(self, run: Run) -> None:
        """Append a run; it is on disk when this returns."""
        self._line(run)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self, value: Plan | Run) -> None:
        self._file.write(self._encoder.encode(value) + b"\n")
        self._file.flush()


def read(folder: Path) -> Recording:
    """Read a recording.

    Args:
        folder: the folder that it was written to, or its file.

    Raises:
        InputError: there is none, or a line is not as it should be; a last line that was broken
            off is left out.
    """
    path = folder / FILE if folder.is_dir() else folder
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror})", "Name the folder of a recording."
        ) from error
    plan = _plan(path, lines[0])
    runs = tuple(_runs(path, lines[1:-1]))
    return Recording(plan, runs, cut=bool(lines[-1]))


def _plan(path: Path, line: bytes) -> Plan:
    try:
        plan = msgspec.json.decode(line, type=Plan)
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{path} is no recording of an audit: {error}", "Name what `audit run` wrote."
        ) from error
    if plan.stillwatch_audit != FORMAT:
        raise InputError(
            f"{path} has format {plan.stillwatch_audit}, not {FORMAT}", "Update Stillwatch."
        )
    return plan


def _runs(path: Path, lines: list[bytes]) -> Iterator[Run]:
    decoder = msgspec.json.Decoder(Run)
    for number, line in enumerate(lines, start=2):
        try:
            yield decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise InputError(
                f"{path}, line {number}, is no run: {error}", "Record it again."
            ) from error


def body_fields(raw: bytes) -> dict[str, str]:
    """The fields of a `Request` that hold its body.

    Args:
        raw: the body byte for byte.
    """
    try:
        return {"body": raw.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(raw).decode()}
