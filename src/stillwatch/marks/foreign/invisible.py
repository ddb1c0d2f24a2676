"""Characters without width: what a script, an emoji or a paste explains, and what is left.

Text that people paste carries such characters at the edges of words, of one kind and at most a few
at a time: formulas and phonetics on the web, rich-text editors, the byte-order mark of a file.
That says nothing. They carry something if they stand inside words, in runs of several kinds, in
runs of several lengths, or at some gaps between words and not at others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stillwatch.marks.foreign import classes
from stillwatch.marks.foreign.codes import LEAST, alternates, periodic, spelled
from stillwatch.marks.foreign.model import MOST_MARKS, Hit, Mark, Sure
from stillwatch.marks.foreign.scripts import emoji, joins, right_to_left, spaceless
from stillwatch.marks.foreign.view import View

INVISIBLE = frozenset(
    {classes.ZERO_WIDTH, classes.JOINER, classes.INVISIBLE_MATH, classes.BIDI_MARK}
)
LEAST_OF_SECOND = 4
_LEAST_MIXED_RUN = 4
_DRAWN = 3
_LONGEST_SEQUENCE = 1 << 16
_AFTER_EMOJI = re.compile("[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")


@dataclass(frozen=True)
class Hidden:
    """Invisible characters that nothing explains.

    Attributes:
        code: runs that form a code of several kinds.
        rest: the other runs, each of one kind or too short to be a code.
    """

    code: tuple[tuple[int, int], ...]
    rest: tuple[tuple[int, int], ...]


def hidden(view: View) -> Hidden:
    """The invisible characters of a text that nothing explains; worked out once a view."""
    return view.once(Hidden, _hidden)


def find(view: View, kind: int, name: str) -> Iterator[Hit]:
    """Hits of one class of invisible characters, without those that form a code.

    Args:
        view: the text.
        kind: the class.
        name: what to call one of them.
    """
    runs = [run for run in hidden(view).rest if classes.of_char(view.text[run[0]]) == kind]
    if not view.own:
        runs = [run for run in runs if not _drawn(view, run)]
    inside = [run for run in runs if _inside(view, run)]
    edges = [run for run in runs if not _inside(view, run)]
    if inside:
        yield _hit(view, inside, "likely", f"{name} inside a word, where no script needs it")
    if edges and (says := _coded(view, edges)):
        yield _hit(view, edges, "likely", f"{name} {says}")
    elif edges and view.own:
        yield _hit(view, edges, "possible", f"{name} in a client's own text")


def _hidden(view: View) -> Hidden:
    runs = [run for run in view.runs(*INVISIBLE) if not _explained(view, *run)]
    sequence = "".join(view.text[start:end] for start, end in runs)[:_LONGEST_SEQUENCE]
    if _is_code(sequence):
        return Hidden(tuple(runs), ())
    code = tuple(run for run in runs if _is_mixed(view.text[run[0] : run[1]]))
    mixed = set(code)
    return Hidden(code, tuple(run for run in runs if run not in mixed))


def _is_code(sequence: str) -> bool:
    """Several kinds all over a text, each often, and no habit."""
    symbols = [ord(char) for char in sequence]
    counts = sorted((symbols.count(kind) for kind in set(symbols)), reverse=True)
    enough = len(counts) > 1 and len(symbols) >= 2 * LEAST and counts[1] >= LEAST_OF_SECOND
    return enough and not periodic(symbols)


def _is_mixed(run: str) -> bool:
    return len(run) >= _LEAST_MIXED_RUN and len(set(run)) > 1


def _explained(view: View, start: int, end: int) -> bool:
    first = view.text[start]
    before, after = view.before(start), view.char(end)
    if first == "\ufeff" and start == 0 and end == 1:
        return True  # the byte-order mark of a file
    kinds = {classes.of_char(char) for char in view.text[start : min(end, start + 3)]}
    if end - start > 2 or len(kinds) > 1:
        return False
    if kinds == {classes.JOINER}:
        return joins(before) or joins(after) or (end - start == 1 and _in_emoji(view, start))
    if kinds == {classes.BIDI_MARK}:
        return right_to_left(view.around(start))
    return kinds == {classes.ZERO_WIDTH} and (spaceless(before) or spaceless(after))


def _in_emoji(view: View, at: int) -> bool:
    start = at - 1
    while start > 0 and at - start < 8 and _AFTER_EMOJI.match(view.text[start]):
        start -= 1
    return view.text[at] == "\u200d" and emoji(view.char(start)) and emoji(view.char(at + 1))


def _inside(view: View, run: tuple[int, int]) -> bool:
    before, after = view.before(run[0]), view.char(run[1])
    if not (before.isalnum() and after.isalnum()):
        return False
    # Documentation on the web lets long names break between their parts.
    breaks = before.islower() and after.isupper() and run[1] - run[0] == 1
    # A formula on the web has an invisible sign between its letters.
    lone = classes.of_char(view.text[run[0]]) == classes.INVISIBLE_MATH and (
        not view.before(run[0] - 1).isalpha() or not view.char(run[1] + 1).isalpha()
    )
    return view.own or not (breaks or lone)


def _drawn(view: View, run: tuple[int, int]) -> bool:
    """Whether it is what a formula drawn as a picture leaves behind: a letter and some spaces."""
    start, end = run
    alone = view.before(start).isalnum() and not view.before(start - 1).isalnum()
    return alone and end - start >= _DRAWN and len(set(view.text[start:end])) == 1


def _coded(view: View, runs: list[tuple[int, int]]) -> str:
    """Why runs at the edges of words say something, or nothing."""
    if len(runs) < LEAST:
        return ""
    lengths = [end - start for start, end in runs]
    if alternates(lengths, LEAST_OF_SECOND):
        return f"in runs of {min(lengths)} to {max(lengths)} between words"
    odd = re.escape(view.text[runs[0][0]])
    gaps = re.finditer(rf"(?<=\w){odd}* {odd}*(?=\w)", view.text)
    choices = [len(gap.group()) > 1 for gap in gaps]
    if spelled(choices, "gaps") or alternates(choices):
        return f"in {sum(choices)} of {len(choices)} gaps between words"
    return ""


def _hit(view: View, runs: list[tuple[int, int]], sure: Sure, says: str) -> Hit:
    marks = tuple(Mark(start, view.text[start : min(end, start + 8)]) for start, end in runs)
    count = sum(end - start for start, end in runs)
    return Hit(sure, f"{count} {says}." if count > 1 else f"1 {says}.", marks[:MOST_MARKS], count)
