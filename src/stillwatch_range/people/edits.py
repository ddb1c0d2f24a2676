"""Edits that fit a checkout's code: a limit changed, a guard, a log line, a comment put in."""

import random
import re
from dataclasses import dataclass

from stillwatch_range.people.checkout import Checkout
from stillwatch_range.people.grammar import wording

NUMBER = re.compile(r"(?<![\w.])\d{1,4}(?![\w.])")
FUNCTION = {
    "python": re.compile(r"^\s*(?:def|class) (\w+)"),
    "javascript": re.compile(r"^\s*export (?:async )?(?:function|class) (\w+)"),
    "go": re.compile(r"^func (\w+)"),
    "rust": re.compile(r"^\s*(?:pub )?(?:fn|struct) (\w+)"),
    "shell": re.compile(r"^(\w+)\(\)"),
}
SUFFIXES = (".py", ".js", ".go", ".rs", ".sh")
COMMENT = {"python": "# ", "javascript": "// ", "go": "// ", "rust": "// ", "shell": "# "}
LOG = {
    "python": 'log.info("{}")',
    "javascript": 'console.debug("{}");',
    "go": 'log.Print("{}")',
    "rust": 'eprintln!("{}");',
    "shell": 'echo "{}" >&2',
}
TRIES = 8
PLAIN_FIELDS = ("key", "value", "date", "name")


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit made in a checkout: where, what stood there, what stands there now."""

    path: str
    function: str
    line: int
    old: str
    new: str


def code_files(checkout: Checkout) -> list[str]:
    """Paths of the files with code."""
    return [path for path in checkout.files if path.endswith(SUFFIXES)]


def functions(checkout: Checkout) -> list[tuple[str, str]]:
    """(path, name) of all functions and classes."""
    finder = FUNCTION[checkout.repository.language]
    return [
        (path, found[1])
        for path in code_files(checkout)
        for line in checkout.files[path].splitlines()
        if (found := finder.match(line))
    ]


def make(draw: random.Random, checkout: Checkout, path: str) -> Edit | None:
    """Make an edit in a file; None where none fits."""
    lines = checkout.lines(path)
    language = checkout.repository.language
    for _ in range(TRIES):
        at = int(draw.random() * len(lines))
        line = lines[at]
        if not line[:1].isspace() or not line.strip() or line.strip()[0] in "})]\"'|":
            continue
        new = _changed(draw, line) if draw.random() < 0.45 else None
        new = new or _inserted(draw, checkout, language, line)
        old, new, first = _unique(lines, at, new)
        if not checkout.free(path, first, len(old)):
            continue
        before, after = checkout.edit(path, first, old, new)
        return Edit(path, _function_at(lines, language, at), first, before, after)
    return None


def _changed(draw: random.Random, line: str) -> list[str] | None:
    found = NUMBER.search(line)
    if not found:
        return None
    value = int(found[0])
    other = max(0, value + draw.choice((-2, -1, 1, 2, 5, 10, value))) or value + 1
    return [line[: found.start()] + str(other) + line[found.end() :]]


def _inserted(draw: random.Random, checkout: Checkout, language: str, line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    slots = slots_of(checkout)
    if draw.random() < 0.5:
        text = COMMENT[language] + wording("code").say(draw, "comment", slots)
    else:
        text = LOG[language].format(wording("code").say(draw, "message", slots))
    return [indent + text, line]


def slots_of(checkout: Checkout) -> dict[str, str]:
    """Words of a repository, as its data file names them; plain ones where it has no such file."""
    data = next((path for path in checkout.files if path.startswith("data/")), "")
    fields = checkout.files[data].partition("\n")[0].split(";") if data else []
    nouns = data.removeprefix("data/").partition(".")[0] or "entries"
    noun = nouns[:-3] + "y" if nouns.endswith("ies") else nouns.removesuffix("s")
    named = [*fields[:4], *PLAIN_FIELDS[len(fields) :]]
    return {"noun": noun, "nouns": nouns} | {
        f"f{number}": name for number, name in enumerate(named, 1)
    }


def _unique(lines: list[str], at: int, new: list[str]) -> tuple[list[str], list[str], int]:
    """Take in the lines before until the old text occurs once in the file."""
    first = at
    while first > 0 and _count(lines, lines[first : at + 1]) > 1:
        first -= 1
    return lines[first : at + 1], lines[first:at] + new, first


def _count(lines: list[str], part: list[str]) -> int:
    text = "\n".join(lines)
    return text.count("\n".join(part))


def _function_at(lines: list[str], language: str, at: int) -> str:
    finder = FUNCTION[language]
    for line in reversed(lines[: at + 1]):
        if found := finder.match(line):
            return found[1]
    return "main"
