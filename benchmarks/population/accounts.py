"""From settings to accounts: who uses them, what they do, and what their tools show."""

from typing import Literal

import numpy as np

from population.arrow import Columns, Drawn, exchange_columns, fact_columns, joined
from population.people import NAMELESS, People, draw_people
from population.sessions import Sessions, Steps, draw_sessions, draw_steps
from population.settings import Ranges, Settings

Mode = Literal["normal", "pinned", "chat"]
MODES: tuple[Mode, ...] = ("normal", "pinned", "chat")


def population(rng: np.random.Generator, people: np.ndarray, mode: Mode, ranges: Ranges) -> Drawn:
    """Draw accounts, each with a number of people merged into it.

    Args:
        rng: source of chance.
        people: for each account, how many people are behind it.
        mode: `normal`; `pinned`: what clients declare is rewritten to one constant, tool traffic is
            intact; `chat`: no tools at all, and pinned too.
        ranges: between which settings are drawn.
    """
    settings = Settings(rng, ranges, len(people))
    crowd = draw_people(rng, settings, np.repeat(np.arange(len(people)), people))
    sessions = draw_sessions(rng, settings, crowd)
    steps = draw_steps(rng, crowd, sessions, tools=mode != "chat")
    exchanges = _exchanges(crowd, sessions, steps, pinned=mode != "normal")
    facts = _facts(rng, settings, crowd, sessions, steps)
    if mode == "chat":
        facts = _chosen(facts, facts["kind"] == "language")
    if mode == "normal":
        facts = joined(facts, _declared(crowd, sessions, steps))
    return Drawn(exchanges, facts)


def _exchanges(people: People, sessions: Sessions, steps: Steps, *, pinned: bool) -> Columns:
    person = sessions.person[steps.session]
    device = people.device[person, sessions.machine[steps.session]]
    columns = exchange_columns(
        account=people.account[person],
        family=steps.session,
        at_s=steps.at_s,
        end_s=steps.end_s,
        human=steps.human,
        place=steps.place,
    )
    columns["thread"] = columns["thread"] + steps.agent
    columns["device"] = np.zeros(len(person), np.int64) if pinned else device
    return columns


def _facts(
    rng: np.random.Generator,
    settings: Settings,
    people: People,
    sessions: Sessions,
    steps: Steps,
) -> Columns:
    """What tool turns show, at its first sighting in a session."""
    person = sessions.person
    account = people.account[person]
    shown = rng.random(len(person)) >= settings.of("without_tools", account)
    name = people.name[person, sessions.machine]
    values = {
        "user": (name, "name_a_turn"),
        "home": (
            np.where(name == NAMELESS, NAMELESS, name * 4 + sessions.machine % 3),
            "name_a_turn",
        ),
        "host": (people.host[person, sessions.machine], "host_a_turn"),
        "git_email": (people.mail[person, sessions.machine], "mail_a_turn"),
        "repo": (sessions.repo, "repo_a_turn"),
        "cwd": (name * 10_000_019 + sessions.repo, "name_a_turn"),
    }
    ends = _Sightings(steps, len(person))
    chance = rng.random(len(person))  # home, user and directory show in the same turn
    parts = [
        ends.after(
            chance if setting == "name_a_turn" else rng.random(len(person)),
            settings.of(setting, account),
            shown,
            kind,
            value,
        )
        for kind, (value, setting) in values.items()
    ]
    parts.append(ends.opening("language", people.language[person]))
    parts.append(_foreign(rng, settings, people, sessions, ends))
    whole = parts[0]
    for part in parts[1:]:
        whole = joined(whole, part)
    return whole


def _foreign(
    rng: np.random.Generator,
    settings: Settings,
    people: People,
    sessions: Sessions,
    ends: "_Sightings",
) -> Columns:
    """Sometimes a listing shows a colleague's name."""
    account = people.account[sessions.person]
    often = rng.random(len(account)) < settings.of("foreign", account)
    first = np.searchsorted(people.account, np.arange(settings.accounts))
    size = np.bincount(people.account, minlength=settings.accounts)
    other = first[account] + np.floor(rng.random(len(account)) * size[account]).astype(int)
    return ends.after(
        rng.random(len(account)), np.full(len(account), 0.5), often, "user", people.name[other, 0]
    )


def _declared(people: People, sessions: Sessions, steps: Steps) -> Columns:
    """What an untouched client says about its machine in its first request."""
    name = people.name[sessions.person, sessions.machine]
    ends = _Sightings(steps, len(sessions.person))
    user = ends.opening("user", name)
    return user | {"origin": np.full(len(user["row"]), "declared")}


class _Sightings:
    """Where in its session something is seen first."""

    def __init__(self, steps: Steps, sessions: int) -> None:
        main = steps.agent == 0
        tool = main & ~steps.human
        self._opening = np.flatnonzero(main & (steps.place == 0))
        self._tools = np.bincount(steps.session[tool], minlength=sessions)
        self._first = np.cumsum(self._tools) - self._tools
        self._turns = np.flatnonzero(tool)

    def after(
        self,
        chance: np.ndarray,
        a_turn: np.ndarray,
        shown: np.ndarray,
        kind: str,
        value: np.ndarray,
    ) -> Columns:
        """Sightings at the first tool turn that shows it, where there is one: a geometric law."""
        waited = np.floor(np.log1p(-chance) / np.log1p(-a_turn)).astype(np.int64)
        seen = shown & (waited < self._tools)
        return fact_columns(kind, self._turns[(self._first + waited)[seen]], value[seen])

    def opening(self, kind: str, value: np.ndarray) -> Columns:
        """Sightings in the request that opens the session."""
        return fact_columns(kind, self._opening, value)


def _chosen(columns: Columns, kept: np.ndarray) -> Columns:
    return {name: values[kept] for name, values in columns.items()}
