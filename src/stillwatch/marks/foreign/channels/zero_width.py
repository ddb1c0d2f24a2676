"""Zero-width spaces, word joiners and byte-order marks, of one kind."""

from collections.abc import Iterator

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.invisible import find as found
from stillwatch.marks.foreign.model import Channel, Hit
from stillwatch.marks.foreign.view import View


def find(view: View) -> Iterator[Hit]:
    """Those inside words, and those that stand at some gaps and not at others."""
    return found(view, classes.ZERO_WIDTH, "zero-width space or word joiner")


CHANNEL = Channel(
    id="zero-width",
    title="Zero-width spaces",
    looks="Nothing at all: U+200B, U+2060, U+FEFF or U+180E.",
    twin=(
        "Text pasted from the web or a rich-text editor has them at the edges of words; "
        "documentation lets long names break there; a relay splits words that it thinks are "
        "watched for."
    ),
    find=find,
    classes=frozenset({classes.ZERO_WIDTH}),
)
