"""Putting a seal into a request.

A sealer holds the sealed texts of one install and epoch. Where the plain text of a region stands
in its place, the sealed text takes it; where it does not and the region says `insert`, the sealed
text is added. Nothing else changes. The result follows from the body, the key and the grammar
alone: the same turn is sealed alike in every request, and a sealed body stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stillwatch.errors import KeyFileError
from stillwatch.marks.codeword import bits, codeword
from stillwatch.marks.fresh import MOST_FRESH, Cut, fresh_bits, fresh_key
from stillwatch.marks.grammar import RESULT, Grammar, Region
from stillwatch.marks.places import Body, Opened, Slot, Wire, opened, wire_of
from stillwatch.marks.secrets import KEY_BYTES

GAP = "\n\n"


@dataclass(frozen=True, slots=True)
class _Text:
    """One region of a client: what an unsealed client sends, what this one does."""

    plain: str
    sealed: str
    insert: bool
    tool: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """A region around results, cut where the result stands."""

    plain: tuple[str, str]
    sealed: tuple[str, str]
    insert: bool
    tool: str


class Sealer:
    """Seals requests for one install and epoch.

    Args:
        grammar: the texts of the client.
        install: public id of the install.
        install_key: its key for the epoch, 32 bytes, from enrolment
            (`secrets.MarkKey.install_key`).
        context: what the fresh part is bound to besides; see `fresh.fresh_key`.

    Raises:
        KeyFileError: the key does not have 32 bytes.
    """

    def __init__(
        self, grammar: Grammar, install: str, install_key: bytes, context: bytes = b""
    ) -> None:
        if len(install_key) != KEY_BYTES:
            raise KeyFileError(
                f"The key of install {install} has {len(install_key)} bytes, not {KEY_BYTES}.",
                "Enrol the install again.",
            )
        self.install = install
        self.grammar = grammar
        self._key = fresh_key(install_key, context)
        word = bits(codeword(install_key, grammar.name, grammar.width), grammar.width)
        self._system = [_text(region, word) for region in grammar.at("system")]
        self._tools = [_text(region, word) for region in grammar.at("tool")]
        self._reminders = [_text(region, word) for region in grammar.at("reminder")]
        self._frames = [_frame(region, word) for region in grammar.at("result")]
        self._fresh = (grammar.at("fresh") or (None,))[0]
        self._cut = Cut(grammar)

    def __repr__(self) -> str:
        return f"Sealer({self.install}, {self.grammar.name})"

    def seal(self, body: Body, wire: Wire | None = None) -> Body:
        """A sealed copy of a decoded request body.

        Args:
            body: of any of the three wires; it is not changed.
            wire: the wire, if it is known; else it is told from the body.
        """
        places = opened(body, wire or wire_of(body))
        self._seal_lasting(places)
        if self._fresh is not None:
            self._seal_turns(places.turns, self._fresh)
        return places.body

    def _seal_lasting(self, places: Opened) -> None:
        for text in self._system:
            _put_last(text, places.system)
        for text in self._tools:
            for name, slot in places.tools:
                if name == text.tool:
                    _put_last(text, [slot])
        for text in self._reminders if places.turns else ():
            first = places.turns[0]
            if not _replaced(text, first) and text.insert:
                first[0].text = text.sealed + GAP + first[0].text
        for frame in self._frames:
            for name, slots in places.results:
                if frame.tool in {name, ""}:
                    _put_around(frame, slots)

    def _seal_turns(self, turns: Sequence[list[Slot]], line: Region) -> None:
        first = b""
        for number, slots in enumerate(turns):
            last = slots[-1]
            text = last.text
            typed = self._cut.of(text)
            first = first or typed.digest
            found = text.startswith(line.plain, typed.end)
            if not found and not (line.insert and typed.end == len(text)):
                continue
            value = fresh_bits(self._key, first, number, typed.digest)
            sealed = line.filled(value >> (n % MOST_FRESH) & 1 for n in range(len(line.sites)))
            if found:
                last.text = text[: typed.end] + sealed + text[typed.end + len(line.plain) :]
            else:
                last.text = text + GAP + sealed


def _text(region: Region, word: Sequence[int]) -> _Text:
    return _Text(region.plain, region.text(word), region.insert, region.tool)


def _frame(region: Region, word: Sequence[int]) -> _Frame:
    plain, sealed = (_halves(text) for text in (region.plain, region.text(word)))
    return _Frame(plain, sealed, region.insert, region.tool)


def _halves(text: str) -> tuple[str, str]:
    before, _, after = text.partition(RESULT)
    return before, after


def _replaced(text: _Text, slots: Sequence[Slot]) -> bool:
    """Put the sealed text in place of the plain one; whether either stands there now."""
    for slot in slots:
        here = slot.text
        at = here.find(text.plain)
        if at >= 0:
            slot.text = here[:at] + text.sealed + here[at + len(text.plain) :]
            return True
        if text.sealed in here:
            return True
    return False


def _put_last(text: _Text, slots: Sequence[Slot]) -> None:
    """Seal a text where it stands, or add it at the end if the region says so."""
    if slots and not _replaced(text, slots) and text.insert:
        last = slots[-1]
        last.text = last.text + GAP + text.sealed if last.text else text.sealed


def _put_around(frame: _Frame, slots: Sequence[Slot]) -> None:
    first, last = slots[0], slots[-1]
    before, after = frame.plain
    if first.text.startswith(before) and last.text.endswith(after):
        first.text = frame.sealed[0] + first.text[len(before) :]
        last.text = last.text[: len(last.text) - len(after)] + frame.sealed[1]
        return
    sealed = first.text.startswith(frame.sealed[0]) and last.text.endswith(frame.sealed[1])
    if frame.insert and not sealed:
        first.text = frame.sealed[0] + first.text
        last.text = last.text + frame.sealed[1]
