"""Punctuation of other scripts that looks like ASCII."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, Sure, marks_at
from stillwatch.marks.foreign.scripts import spaceless
from stillwatch.marks.foreign.view import View

# People paste these from formulas, phonetics and German or Polish quotations.
_PASTED = frozenset("\u02d0\u2236\u2044\u2215\u2223\u01c0\u2217\u204e\u201a\u02cc")


def find(view: View) -> Iterator[Hit]:
    """Those among ASCII that nobody pastes; in a client's own text, any."""
    at = [
        one
        for one in view.at(classes.PUNCTUATION)
        if _foreign(view, one) and (view.own or _in_place(view, one))
    ]
    if at:
        sure: Sure = "possible" if {view.text[one] for one in at} <= _PASTED else "likely"
        says = f"{len(at)} signs of another script that look like ASCII punctuation."
        yield Hit(sure, says, marks_at(view.text, at), len(at))


def _in_place(view: View, at: int) -> bool:
    """Whether it stands at the end of a word, and is none that people paste."""
    return view.text[at] not in _PASTED and view.before(at).isalnum()


def _foreign(view: View, at: int) -> bool:
    """Whether no letter of the sign's own script is near."""
    near = view.text[max(0, at - 20) : at + 20]
    return not any(
        char.isalpha() and (char > "\u0250" or spaceless(char)) for char in near if char > "\x7f"
    )


CHANNEL = Channel(
    id="look-alike-punctuation",
    title="Look-alike punctuation",
    looks="A colon, semicolon, slash, dot or bar: U+037E, U+A789, U+2236, U+2044 and others.",
    twin="Greek, Armenian and Hebrew, which are left out here; phonetics and formulas.",
    find=find,
    classes=frozenset({classes.PUNCTUATION}),
)
