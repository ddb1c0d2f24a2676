"""People, their machines and repositories, and what they do in a session."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

System = Literal["linux", "macos", "windows", "wsl"]
Tool = Literal["shell", "read", "edit", "write", "search", "agent"]
Purpose = Literal["work", "harvest", "probe", "cover"]


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer that somebody works on, as its tools and clients show it.

    Attributes:
        host: host name.
        system: operating system; `wsl` is Linux inside Windows.
        release: kernel or system release, as `uname -r` or the like prints it.
        arch: as the client names it, for example `x64` or `arm64`.
        user: login name.
        home: home directory.
        shell: login shell.
        zone: IANA time zone that the system is set to.
        locale: value of LANG.
        ip: address that the provider sees when no relay stands between.
        asn: number of the network of that address.
    """

    host: str
    system: System
    release: str
    arch: str
    user: str
    home: str
    shell: str
    zone: str
    locale: str
    ip: str
    asn: int


@dataclass(frozen=True, slots=True)
class Repository:
    """A small repository: files with their text, and its history.

    Attributes:
        name: folder name.
        remote: URL of `origin`.
        language: programming language.
        files: text by relative path, in the order of a sorted listing.
        commits: (hash, author, mail, time in seconds, subject), newest first.
        test: the command that runs its tests.
        zone: time zone of its authors' clocks.
    """

    name: str
    remote: str
    language: str
    files: Mapping[str, str]
    commits: tuple[tuple[str, str, str, int, str], ...]
    test: str
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works: what they have and where; how they work lies in `people`.

    Attributes:
        id: name of the person in the labels; it is never written into a capture.
        name: as in their git identity.
        mail: as in their git identity.
        language: code of the language they write to a model in, such as `en` or `zh`.
        zone: IANA time zone they live by.
        machines: computers, the main one first.
        repositories: what they work on.
        client: the client that they mostly use, a name of `clients`.
        version: version of that client.
        seed: seed of everything that this person draws.
    """

    id: str
    name: str
    mail: str
    language: str
    zone: str
    machines: tuple[Machine, ...]
    repositories: tuple[Repository, ...]
    client: str
    version: str
    seed: int


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call of the model and what comes back.

    Attributes:
        tool: what kind of tool; a client has a name of its own for it.
        args: by tool: shell `command`, `why`; read `path`; edit `path`, `old`, `new`; write
            `path`, `content`; search `pattern`, `path`; agent `title`, `prompt`.
        result: what the tool gives back, as the machine prints it.
        failed: the tool reports an error.
        took_s: how long it ran, in seconds.
        work: human-like turns that a sub-agent plays; only of `agent`.
    """

    tool: Tool
    args: Mapping[str, str]
    result: str
    failed: bool = False
    took_s: float = 0.4
    work: "tuple[Turn, ...]" = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of the model: thoughts, words, and tool calls; without calls it ends the turn."""

    say: str = ""
    thinking: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One human turn.

    Attributes:
        prompt: what is typed.
        steps: the model's answers; the last one has no calls.
        wait_s: how long the person reads and thinks before typing this, in seconds.
    """

    prompt: str
    steps: tuple[Step, ...]
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation, as its person and machine shape it, for any client.

    Attributes:
        person: who types.
        machine: where.
        client: name of the client, as in `clients`.
        version: version of the client.
        start_us: when the first turn is typed, in microseconds since the epoch.
        turns: human turns; an iterable so that long sessions need not be held.
        repository: where the client was started, if in one.
        system: system prompt of a program that uses an SDK.
        model: model asked for; empty for the client's own choice.
        params: further request fields, such as `temperature` or `max_tokens`.
        stream: whether a program asks for a stream; clients of people always do.
        purpose: what the exchanges are made for, for the labels.
    """

    person: Person
    machine: Machine
    client: str
    version: str
    start_us: int
    turns: Iterable[Turn]
    repository: Repository | None = None
    system: str = ""
    model: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = False
    purpose: Purpose = "work"
