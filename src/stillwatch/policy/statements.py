"""A rule file, cut into its statements, so that every error names a line."""

import re
from collections.abc import Iterator

from msgspec import Struct

# Comments and strings are stepped over; a lone quotation mark is a string that never ends.
_TOKENS = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|;|"', re.DOTALL)
_OUTSIDE = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|[^()\[\]{}]', re.DOTALL)
_COMMENTS = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*', re.DOTALL)


MOST_CHARS = 32 * 1024
MOST_DEPTH = 30
# Past these the parser may run out of stack and take the process with it (cedarpy 4.8 falls at a
# depth of 800 brackets, or a chain of 60,000 operators; measured November 2026).


class Statement(Struct, frozen=True):
    """One statement of a rule file.

    Attributes:
        file: name inside the folder.
        line: where it begins, from 1.
        text: from its first word to its semicolon.
    """

    file: str
    line: int
    text: str


def statements(file: str, text: str) -> Iterator[Statement]:
    """The statements of a file in order; what follows the last semicolon is one as well.

    Args:
        file: its name, for errors.
        text: what it holds.
    """
    start = 0
    for token in _TOKENS.finditer(text):
        if token.group() == '"':
            break
        if token.group() == ";":
            yield _statement(file, text, start, token.end())
            start = token.end()
    if _COMMENTS.sub(r"\1", text[start:]).strip():
        yield _statement(file, text, start, len(text))


def _statement(file: str, text: str, start: int, end: int) -> Statement:
    first = start + _head(text[start:end])
    return Statement(file, text.count("\n", 0, first) + 1, text[first:end])


def _head(text: str) -> int:
    """How many characters of blanks and comments it begins with."""
    found = re.match(r"(?:\s|//[^\n]*(?:\n|$))*", text)
    return found.end() if found else 0


def too_much(text: str) -> str:
    """Why a statement is not given to the parser, or empty.

    Args:
        text: of one statement.
    """
    if len(text) > MOST_CHARS:
        return f"the rule has {len(text)} characters; {MOST_CHARS} are the most"
    depth = 0
    for bracket in _OUTSIDE.sub("", text):
        depth += 1 if bracket in "([{" else -1
        if depth > MOST_DEPTH:
            return f"brackets stand more than {MOST_DEPTH} deep in each other"
    return ""
