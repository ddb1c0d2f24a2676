"""What is played: sessions of people, their turns, and what the model does in each turn.

Plain data. The scripted server reads it to answer, the director to start clients, the calendar to
place sessions in time. Unlike the sessions of `model`, it holds no results of tools: they are
really run.
"""

from dataclasses import dataclass, field
from typing import Literal

Client = Literal[
    "claude", "claude-old", "codex", "opencode", "sdk-messages", "sdk-responses", "sdk-chat"
]


@dataclass(frozen=True)
class Shell:
    """Run a command line through the client's shell tool."""

    command: str
    why: str = "Run a command"


@dataclass(frozen=True)
class ReadFile:
    """Read a file of the working directory, by its relative path."""

    path: str


@dataclass(frozen=True)
class EditFile:
    """Replace a piece of text that occurs once in a file."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class WriteFile:
    """Write a new file."""

    path: str
    content: str


@dataclass(frozen=True)
class Delegate:
    """Give a piece of work to a sub-agent, which plays `turn`."""

    title: str
    turn: "Turn"


Action = Shell | ReadFile | EditFile | WriteFile | Delegate


@dataclass(frozen=True)
class Turn:
    """One human turn: what is typed, the tool calls step by step, and the last answer.

    Attributes:
        prompt: the text that the person types; no two turns share it.
        steps: tool calls by step; calls of one step go out in one response.
        answer: the text that ends the turn.
        notes: a short sentence said before the calls of a step, by step number.
        thoughts: what the model thinks before each step and before the answer; may be shorter.
        refused: steps at which this provider answers "overloaded", so that a relay falls back.
        wait_s: how long the person reads and thinks before typing this.
    """

    prompt: str
    steps: tuple[tuple[Action, ...], ...] = ()
    answer: str = ""
    notes: tuple[str, ...] = ()
    thoughts: tuple[str, ...] = ()
    refused: frozenset[int] = frozenset()
    wait_s: float = 0.0


@dataclass(frozen=True)
class Machine:
    """A computer that somebody works on.

    Attributes:
        host: its host name, seen by the client only.
        ip: the address that the provider sees when no relay stands between.
        asn: number of the network that the address belongs to.
        kernel: kernel release that stands in the recording.
        box: a container or runner, with a home of its own mounted over the user's.
    """

    host: str
    ip: str
    asn: int
    kernel: str
    box: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody who works: a Linux user with a git identity and a time zone."""

    name: str
    user: str
    home: str
    mail: str
    zone: str
    hours: tuple[int, int]
    machine: Machine


@dataclass(frozen=True)
class Session:
    """One conversation of one person with one client in one repository.

    Attributes:
        id: name of the session in the recording.
        person: who types.
        client: which program speaks.
        road: the account that pays, or the relay that requests go through.
        repository: folder name under the person's home, empty for none.
        turns: human turns in order.
        env: further environment variables.
        burst: sessions with one burst name run at the same time.
        system: system prompt of an SDK conversation.
        beside: another session that this one runs beside.
        model: model asked for; empty for the client's own choice.
        params: further request fields of a program that uses an SDK.
        start_s: when its first turn is typed in the story, in seconds since the epoch.
    """

    id: str
    person: Person
    client: Client
    road: str
    repository: str
    turns: tuple[Turn, ...]
    env: dict[str, str] = field(default_factory=dict)
    burst: str = ""
    system: str = ""
    beside: str = ""
    model: str = ""
    params: dict[str, float] = field(default_factory=dict)
    start_s: float = 0.0
