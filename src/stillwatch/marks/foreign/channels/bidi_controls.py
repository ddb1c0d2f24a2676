"""Controls of writing direction where all text runs left to right, and overrides anywhere."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.codes import LEAST
from stillwatch.marks.foreign.invisible import find as found
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.scripts import right_to_left
from stillwatch.marks.foreign.view import View

_OVERRIDES = frozenset("\u202d\u202e")
_OPENS = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
_PATH_MARK = "\u202a"


def find(view: View) -> Iterator[Hit]:
    """Overrides; other controls that no right-to-left letter and no pair explains; marks."""
    text = view.text
    controls = view.at(classes.BIDI)
    overrides = [at for at in controls if text[at] in _OVERRIDES]
    if overrides:
        says = f"{len(overrides)} overrides of writing direction, which show text in another order."
        yield Hit("likely", says, marks_at(text, overrides), len(overrides))
    others = [at for at in controls if text[at] not in _OVERRIDES]
    others = [at for at in others if not right_to_left(view.around(at))]
    if others and not overrides and _odd(view, others):
        says = f"{len(others)} controls of writing direction in text that runs left to right."
        yield Hit("possible", says, marks_at(text, others), len(others))
    yield from found(view, classes.BIDI_MARK, "mark of writing direction")


def _odd(view: View, controls: list[int]) -> bool:
    """Whether controls are more than a path or a name copied out of a window."""
    if view.own or len(controls) >= 2 * LEAST:
        return True
    depth = 0
    for at in controls:
        char = view.text[at]
        if char == _PATH_MARK and view.text[at + 1 : at + 3].endswith(":"):
            continue
        depth += 1 if char in _OPENS else -1
        if not 0 <= depth <= 2:
            return True
    return depth != 0


CHANNEL = Channel(
    id="bidi-controls",
    title="Controls of writing direction",
    looks="Nothing, or text in another order: U+202A to U+202E, U+2066 to U+2069, U+200E, U+200F.",
    twin=(
        "Hebrew and Arabic, which are left out here unless the order is overridden; names that a "
        "program wraps when it puts them into a sentence; paths copied from a Windows dialogue."
    ),
    find=find,
    classes=frozenset({classes.BIDI, classes.BIDI_MARK}),
)
