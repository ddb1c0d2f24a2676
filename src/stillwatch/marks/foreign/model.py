"""What a channel is, and what a finding says.

A channel is one way to hide something in text. It is one file: a `Channel` named `CHANNEL` whose
`find` is a pure function from a `View` to hits. Adding one is that file, a line in `registry.py`
and a plant in the tests.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from stillwatch.marks.foreign.lookalikes import ordinary
from stillwatch.marks.foreign.view import View

Sure = Literal["certain", "likely", "possible"]
SURENESS: tuple[Sure, ...] = ("certain", "likely", "possible")
MOST_MARKS = 64
MOST_PAYLOAD = 4096


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters at a place in a text: `text[offset:offset + len(mark.text)] == mark.text`.

    Attributes:
        offset: characters before it.
        text: the characters.
        plain: what ordinarily stands there; empty for nothing.
    """

    offset: int
    text: str
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a mark carries, where it can be read.

    Attributes:
        scheme: the way it is written, in a few words.
        text: what it says; empty if it is no text.
        data: its bytes, at most `MOST_PAYLOAD`.
        bits: how much it holds.
    """

    scheme: str
    text: str
    data: bytes
    bits: int


@dataclass(frozen=True, slots=True)
class Hit:
    """What a channel found in one text.

    Attributes:
        sure: how sure it is that something is hidden here.
        says: one sentence with the facts.
        marks: the characters in question, in order, at most `MOST_MARKS`.
        count: how many there are in all.
        payload: what they carry, if that can be read.
        twin: what else may write this, where it is more special than the channel's own twin.
        declared: where the maker of the client documents it; empty if nobody does.
    """

    sure: Sure
    says: str
    marks: tuple[Mark, ...]
    count: int
    payload: Payload | None = None
    twin: str = ""
    declared: str = ""

    @property
    def offset(self) -> int:
        """Characters before the first mark."""
        return self.marks[0].offset if self.marks else 0

    @property
    def length(self) -> int:
        """Characters of the first mark."""
        return len(self.marks[0].text) if self.marks else 1


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to hide something in text.

    Attributes:
        id: its name for all time.
        title: a few words for people.
        looks: what it looks like.
        twin: who else writes this, innocently.
        find: the hits in a text.
        classes: classes of code points (`classes.py`) one of which must be there.
        quick: for channels of plain ASCII, whether it is worth looking at all; fast, and True
            rather than wrong.
        raw: whether it is about how JSON is written, and looked for in the raw text alone.
    """

    id: str
    title: str
    looks: str
    twin: str
    find: Callable[[View], Iterable[Hit]]
    classes: frozenset[int] = frozenset()
    quick: Callable[[View], bool] | None = None
    raw: bool = False

    def may(self, view: View) -> bool:
        """Whether the channel could find anything in the text; fast."""
        if self.raw != (view.kind == "raw") or (self.quick and view.kind == "opaque"):
            return False
        if self.quick is not None:
            return self.quick(view)
        return not self.classes.isdisjoint(view.present)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands.

    Attributes:
        file: label of the file; empty for a text that comes from none.
        line: line of the file, from 1; of the text, where there is no file.
        column: character in that line, from 1.
        path: which part of a request or a JSON document, as `messages[0].content[1].text`; empty
            for plain text. `headers.NAME` is a header.
        offset: characters before the first mark in the decoded text at `path`.
        file_offset: characters before the first mark in the file, if known.
        length: characters that the first mark takes in the file.
    """

    file: str
    line: int
    column: int
    path: str
    offset: int
    file_offset: int | None = None
    length: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark that somebody hid, or what looks like one.

    Attributes:
        channel: id of the channel.
        sure: how sure it is that something is hidden here.
        says: one sentence with the facts.
        marks: the characters, with offsets in the text at `place.path`; at most `MOST_MARKS`.
        count: how many there are in all.
        place: where the first of them is.
        shown: the text around it, with every odd character spelled out as `<U+200B>`.
        plain: the same as it would ordinarily be written.
        payload: what it carries, if that can be read.
        twin: what else may have written this.
        declared: where the client's maker documents it; empty if nobody does.
    """

    channel: str
    sure: Sure
    says: str
    marks: tuple[Mark, ...]
    count: int
    place: Place
    shown: str
    plain: str
    payload: Payload | None
    twin: str
    declared: str

    @property
    def code_points(self) -> tuple[str, ...]:
        """The different code points of the marks, as `U+200B`, in the order they first appear."""
        seen = dict.fromkeys(char for mark in self.marks for char in mark.text)
        return tuple(f"U+{ord(char):04X}" for char in seen)


def marks_at(text: str, offsets: Sequence[int], plain: str | None = None) -> tuple[Mark, ...]:
    """Marks of one character at some offsets of a text, at most `MOST_MARKS`.

    Args:
        text: the text.
        offsets: where they are, ascending.
        plain: what ordinarily stands there; by default what each looks like.
    """
    return tuple(
        Mark(int(at), text[at], ordinary(text[at]) if plain is None else plain)
        for at in offsets[:MOST_MARKS]
    )
