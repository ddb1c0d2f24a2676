"""An operator's policy for the environment check: which facts, and which classes of them.

A policy is a TOML file that is open to everybody whose machine it concerns. Without one nothing is
read. Every entry names a class, what belongs to it, and why. The first entry that fits counts;
what fits none is `other`, and a fact that is not set is `none`.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import get_args

import msgspec

from stillwatch.errors import InputError, SettingsError
from stillwatch.marks.manifest import Fact

FORMAT = 1
OTHER = "other"
NONE = "none"
MOST_CONTEXTS = 4096
"""So many combinations of classes may be told apart in seals."""
MOST_CLASSES = 14
"""With these and the two reserved ones a fact says at most 4 bits: no name of a machine fits in."""
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_HINT = "See docs/marks.md for the format of a policy."
_SEPARATOR = {"host": ".", "proxy": ".", "locale": "-", "time-zone": "/"}


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"name": "class"}):
    """A class of a fact.

    Attributes:
        fact: what is compared.
        name: the class; `class` in the file.
        why: the reason why there is this entry.
        exact: whole values.
        suffix: ends of values, at a boundary: `example.com` fits `api.example.com`, and of a
            locale `CH` fits `de-CH`.
        substring: parts of values.
        zones: names of time zones, or areas of them: `Europe/Berlin`, `America/`.
    """

    fact: Fact
    name: str
    why: str
    exact: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    substring: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()

    def fits(self, value: str) -> bool:
        """Whether a value belongs to the class; upper and lower case are alike."""
        value = value.lower()
        separator = _SEPARATOR[self.fact]
        return (
            value in map(str.lower, self.exact)
            or any(_ends(value, end.lower(), separator) for end in self.suffix)
            or any(part.lower() in value for part in self.substring)
            or any(_in_zone(value, zone.lower()) for zone in self.zones)
        )


class _File(msgspec.Struct, forbid_unknown_fields=True):
    stillwatch_environment: int
    name: str
    about: str
    reads: tuple[Fact, ...]
    entry: tuple[Entry, ...] = ()
    in_seal: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be read, and into which classes it is reduced.

    Attributes:
        name: its name.
        about: whose it is and what for, in a sentence.
        reads: the facts that are read; no others are looked at.
        entries: in the order of the file.
        in_seal: whether the classes also go into the fresh part of seals.
        digest: SHA-256 of its contents, by which both sides know that they mean the same policy.
    """

    name: str
    about: str
    reads: tuple[Fact, ...]
    entries: tuple[Entry, ...]
    in_seal: bool
    digest: bytes

    def entry_for(self, fact: Fact, value: str) -> Entry | None:
        """The first entry that a value fits."""
        fitting = (entry for entry in self.entries if entry.fact == fact and entry.fits(value))
        return next(fitting, None)

    def classes(self, fact: Fact) -> tuple[str, ...]:
        """Every class that a fact may have."""
        named = dict.fromkeys(entry.name for entry in self.entries if entry.fact == fact)
        return (*named, OTHER, NONE)


def load_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        InputError: it cannot be read, or is not TOML.
        SettingsError: something in it is wrong; the message says what.
    """
    try:
        return parse_policy(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"no policy can be read from {path.name}", _HINT) from error


def parse_policy(text: str, file: str = "the policy") -> Policy:
    """Read a policy from the text of its file; errors as for `load_policy`."""
    try:
        read = msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file} is not TOML: {error}", _HINT) from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {error}", _HINT) from error
    _check(read, file)
    digest = hashlib.sha256(msgspec.json.encode(read)).digest()
    return Policy(read.name, read.about, read.reads, read.entry, read.in_seal, digest)


def check_signed(policy: Policy | None, signs: bool) -> None:
    """What a policy declares is signed, or it could be anybody's.

    Raises:
        SettingsError: there is a policy, but requests are not signed.
    """
    if policy is not None and not signs:
        raise SettingsError(
            "What the environment check declares must be signed.",
            "Sign requests, or name no policy.",
        )


def _check(read: _File, file: str) -> None:
    if read.stillwatch_environment != FORMAT:
        raise SettingsError(f"{file} has format {read.stillwatch_environment}, not {FORMAT}", _HINT)
    if not NAME.fullmatch(read.name):
        raise SettingsError(f"{file}: {read.name!r} is no name", f"Names match {NAME.pattern}.")
    named: dict[str, set[str]] = {fact: {OTHER, NONE} for fact in read.reads}
    if len(named) < len(read.reads):
        raise SettingsError(f"{file}: reads names a fact twice", _HINT)
    for entry in read.entry:
        _check_entry(entry, read, f"{file}: class {entry.name!r} of {entry.fact}")
        named[entry.fact].add(entry.name)
        if len(named[entry.fact]) > MOST_CLASSES + 2:
            raise SettingsError(
                f"{file}: {entry.fact} has more than {MOST_CLASSES} classes",
                "Classes are for groups of machines, not for single ones.",
            )
    if read.in_seal and prod(map(len, named.values())) > MOST_CONTEXTS:
        raise SettingsError(
            f"{file}: more than {MOST_CONTEXTS} combinations of classes go into seals",
            "Read fewer facts, or name fewer classes.",
        )


def _check_entry(entry: Entry, read: _File, where: str) -> None:
    if entry.fact not in read.reads:
        hint = f"Add it to reads, which may hold: {', '.join(get_args(Fact))}."
        raise SettingsError(f"{where}: the fact is not read", hint)
    if not NAME.fullmatch(entry.name) or entry.name in {OTHER, NONE}:
        raise SettingsError(
            f"{where}: no name for a class",
            f"Names match {NAME.pattern}; other and none are taken.",
        )
    if not entry.why.strip():
        raise SettingsError(f"{where} gives no reason", "Say in `why` what the class is for.")
    patterns = (*entry.exact, *entry.suffix, *entry.substring, *entry.zones)
    if not all(patterns) or not patterns:
        raise SettingsError(f"{where}: a pattern is empty, or there is none", _HINT)
    if entry.zones and entry.fact != "time-zone":
        raise SettingsError(f"{where}: zones are for time-zone", _HINT)


def _ends(value: str, end: str, separator: str) -> bool:
    end = end.lstrip(separator)
    return value == end or value.endswith(separator + end)


def _in_zone(value: str, zone: str) -> bool:
    return value.startswith(zone) if zone.endswith("/") else value == zone
