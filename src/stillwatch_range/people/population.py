"""People by number, and what they do: the door of this package.

The same spec, world and seed give the same people, and the same person gives the same sessions
whatever span is asked for.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import msgspec

from stillwatch.errors import SettingsError
from stillwatch_range.model import Machine, Person, Repository, Session, Turn, World
from stillwatch_range.people import names
from stillwatch_range.people.checkout import place
from stillwatch_range.people.habits import HABITS, Habit, Rhythm, Sitting, rhythm, sittings
from stillwatch_range.people.machines import machine, moved
from stillwatch_range.people.program import job_of, program_turn
from stillwatch_range.people.prompts import PromptPool
from stillwatch_range.people.repositories import repository
from stillwatch_range.people.versions import version
from stillwatch_range.people.work import CodingWork, chat_prompts, chat_turn
from stillwatch_range.seeds import draw_for, seed_for

MIX: Mapping[str, float] = {"developer": 0.45, "heavy": 0.08, "chat": 0.27, "program": 0.2}
CLIENTS: Mapping[Habit, Mapping[str, float]] = {
    "developer": {"claude-code": 0.5, "codex": 0.22, "opencode": 0.16, "qwen-code": 0.12},
    "heavy": {"claude-code": 0.55, "codex": 0.2, "opencode": 0.17, "qwen-code": 0.08},
    "chat": {
        "anthropic-js": 0.26,
        "anthropic-python": 0.2,
        "openai-python": 0.24,
        "openai-responses": 0.12,
        "go": 0.1,
        "requests": 0.08,
    },
    "program": {
        "anthropic-python": 0.27,
        "openai-python": 0.25,
        "anthropic-js": 0.16,
        "openai-responses": 0.12,
        "requests": 0.1,
        "go": 0.1,
    },
}
MACHINES: Mapping[Habit, Sequence[float]] = {
    "developer": (0.72, 0.23, 0.05),
    "heavy": (0.2, 0.4, 0.4),
    "chat": (0.75, 0.2, 0.05),
    "program": (0.7, 0.2, 0.1),
}
WRITES_ENGLISH = 0.45
SECOND_CLIENT = 0.12
AWAY_DAYS = 0.12
PEOPLE_KEPT = 512
Weights = dict[str, Annotated[float, msgspec.Meta(ge=0)]]


class PeopleSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a group of people is like; what is left out is as usual in the world.

    Attributes:
        habits: one of `developer`, `heavy`, `chat`, `program`, or weights by habit; empty for
            everybody's mix.
        clients: weights by client, in place of the habit's own.
        languages: weights by code of the language that people write to a model in.
        zones: time zones that they live in.
        rate: factor on how often they work.
        machines: how many computers each has.
        repositories: how many repositories of their own each has.
        company: domain of an employer: everybody has a mail address there.
        shared_repositories: how many repositories all of them work in together, in place of their
            own.
    """

    habits: str | Weights = ""
    clients: Weights | None = None
    languages: Weights | None = None
    zones: tuple[str, ...] | None = None
    rate: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    machines: Annotated[int, msgspec.Meta(ge=1, le=8)] | None = None
    repositories: Annotated[int, msgspec.Meta(ge=1, le=12)] | None = None
    company: str = ""
    shared_repositories: Annotated[int, msgspec.Meta(ge=0, le=50)] = 0


