"""What the range's parts hand to each other: people, work, requests, replies, accounts.

Plain records. People and their work know no API; clients turn work into requests; roads carry
requests to accounts; the provider answers and writes the capture. What is true of an exchange
(`Truth`) travels beside it and ends in the labels, never in the capture.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import msgspec

Wire = Literal["messages", "chat", "responses"]
System = Literal["linux", "macos", "windows", "wsl"]
Tool = Literal["shell", "read", "edit", "write", "search", "agent"]
Purpose = Literal["work", "harvest", "probe", "cover"]
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US


# People and their work ------------------------------------------------------------------------


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
    """

    name: str
    remote: str
    language: str
    files: Mapping[str, str]
    commits: tuple[tuple[str, str, str, int, str], ...]
    test: str


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


# Requests and replies -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a request and stands in no capture.

    Attributes:
        person: id of the person behind it.
        conversation: number of the conversation, unique in its cell.
        purpose: what it was made for.
    """

    person: str
    conversation: int
    purpose: Purpose = "work"


@dataclass(frozen=True, slots=True)
class Planned:
    """A tool call in the client's own terms: what the provider will say."""

    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model answers; the provider adds ids, signatures and counts."""

    say: str = ""
    thinking: str = ""
    calls: tuple[Planned, ...] = ()


@dataclass(frozen=True, slots=True)
class Toolset:
    """Tools as a request carries them: their names, and the whole list encoded once."""

    names: tuple[str, ...]
    raw: msgspec.Raw


@dataclass(slots=True)
class Ask:
    """A request on its way.

    Attributes:
        at_us: when it arrives, in microseconds since the epoch.
        wire: format of the body.
        path: with its query.
        headers: (name, value) in the order and case of the sender.
        body: fields in the sender's order. The conversation (`messages`, or `input` on the
            responses wire) is a list of `msgspec.Raw`, one encoded item each, and must not be
            changed in place; `tools` is a `Toolset`; all other values are plain JSON values.
        plan: what the model will answer.
        ip: address of the sender.
        asn: number of its network.
        truth: for the labels.
        raw: the body's text where the sender's JSON style differs from plain compact JSON.
    """

    at_us: int
    wire: Wire
    path: str
    headers: list[tuple[str, str]]
    body: dict[str, Any]
    plan: Plan
    ip: str
    asn: int
    truth: Truth
    raw: str | None = None

    @property
    def items(self) -> list[msgspec.Raw]:
        """The conversation's items."""
        items: list[msgspec.Raw] = self.body["input" if self.wire == "responses" else "messages"]
        return items

    @property
    def tools(self) -> Toolset | None:
        """The tools that are offered."""
        return self.body.get("tools")

    def but(self, **changes: Any) -> "Ask":
        """A copy with other values; the body is copied one level deep."""
        changed = replace(self, **changes)
        if "body" not in changes:
            changed.body = dict(self.body)
        if "headers" not in changes:
            changed.headers = list(self.headers)
        return changed


@dataclass(frozen=True, slots=True)
class Thought:
    """A block of reasoning: what is shown of it, and the provider's seal over it."""

    text: str
    signature: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A block of text; `id` where the wire gives messages ids of their own."""

    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call with the id that the provider minted."""

    id: str
    name: str
    input: Mapping[str, Any]


Block = Thought | Said | Called


@dataclass(slots=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status.
        at_us: when its last byte arrived.
        id: id of the message or response.
        content: blocks of an answer; empty on an error.
        error: kind of error, as the wire names it, such as `rate_limit_error`.
        retry_after_s: what the provider asks the client to wait.
    """

    status: int
    at_us: int
    id: str = ""
    content: tuple[Block, ...] = ()
    error: str = ""
    retry_after_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it is an answer."""
        return self.status == 200


# Accounts and roads ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the provider knows it, and what is true of it.

    Attributes:
        id: name of the account, which says nothing about its kind.
        organization, payer, email_domain, plan, declared_use, licensed_reseller: as in
            accounts.jsonl; empty or None where not known.
        created_us: when it was made.
        banned_us: when the provider closes it; None for never.
        label: what it really is.
    """

    id: str
    label: "Label"
    organization: str
    payer: str
    email_domain: str
    created_us: int
    plan: str = "payg"
    declared_use: str | None = None
    licensed_reseller: bool = False
    banned_us: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """What an account really is.

    Attributes:
        kind: `honest` (an ordinary account), `twin` (honest, looks guilty), `relay`, `campaign`.
        family: which population, twin, relay or campaign method, such as `sub2api`.
        group: name of the operator's group of accounts; empty for an account alone.
        level: rung of the hardening ladder, `E0` to `E5`; empty where it does not apply.
    """

    kind: Literal["honest", "twin", "relay", "campaign"]
    family: str
    group: str = ""
    level: str = ""


class Road(Protocol):
    """The way that requests take to accounts."""

    def send(self, ask: Ask) -> Reply:
        """Carry one request; the reply comes back in the terms of the sender."""
        ...


class Provider(Protocol):
    """The provider's door: it answers a request of an account and writes it into the capture."""

    def serve(self, ask: Ask, account: Account) -> Reply:
        """Answer; limits, bans and broken signatures come back as errors."""
        ...


Act = Generator[Ask, Reply, None]


@dataclass(slots=True)
class Actor:
    """Something that sends requests over a road, one after the other."""

    starts_us: int
    road: Road
    act: Act


@dataclass(slots=True)
class Cell:
    """A part of the world that shares no state with other parts: it runs by itself.

    Attributes:
        accounts: all accounts that its roads may use.
        actors: in the order of `starts_us`; made lazily, since a cell may be long.
    """

    accounts: Sequence[Account]
    actors: Iterable[Actor]


@dataclass(frozen=True, slots=True)
class Release:
    """A model that becomes available during the scenario."""

    model: str
    at_us: int


@dataclass(frozen=True, slots=True)
class World:
    """What all cells of a scenario share.

    Attributes:
        seed: the scenario's seed.
        start_us, end_us: its span; nothing starts outside it.
        sources: names of the prompt sources that may be used, as in `prompts`.
        releases: models that come out on the way.
        detail: `lean` cuts the vendors' long fixed texts short, `full` keeps their length.
    """

    seed: int
    start_us: int
    end_us: int
    sources: tuple[str, ...]
    releases: tuple[Release, ...] = ()
    detail: Literal["lean", "full"] = "lean"
