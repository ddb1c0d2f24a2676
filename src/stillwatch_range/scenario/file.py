"""A scenario file: what is in a world, in TOML.

The file names populations, relays, campaigns and twins, a start and a length. Each table holds the
fields of its part's own specification, and may hold `count` (how many of it, 1 by default) and
`name`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from stillwatch.errors import InputError, SettingsError
from stillwatch_range.campaigns import CampaignSpec
from stillwatch_range.honest import HonestSpec
from stillwatch_range.model import DAY_US, SECOND_US, Release, World
from stillwatch_range.relays import RelaySpec
from stillwatch_range.twins import TwinSpec

Kind = Literal["honest", "relay", "campaign", "twin"]
Spec = HonestSpec | RelaySpec | CampaignSpec | TwinSpec
SPECS: Mapping[Kind, type[Spec]] = {
    "honest": HonestSpec,
    "relay": RelaySpec,
    "campaign": CampaignSpec,
    "twin": TwinSpec,
}
T = TypeVar("T")
SHIPPED = Path(__file__).parent / "shipped"


class _Release(msgspec.Struct, forbid_unknown_fields=True):
    model: str
    day: float


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    start: datetime
    days: float
    sources: tuple[str, ...]
    detail: Literal["lean", "full"] = "lean"
    release: tuple[_Release, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a scenario file: what to make, and how many of it."""

    kind: Kind
    name: str
    count: int
    spec: Spec


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario file that was read and found in order."""

    name: str
    about: str
    start: datetime
    days: float
    sources: tuple[str, ...]
    detail: Literal["lean", "full"]
    releases: tuple[tuple[str, float], ...]
    parts: tuple[Part, ...]

    def world(self, seed: int) -> World:
        """What all cells share, for a seed."""
        start_us = int(self.start.timestamp()) * SECOND_US
        return World(
            seed=seed,
            start_us=start_us,
            end_us=start_us + int(self.days * DAY_US),
            sources=self.sources,
            releases=tuple(
                Release(model, start_us + int(day * DAY_US)) for model, day in self.releases
            ),
            detail=self.detail,
        )

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.start + timedelta(days=self.days)


def shipped() -> list[str]:
    """Names of the scenarios that come along."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def find(name: str) -> Path:
    """The file of a scenario.

    Args:
        name: path of a file, or the name of one that comes along.

    Raises:
        InputError: if there is neither.
    """
    if Path(name).is_file():
        return Path(name)
    if name in shipped():
        return SHIPPED / f"{name}.toml"
    known = ", ".join(shipped())
    raise InputError(f"no scenario {name!r}", f"Give a TOML file, or one of: {known}.")


def read(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        InputError: if the file cannot be read or is not TOML.
        SettingsError: if a table or a field is wrong, with its place in the file.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{path.name} cannot be read as a scenario: {error}", "It should be a TOML file."
        ) from error
    tables = {kind: data.pop(kind, []) for kind in SPECS}
    head = _convert(data, _Head, path.name)
    if head.start.tzinfo is None:
        head.start = head.start.replace(tzinfo=UTC)
    if head.days <= 0:
        raise SettingsError(f"{path.name}: days is {head.days}", "A scenario has a length above 0.")
    parts = tuple(
        _part(kind, number, table, path.name)
        for kind, rows in tables.items()
        for number, table in enumerate(rows)
    )
    if len({(part.kind, part.name) for part in parts}) < len(parts):
        raise SettingsError(f"{path.name}: two tables have one name", "Give each its own `name`.")
    return Scenario(
        name=head.name,
        about=head.about,
        start=head.start,
        days=head.days,
        sources=head.sources,
        detail=head.detail,
        releases=tuple((one.model, one.day) for one in head.release),
        parts=parts,
    )


def _part(kind: Kind, number: int, table: dict[str, Any], file: str) -> Part:
    fields = dict(table)
    count = fields.pop("count", 1)
    where = f"{file}: [[{kind}]] number {number + 1}"
    if not isinstance(count, int) or count < 1:
        raise SettingsError(f"{where}: count is {count!r}", "Give a whole number above 0.")
    default = f"{fields.get('kind') or fields.get('method') or fields.get('habits')}-{number + 1}"
    name = str(fields.pop("name", default))
    return Part(kind, name, count, _convert(fields, SPECS[kind], where))


def _convert(data: dict[str, Any], shape: type[T], where: str) -> T:
    try:
        return msgspec.convert(data, shape, strict=True)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise SettingsError(f"{where}: {error}", "See docs/range.md for the fields.") from error
