"""Interlinear annotation: text that is stored and not shown."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.model import Channel, Hit, marks_at
from stillwatch.marks.foreign.view import View


def find(view: View) -> Iterator[Hit]:
    """Any: they are for use inside of programs."""
    at = view.at(classes.INTERLINEAR)
    says = f"{len(at)} characters of interlinear annotation, which hold text that is not shown."
    yield Hit("likely", says, marks_at(view.text, at), len(at))


CHANNEL = Channel(
    id="interlinear-annotation",
    title="Interlinear annotation",
    looks="Nothing at all: U+FFF9 to U+FFFB.",
    twin="A faulty export of Japanese text with readings beside the characters.",
    find=find,
    classes=frozenset({classes.INTERLINEAR}),
)
