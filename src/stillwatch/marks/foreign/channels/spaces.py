"""Spaces of other widths between words."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.codes import LEAST, alternates, readable
from stillwatch.marks.foreign.mixtures import Pair, best, gaps, mixture, read, worth
from stillwatch.marks.foreign.model import Channel, Hit, Payload, Sure, marks_at
from stillwatch.marks.foreign.scripts import spaceless
from stillwatch.marks.foreign.view import View

SCHEME = "spaces of other widths"
NO_BREAK = "\u00a0"
_ODD = "\u00a0\u1680\u2000-\u200a\u202f\u205f"
_GAPS = gaps(f"[ {_ODD}]")
_PAIR = Pair("an odd space", "the ordinary one", " ", SCHEME)
# French and Russian typography, numbers with units, and dashes ask for narrow or fixed spaces.
_ASKING = frozenset(
    "\u00ab\u00bb:;!?%\u2030\u2013\u2014\u2212=+/<>()[]{}|*$\u20ac\u00b0\u2116\u00a7#"
)


def find(view: View) -> Iterator[Hit]:
    """Two kinds or more in turns; one kind in turns with the ordinary space; in own text, any."""
    odd = [at for at in view.at(classes.SPACE) if _GAPS[0].match(view.text, at)]
    rare = [at for at in odd if view.text[at] != NO_BREAK]
    kinds = [ord(view.text[at]) for at in rare]
    if len(rare) >= LEAST and alternates(kinds, LEAST // 2):
        yield _several(view, rare)
        return
    # Encyclopedias and browsers put no-break spaces beside links, so that only a text that they
    # spell counts; nobody types the others between words.
    least = LEAST if len(rare) == len(odd) else None
    hits = best(
        mixture(
            view,
            read(view.text, gap, " ".__ne__),
            _PAIR,
            least if gap is _GAPS[0] else None,
        )
        for gap in (_GAPS if worth(view, odd, " ") else ())
    )
    yield from hits
    if not hits and view.own:
        yield from _own(view)


def _several(view: View, at: list[int]) -> Hit:
    kinds = sorted({view.text[one] for one in at})
    says = f"Spaces of {len(kinds)} other widths between words, {len(at)} times in turns"
    payload = _quarters(view, at, kinds) if len(kinds) == 4 else None
    says += f": {payload.text[:80]!r}." if payload else "."
    sure: Sure = "certain" if payload else "likely"
    return Hit(sure, says, marks_at(view.text, at), len(at), payload)


def _quarters(view: View, at: list[int], kinds: list[str]) -> Payload | None:
    """Four kinds as two bits each, four of them a byte, in the order of their code points."""
    digits = [kinds.index(view.text[one]) for one in at]
    whole = len(digits) // 4 * 4
    data = bytes(
        ((digits[n] * 4 + digits[n + 1]) * 4 + digits[n + 2]) * 4 + digits[n + 3]
        for n in range(0, whole, 4)
    )
    text = readable(data)
    return Payload(SCHEME, text, data, 2 * len(at)) if text else None


def _own(view: View) -> Iterator[Hit]:
    at = [one for one in view.at(classes.SPACE) if not _asked_for(view, one)]
    if at:
        says = f"{len(at)} spaces other than the ordinary one in a client's own text."
        yield Hit("possible", says, marks_at(view.text, at), len(at))


def _asked_for(view: View, at: int) -> bool:
    near = (view.before(at), view.char(at + 1))
    return any(
        not char or char in _ASKING or char.isspace() or char.isdigit() or spaceless(char)
        for char in near
    )


CHANNEL = Channel(
    id="odd-spaces",
    title="Spaces of other widths",
    looks="A space: U+00A0, U+2000 to U+200A, U+202F, U+205F.",
    twin=(
        "French and Russian typography, numbers with units, text copied from encyclopedias and "
        "word processors; all of these are left out unless they take turns like bits."
    ),
    find=find,
    classes=frozenset({classes.SPACE}),
)
