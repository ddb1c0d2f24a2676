"""Results of tools before a client dresses them: the text of a file without line numbers."""

import re

from stillwatch_range.model import Call

NUMBERED = re.compile(r"\s*\d+\t")
LINE = re.compile(r"^ *(\d+)\t(.*)$", re.MULTILINE)


def source(call: Call) -> str:
    """The text that a read call found, whether its result carries the numbers of `cat -n` or not.

    Args:
        call: a `read` call that did not fail.
    """
    lines = call.result.split("\n")
    if not all(NUMBERED.match(line) for line in lines if line):
        return call.result
    return "\n".join(line.partition("\t")[2] for line in lines)


def around(call: Call) -> list[tuple[int, str]]:
    """The numbered lines that an edit's result shows, as (number, text); none if it shows none.

    Args:
        call: an `edit` call that did not fail.
    """
    return [(int(number), text) for number, text in LINE.findall(call.result)]
