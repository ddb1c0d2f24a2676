"""A grammar: the texts that a client puts into its requests, with the places where they may vary.

A grammar is a TOML file. Its regions hold text with *sites*, written `[[number|one way|another]]`:
two ASCII wordings, or two orders of the same items, that mean the same and cost the same tokens.
A site carries one bit. Numbers are never used twice, so that a later version of a grammar reads
what an earlier one wrote. The first wording of every site gives the *plain* text, which an
unsealed client would send. Sealing replaces the plain text where it stands; a region with
`insert = true` is put into requests that lack it, so that a grammar serves clients that others
wrote.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from stillwatch.errors import InputError, SettingsError

Place = Literal["system", "tool", "reminder", "result", "fresh"]
FORMAT = 1
MOST_SITES = 4096
RESULT = "{result}"
MARGIN = 4
"""Fewest characters of fixed text that end a reminder or begin a fresh line."""
_SITE = re.compile(r"\[\[(\d+)\|([^\[\]|]+)\|([^\[\]|]+)\]\]")
_HINT = "See docs/marks.md for the format of a grammar."


class _Region(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    place: Place
    text: str
    tool: str = ""
    insert: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True):
    stillwatch_grammar: int
    name: str
    about: str
    region: list[_Region]


@dataclass(frozen=True, slots=True)
class Site:
    """A place that carries one bit.

    Attributes:
        number: its name for all time, from 0; the place of its bit in a codeword.
        region: id of the region that it stands in.
        ways: the wording for 0 and the one for 1.
    """

    number: int
    region: str
    ways: tuple[str, str]


@dataclass(frozen=True)
class Region:
    """A piece of a request's text.

    Attributes:
        id: name of the region.
        place: `system` text, description of a `tool`, the first turn's `reminder`, the frame of a
            tool `result`, or the `fresh` line at the end of every human turn.
        tool: name of the tool whose description it is, or whose result it frames.
        insert: whether sealing puts the text where it is not there.
        pieces: fixed text and sites in turn.
    """

    id: str
    place: Place
    tool: str
    insert: bool
    pieces: tuple[str | Site, ...]

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Its sites, in the order of the text."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Site))

    @cached_property
    def plain(self) -> str:
        """The text with the first wording everywhere."""
        return self.text(())

    def text(self, bits: Sequence[int]) -> str:
        """The text with the wordings that bits choose.

        Args:
            bits: by number of site; a number past the end counts as 0.
        """
        return self.filled(bits[s.number] if s.number < len(bits) else 0 for s in self.sites)

    def filled(self, bits: Iterable[int]) -> str:
        """The text with the wordings that bits choose, one for each site in the text's order."""
        turn = iter(bits)
        return "".join(
            piece if isinstance(piece, str) else piece.ways[next(turn)] for piece in self.pieces
        )


@dataclass(frozen=True)
class Grammar:
    """All regions of a client's texts.

    Attributes:
        name: name of the grammar; it takes part in the derivation of codewords.
        about: for whom it is, in a sentence.
        regions: in the order of the file.
    """

    name: str
    about: str
    regions: tuple[Region, ...]

    @cached_property
    def lasting(self) -> tuple[Site, ...]:
        """Sites whose bits hold for an install and epoch, by number."""
        return tuple(_sites(r for r in self.regions if r.place != "fresh"))

    @cached_property
    def fresh(self) -> tuple[Site, ...]:
        """Sites whose bits are new in every turn, by number."""
        return tuple(_sites(r for r in self.regions if r.place == "fresh"))

    @cached_property
    def width(self) -> int:
        """Bits of a codeword: one above the highest number of a lasting site."""
        return self.lasting[-1].number + 1 if self.lasting else 0

    def at(self, place: Place) -> tuple[Region, ...]:
        """The regions of a place, in the order of the file."""
        return tuple(region for region in self.regions if region.place == place)

    def region(self, name: str) -> Region:
        """A region by its id.

        Raises:
            SettingsError: there is none.
        """
        for region in self.regions:
            if region.id == name:
                return region
        raise SettingsError(f"grammar {self.name} has no region {name!r}", _HINT)


