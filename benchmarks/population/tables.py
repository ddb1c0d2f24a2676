"""From drawn people and sessions to the tables that signals read."""

from dataclasses import dataclass
from typing import Literal

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from population.people import NAMELESS, People, draw_people
from population.sessions import Sessions, Steps, draw_sessions, draw_steps
from population.settings import Ranges, Settings
from stillwatch.signals.model import Tables
from stillwatch.store.tables import ACCOUNTS, CHECKS, EXCHANGES, FACTS, ISSUED, PRESENTED

Mode = Literal["normal", "pinned", "chat"]
MODES: tuple[Mode, ...] = ("normal", "pinned", "chat")
START_US = 1_790_000_000_000_000
_US = 1_000_000
_KINDS = {"user": 1, "home": 2, "host": 3, "git_email": 4, "repo": 5, "cwd": 6, "language": 7}

_LINKS = [("thread", pa.int64()), ("family", pa.int64()), ("owner", pa.int64())]
_PLACED = [
    ("account", pa.string()),
    ("ts_us", pa.int64()),
    *_LINKS,
    ("root", pa.int64()),
    ("exchange", pa.string()),
]
_SCHEMAS = {
    "exchanges": pa.schema([*EXCHANGES, *_LINKS]),
    "issued": pa.schema([*ISSUED, *_PLACED]),
    "presented": pa.schema([*PRESENTED, *_PLACED]),
    "facts": pa.schema([*FACTS, *_PLACED]),
    "checks": pa.schema([*CHECKS, *_PLACED]),
    "accounts": pa.schema(
        [
            *ACCOUNTS,
            ("owner", pa.int64()),
            ("exchanges", pa.int64()),
            ("first_us", pa.int64()),
            ("last_us", pa.int64()),
        ]
    ),
}

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Drawn:
    """Exchanges and facts as plain columns; `account` counts from 0."""

    exchanges: Columns
    facts: Columns


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
        facts = _joined(facts, _declared(crowd, sessions, steps))
    return Drawn(exchanges, facts)


def merged(parts: list[Drawn]) -> Drawn:
    """Several draws side by side, their accounts renumbered one after the other."""
    whole = parts[0]
    for part in parts[1:]:
        accounts = int(whole.exchanges["account"].max()) + 1
        rows, families = len(whole.exchanges["row"]), int(whole.exchanges["family"].max()) + 1
        exchanges = dict(part.exchanges)
        for name, shift in (("account", accounts), ("row", rows), ("family", families)):
            exchanges[name] = exchanges[name] + shift
        exchanges["thread"] = exchanges["thread"] + (families << 20)
        facts = dict(part.facts, row=part.facts["row"] + rows)
        whole = Drawn(_joined(whole.exchanges, exchanges), _joined(whole.facts, facts))
    return whole


def to_tables(drawn: Drawn) -> Tables:
    """The columns as the declared tables, on DuckDB."""
    exchanges = _filled(drawn.exchanges, _SCHEMAS["exchanges"])
    place = pa.array(drawn.facts["row"])
    placed = exchanges.select([name for name, _ in _PLACED]).take(place)
    facts = _filled(drawn.facts, _SCHEMAS["facts"])
    for name in placed.column_names:
        facts = facts.set_column(facts.schema.get_field_index(name), name, placed[name])
    names = exchanges.group_by("account").aggregate(
        [("row", "count"), ("ts_us", "min"), ("ts_us", "max")]
    )
    accounts = _accounts(names)
    tables = {"exchanges": exchanges, "facts": facts, "accounts": accounts}
    connection = duckdb.connect()
    return Tables(
        **{
            name: nw.from_native(connection.from_arrow(tables.get(name, schema.empty_table())))
            for name, schema in _SCHEMAS.items()
        }
    )


def account_name(account: int) -> str:
    """The name under which an account stands in the tables."""
    return f"acct_{account:06}"


def _exchanges(people: People, sessions: Sessions, steps: Steps, *, pinned: bool) -> Columns:
    person = sessions.person[steps.session]
    device = people.device[person, sessions.machine[steps.session]]
    count = len(person)
    return {
        "row": np.arange(count),
        "account": people.account[person],
        "ts_us": START_US + (steps.at_s * _US).astype(np.int64),
        "end_us": START_US + (steps.end_s * _US).astype(np.int64),
        "human_turn": steps.human,
        "messages": 2 * steps.place + 1,
        "tool_parts": np.where(steps.agent > 0, steps.place, steps.tool),
        "family": steps.session,
        "thread": (steps.session << 20) + np.minimum(steps.agent, (1 << 20) - 1),
        "device": np.zeros(count, np.int64) if pinned else device,
        "session": steps.session,
    }


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
        whole = _joined(whole, part)
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
        return _rows(kind, self._turns[(self._first + waited)[seen]], value[seen])

    def opening(self, kind: str, value: np.ndarray) -> Columns:
        """Sightings in the request that opens the session."""
        return _rows(kind, self._opening, value)


def _rows(kind: str, row: np.ndarray, value: np.ndarray) -> Columns:
    generic = value == NAMELESS
    return {
        "row": row,
        "kind": np.full(len(row), kind),
        "origin": np.full(len(row), "evidenced"),
        "value": value.astype(np.int64) * 16 + _KINDS[kind],
        "label": np.where(generic & (kind not in ("language", "repo", "cwd")), "generic", ""),
    }


def _joined(left: Columns, right: Columns) -> Columns:
    return {name: np.concatenate([left[name], right[name]]) for name in left}


def _chosen(columns: Columns, kept: np.ndarray) -> Columns:
    return {name: values[kept] for name, values in columns.items()}


def _filled(columns: Columns, schema: pa.Schema) -> pa.Table:
    """The columns as a table of the schema; what is not given is null."""
    count = len(columns["row"])
    names = {"account": account_name, "exchange": lambda row: f"ex_{row}"}
    given = dict(columns)
    if "ts_us" in columns:
        given = given | {"exchange": columns["row"], "root": columns["thread"]}
    arrays = []
    for field in schema:
        values = given.get(field.name)
        if values is None:
            arrays.append(pa.nulls(count, field.type))
        elif field.name in names:
            texts, place = np.unique(values, return_inverse=True)
            words = pa.array([names[field.name](int(text)) for text in texts], pa.string())
            arrays.append(words.take(pa.array(place.reshape(-1))))
        elif field.name == "label":
            arrays.append(pa.array(values, pa.string(), mask=values == ""))
        else:
            arrays.append(pa.array(values).cast(field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _accounts(names: pa.Table) -> pa.Table:
    schema = _SCHEMAS["accounts"]
    given = {
        "account": names["account"],
        "exchanges": names["row_count"],
        "first_us": names["ts_us_min"],
        "last_us": names["ts_us_max"],
    }
    columns = [given.get(field.name, pa.nulls(len(names), field.type)) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)