class People:
    """People, numbered from 0, without an end.

    Args:
        spec: what they are like.
        world: gives the prompt sources.
        seed: of the group; the names of people and everything else follow from it.

    Raises:
        SettingsError: a habit is not known, or a prompt source.
    """

    def __init__(self, spec: PeopleSpec, world: World, seed: int) -> None:
        self.spec = spec
        self.world = world
        self.seed = seed
        self.prompts = PromptPool(world.sources)
        given = {spec.habits: 1.0} if isinstance(spec.habits, str) and spec.habits else spec.habits
        self._habits: Mapping[str, float] = given if isinstance(given, dict) else MIX
        for habit in self._habits:
            if habit not in HABITS:
                raise SettingsError(f"no habit is named {habit}", f"Known: {', '.join(HABITS)}.")
        self._person = lru_cache(maxsize=PEOPLE_KEPT)(self._make)
        self._shared = lru_cache(maxsize=1)(self._share)

    def person(self, index: int) -> Person:
        """Somebody; the same number is the same person."""
        return self._person(index)

    def habit(self, person: Person) -> Habit:
        """What kind of work a person does with a model."""
        draw = draw_for(person.seed, "habit")
        return _weighted(draw, self._habits)  # type: ignore[return-value]

    def rhythm(self, person: Person) -> Rhythm:
        """When and how much a person works."""
        return rhythm(person.seed, self.habit(person), self.spec.rate)

    def sessions(self, person: Person, start_us: int, end_us: int) -> Iterator[Session]:
        """What a person begins in a span of time, in order.

        Args:
            person: of this group or, with other machines or repositories, derived from it.
            start_us: begin of the span, in microseconds since the epoch.
            end_us: its end, which is not in it.
        """
        about = self.rhythm(person)
        for sitting in sittings(person.seed, about, person.zone, start_us, end_us):
            yield self._session(person, about, sitting)

    def _session(self, person: Person, about: Rhythm, sitting: Sitting) -> Session:
        seed = seed_for(person.seed, "sitting", sitting.day, sitting.number)
        draw = draw_for(seed, "session")
        computer = self._where(draw, person, sitting.day)
        client, number = person.client, person.version
        if draw.random() < SECOND_CLIENT:
            draw_second = draw_for(person.seed, "second client")
            client = _weighted(draw_second, self._clients(about.habit))
            number = person.version if client == person.client else version(client, draw_second)
        match about.habit:
            case "program":
                return self._call(person, computer, sitting, seed)
            case "chat":
                chat = Chat(person, self.prompts, sitting, seed)
                return Session(
                    person, computer, client, number, sitting.start_us, chat, stream=True
                )
            case _:
                at = int(draw.random() ** 1.6 * len(person.repositories))
                home = person.repositories[at]
                work = Coding(
                    person,
                    computer,
                    home,
                    self.prompts,
                    sitting,
                    seed,
                    draw.random() < about.agents,
                )
                return Session(
                    person, computer, client, number, sitting.start_us, work, repository=home
                )

    def _call(self, person: Person, computer: Machine, sitting: Sitting, seed: int) -> Session:
        job = job_of(person.seed)
        draw = draw_for(person.seed, "settings")
        stream = draw.random() < 0.25
        params = settings(draw, person.client)
        turn = program_turn(draw_for(seed, "call"), job, self.prompts)
        return Session(
            person,
            computer,
            person.client,
            person.version,
            sitting.start_us,
            (turn,),
            system=job.text if job.in_system else "",
            params=params,
            stream=stream,
        )

    def _where(self, draw: random.Random, person: Person, day: int) -> Machine:
        """The computer of a session; on some days it is on another network."""
        number = 0 if draw.random() < 0.7 else int(draw.random() * len(person.machines))
        computer = person.machines[number]
        away = draw_for(person.seed, "away", day)
        if away.random() >= AWAY_DAYS:
            return computer
        # Two places they go to, the same ones each time.
        return moved(draw_for(person.seed, "place", int(away.random() * 2)), computer)

    def _clients(self, habit: Habit) -> Mapping[str, float]:
        return self.spec.clients or CLIENTS[habit]

    def _make(self, index: int) -> Person:
        seed = seed_for(self.seed, "person", index)
        draw = draw_for(seed, "who")
        habit: Habit = _weighted(draw_for(seed, "habit"), self._habits)  # type: ignore[assignment]
        who, language = self._who(draw)
        mail = names.mail(draw, who, self.spec.company)
        client = _weighted(draw, self._clients(habit))
        number = version(client, draw)
        return Person(
            id=f"person_{seed:016x}",
            name=who.full,
            mail=mail,
            language=language,
            zone=who.zone,
            machines=self._machines(draw, who, habit),
            repositories=self._repositories(draw, who, mail, habit),
            client=client,
            version=number,
            seed=seed,
        )

    def _who(self, draw: random.Random) -> tuple[names.Name, str]:
        zone = draw.choice(self.spec.zones) if self.spec.zones else ""
        wanted = _weighted(draw, self.spec.languages) if self.spec.languages else ""
        who = names.name(draw, _speaking(draw, wanted), zone)
        if wanted:
            return who, wanted
        return who, "en" if draw.random() < WRITES_ENGLISH else who.language

    def _machines(self, draw: random.Random, who: names.Name, habit: Habit) -> tuple[Machine, ...]:
        count = self.spec.machines
        if count is None:
            count = 1 + draw.choices((0, 1, 2), MACHINES[habit])[0]
        first = machine(draw, who)
        rest = [machine(draw, who) for _ in range(count - 1)]
        return (first, *rest)

    def _repositories(
        self, draw: random.Random, who: names.Name, mail: str, habit: Habit
    ) -> tuple[Repository, ...]:
        if self.spec.shared_repositories:
            shared = self._shared()
            return tuple(draw.sample(shared, min(len(shared), 1 + int(draw.random() * 3))))
        if self.spec.repositories is None and habit in {"chat", "program"}:
            return ()
        count = self.spec.repositories or 1 + int(draw.random() * 3)
        others = [names.name(draw) for _ in range(int(draw.random() * 3))]
        authors = [(who.full, mail), *((other.full, names.mail(draw, other)) for other in others)]
        before_s = self.world.start_us // 1_000_000
        return tuple(
            repository(draw, authors, zone=who.zone, before_s=before_s) for _ in range(count)
        )

    def _share(self) -> tuple[Repository, ...]:
        draw = draw_for(self.seed, "shared repositories")
        found = [names.name(draw) for _ in range(8)]
        authors = [(who.full, names.mail(draw, who, self.spec.company)) for who in found]
        before_s = self.world.start_us // 1_000_000
        zone = draw.choice(self.spec.zones) if self.spec.zones else "UTC"
        return tuple(
            repository(draw, authors, zone=zone, before_s=before_s)
            for _ in range(self.spec.shared_repositories)
        )


