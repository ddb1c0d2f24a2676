"""A tool's own list of what it reads and sends, held against what an audit found.

A declaration names places and the factors that may be seen there. What an audit finds at another
place, or depending on another factor, is not declared; how it is written does not matter, since a
declared bit may be written as anything that the declaration describes.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from stillwatch.audit.model import Aspect, Document, Finding, Group, Place
from stillwatch.errors import InputError
from stillwatch.marks.manifest import ENVIRONMENT, READS, Fact


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a tool declares.

    Attributes:
        where: the place: a path as findings have it, such as `headers.x-client`, with `*` for any
            characters.
        reads: factors that may be seen there.
        holds: what stands there, in words.
        aspects: what may differ: `value` and `presence` if nothing is said.
    """

    where: str
    reads: tuple[str, ...]
    holds: str = ""
    aspects: tuple[Aspect, ...] = (Aspect.VALUE, Aspect.SHOWN, Aspect.PRESENCE, Aspect.VERSION)


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tool says it does.

    Attributes:
        tool: its name.
        sends: what it sends that depends on the environment.
        plain: whether what is shown in plain needs no entry.
    """

    tool: str
    sends: tuple[Entry, ...]
    plain: bool = True


class Checked(msgspec.Struct, frozen=True):
    """What a check says.

    Attributes:
        undeclared: findings that no entry covers.
        declared: findings that are covered.
        unseen: entries that no finding needed; that is no fault.
    """

    undeclared: tuple[Finding, ...]
    declared: tuple[Finding, ...]
    unseen: tuple[Entry, ...]

    @property
    def passed(self) -> bool:
        """Whether all that was found is declared."""
        return not self.undeclared


FACTORS: dict[Fact, tuple[str, ...]] = {
    "time-zone": ("zone",),
    "proxy": ("proxy",),
    "host": ("host",),
    "locale": ("locale",),
}
"""Factors of an audit that change a fact of the manifest."""


def check(declaration: Declaration, document: Document) -> Checked:
    """Hold findings against a declaration.

    Args:
        declaration: what the tool says.
        document: what was found.
    """
    undeclared, declared = [], []
    used: set[Entry] = set()
    for finding in document.findings:
        entries = _covering(declaration, finding)
        if entries is None:
            undeclared.append(finding)
        else:
            declared.append(finding)
            used |= set(entries)
    unseen = tuple(entry for entry in declaration.sends if entry not in used)
    return Checked(tuple(undeclared), tuple(declared), unseen)


def _covering(declaration: Declaration, finding: Finding) -> list[Entry] | None:
    """Entries that cover every place of a finding; None if one is not covered."""
    if declaration.plain and finding.group is Group.EXPECTED:
        return []
    found = []
    for place in finding.places:
        entry = next((e for e in declaration.sends if _covers(e, place, finding)), None)
        if entry is None:
            return None
        found.append(entry)
    return found


def _covers(entry: Entry, place: Place, finding: Finding) -> bool:
    """Whether an entry names the place and all factors of a finding.

    A finding of which no factor is known depends on all of the environment, and is covered by no
    entry.
    """
    return (
        bool(finding.factors)
        and set(finding.factors) <= set(entry.reads)
        and place.aspect in entry.aspects
        and fnmatchcase(place.path, entry.where)
    )


def read(path: Path) -> Declaration:
    """Read a declaration.

    Args:
        path: a TOML or JSON file.

    Raises:
        InputError: it cannot be read or is no declaration.
    """
    try:
        raw = path.read_bytes()
        if path.suffix == ".toml":
            return msgspec.toml.decode(raw, type=Declaration)
        return msgspec.json.decode(raw, type=Declaration)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).", "Name a file.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is no declaration: {error}.",
            "It needs `tool` and a list `sends` with `where` and `reads`.",
        ) from error


def own(facts: Iterable[Fact] | None = None) -> Declaration:
    """What our own client declares, from the manifest that its code runs on.

    Args:
        facts: those that its policy reads; all by default.
    """
    read_ = [read.fact for read in READS] if facts is None else list(facts)
    factors = tuple(factor for fact in read_ for factor in FACTORS[fact])
    entry = Entry(f"headers.{ENVIRONMENT.name}", factors, ENVIRONMENT.holds)
    return Declaration("stillwatch client", (entry,) if factors else ())
