"""Text for people to look at: every odd character spelled out, and nothing that a terminal obeys."""

from collections.abc import Sequence

from stillwatch.marks.foreign.model import Mark

BEFORE = 24
BEYOND = 48
_LONGEST_MARK = 40
_MOST_SPELLED = 8


def spelled(text: str) -> str:
    """Characters as code points, with the character beside the number where it can be seen."""
    names = [f"U+{ord(char):04X}{_glyph(char)}" for char in text[:_MOST_SPELLED]]
    more = f" +{len(text) - _MOST_SPELLED}" if len(text) > _MOST_SPELLED else ""
    return f"<{' '.join(names)}{more}>"


def safe(text: str) -> str:
    """Text with everything unprintable spelled out, so that it does nothing to a terminal."""
    return "".join(
        char if char.isprintable() else {"\n": "\\n", "\t": "\\t"}.get(char, spelled(char))
        for char in text
    )


def window(text: str, marks: Sequence[Mark]) -> tuple[str, str]:
    """The text around the first marks, with marks spelled out, and as it would ordinarily be."""
    if not marks:
        return "", ""
    at = max(0, marks[0].offset - BEFORE)
    end = min(len(text), marks[0].offset + len(marks[0].text[:_LONGEST_MARK]) + BEYOND)
    shown, plain = [], []
    for mark in marks:
        if not at <= mark.offset < end:
            break
        shown += [safe(text[at : mark.offset]), _written(mark.text)]
        plain += [safe(text[at : mark.offset]), safe(mark.plain)]
        at = mark.offset + len(mark.text)
    rest = safe(text[at:end])
    return "".join([*shown, rest]), "".join([*plain, rest])


def _written(text: str) -> str:
    """A mark: a word as it is, signs spelled out."""
    if len(text) > 2 and text.isascii() and text.isprintable() and not text.isspace():
        cut = len(text) - _LONGEST_MARK
        return text if cut <= 0 else f"{text[:_LONGEST_MARK]}...+{cut}"
    return spelled(text)


def _glyph(char: str) -> str:
    return f" {char}" if char.isprintable() and not char.isspace() and char.isalnum() else ""