def settings(draw: random.Random, client: str) -> dict[str, int | float]:
    """Request fields that whoever wrote a program set once."""
    limit = draw.choice((256, 512, 512, 800, 1024, 1024, 2000, 2048, 4096, 4096, 8192))
    given: dict[str, int | float] = {}
    if client.startswith("anthropic"):
        given["max_tokens"] = limit
    elif client == "openai-responses":
        given |= {"max_output_tokens": limit} if draw.random() < 0.6 else {}
    elif draw.random() < 0.7:
        given[draw.choice(("max_tokens", "max_tokens", "max_completion_tokens"))] = limit
    if draw.random() < 0.45:
        given["temperature"] = draw.choice((0.0, 0.0, 0.2, 0.3, 0.7, 1.0))
    return given


def _weighted(draw: random.Random, weights: Mapping[str, float]) -> str:
    return draw.choices(list(weights), list(weights.values()))[0]


def _speaking(draw: random.Random, language: str) -> str:
    if not language:
        return ""
    fitting = [name for name in names.cultures() if names.language_of(name) == language]
    return draw.choice(fitting) if fitting else ""


@dataclass(frozen=True, slots=True)
class Coding:
    """The turns of a coding session, made when they are asked for; the same each time."""

    person: Person
    machine: Machine
    repository: Repository
    prompts: PromptPool
    sitting: Sitting
    seed: int
    agents: bool

    def __iter__(self) -> Iterator[Turn]:
        """All turns in order."""
        now_s = self.sitting.start_us // 1_000_000
        checkout = place(self.person, self.machine, self.repository, now_s)
        work = CodingWork(draw_for(self.seed, "work"), checkout, self.prompts, self.agents)
        for number, steps in enumerate(self.sitting.steps):
            wait_s = self.sitting.waits_s[number] if number else 0.0
            yield work.turn(number == 0, steps, wait_s)


@dataclass(frozen=True, slots=True)
class Chat:
    """The turns of a chat, made when they are asked for; the same each time."""

    person: Person
    prompts: PromptPool
    sitting: Sitting
    seed: int

    def __iter__(self) -> Iterator[Turn]:
        """All turns in order."""
        draw = draw_for(self.seed, "chat")
        waits = self.sitting.waits_s
        asked = chat_prompts(draw, self.person, self.prompts, len(waits))
        for number, prompt in enumerate(asked):
            yield chat_turn(draw, self.person, prompt, waits[number] if number else 0.0)