def shipped() -> list[str]:
    """Names of the grammars that come along."""
    folder = files("stillwatch.marks") / "grammars"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir())


def load(name: str | Path) -> Grammar:
    """Read a grammar: a file, or the name of one that comes along.

    Raises:
        InputError: there is no such file, or it is not TOML.
        SettingsError: something in it is wrong; the message says where.
    """
    if str(name) in shipped():
        text = (files("stillwatch.marks") / "grammars" / f"{name}.toml").read_text("utf-8")
        return parse(text, f"{name}.toml")
    path = Path(name)
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        hint = f"Name a TOML file, or one of: {', '.join(shipped())}."
        raise InputError(f"no grammar can be read from {path.name}", hint) from error


def parse(text: str, file: str) -> Grammar:
    """Read a grammar from the text of its file; errors as for `load`."""
    try:
        read = msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file} is not TOML: {error}", _HINT) from error
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {error}", _HINT) from error
    if read.stillwatch_grammar != FORMAT:
        raise SettingsError(f"{file} has format {read.stillwatch_grammar}, not {FORMAT}", _HINT)
    regions = tuple(_region(region, file) for region in read.region)
    _check(regions, file)
    return Grammar(read.name, read.about, regions)


def _region(read: _Region, file: str) -> Region:
    where = f"{file}: region {read.id!r}"
    if not read.text.isascii():
        odd = next(letter for letter in read.text if ord(letter) > 127)
        raise SettingsError(f"{where} holds U+{ord(odd):04X}", "A seal is plain ASCII.")
    text = read.text.strip("\n")
    pieces: list[str | Site] = []
    end = 0
    for found in _SITE.finditer(text):
        number, *ways = found.groups()
        if ways[0] == ways[1]:
            raise SettingsError(f"{where}: both ways of site {number} are the same", _HINT)
        if found.start() > end:
            pieces.append(text[end : found.start()])
        pieces.append(Site(int(number), read.id, (ways[0], ways[1])))
        end = found.end()
    if end < len(text):
        pieces.append(text[end:])
    if any("[[" in piece or "]]" in piece for piece in pieces if isinstance(piece, str)):
        raise SettingsError(f"{where} has brackets that are no site", "Write [[7|one|another]].")
    region = Region(read.id, read.place, read.tool, read.insert, tuple(pieces))
    _check_shape(region, where)
    return region


def _check_shape(region: Region, where: str) -> None:
    """See that a region has the parts by which it is put into its place and found again."""
    fixed = [piece if isinstance(piece, str) else "" for piece in region.pieces] or [""]
    frames = sum(piece.count(RESULT) for piece in fixed)
    if region.place == "tool" and not region.tool:
        raise SettingsError(f"{where} names no tool", _HINT)
    if frames != (region.place == "result"):
        raise SettingsError(f"{where} has {RESULT} {frames} times", f"{RESULT} frames a result.")
    if region.place == "reminder" and len(fixed[-1].rpartition("\n")[2]) < MARGIN:
        raise SettingsError(f"{where} ends in a site", "End a reminder with a line of its own.")
    if region.place == "fresh" and len(fixed[0]) < MARGIN:
        raise SettingsError(f"{where} begins with a site", "Begin a fresh line with fixed text.")


def _check(regions: tuple[Region, ...], file: str) -> None:
    ids = [region.id for region in regions]
    if len(set(ids)) < len(ids):
        raise SettingsError(f"{file}: two regions share an id", _HINT)
    if len([region for region in regions if region.place in {"reminder", "fresh"}]) > len(
        {region.place for region in regions} & {"reminder", "fresh"}
    ):
        raise SettingsError(f"{file}: two reminders or two fresh lines", "Join them to one.")
    numbers = Counter(site.number for region in regions for site in region.sites)
    for number, times in numbers.items():
        if times > 1:
            raise SettingsError(f"{file}: site {number} stands twice", "Give it a new number.")
        if number >= MOST_SITES:
            raise SettingsError(f"{file}: site {number}", f"Numbers end at {MOST_SITES - 1}.")


def _sites(regions: Iterator[Region]) -> list[Site]:
    return sorted((site for region in regions for site in region.sites), key=lambda s: s.number)
