"""What coding clients declare about their machine in environment blocks.

Clients tell the model where they run: in the system text, in a system turn, or in a block at the
head of a user turn. That is a claim, and a relay can rewrite it; it is compared with what tool
traffic shows. Words that a person typed are not read.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from stillwatch.exchange import Message, Text
from stillwatch.traits.model import Fact
from stillwatch.traits.paths import directory, home_facts, home_of, is_absolute

FACTS_A_TEXT = 32

# The labels that clients put before a value (recorded from their requests, 2026-11), and what may
# follow. A label is looked for as a literal, since system texts are long and mostly prose.
_LABELS: dict[str, tuple[str, ...]] = {
    "cwd": (
        "orking directory: ",
        "orking Directory: ",
        "Working Directory (",
        "in the directory: ",
        "Workspace root folder: ",
        "<cwd>",
    ),
    "os": (
        "Platform: ",
        "OS Version: ",
        "operating system is: ",
        "Operating System: ",
        "current OS is: ",
        "<os>",
    ),
    "shell": ("Shell: ", "<shell>", "<shell_name>"),
    "date": (
        "s date is ",
        "s date: ",
        "Today's date:",
        "urrent date: ",
        "urrent date is: ",
        "urrent date is ",
        "<current_date>",
    ),
    "timezone": ("imezone: ", "ime zone: ", "<timezone>"),
}
_VALUE = re.compile(r"(?:SHELL=)?[`\"' ]{0,2}([^\n<`\")]{2,240})")
_ISO_DATE = re.compile(r"(20\d\d)[-/](\d{1,2})[-/](\d{1,2})\b")
_NAMED_DATE = re.compile(
    r"(?:[A-Z][a-z]{2,8},? )?([A-Z][a-z]{2})[a-z]{0,6}\.? (\d{1,2}),? (20\d\d)\b"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHELL_NAMES = ("bash", "zsh", "fish", "pwsh", "powershell", "cmd", "dash", "ksh", "nu", "sh")
_TAGS = ("system-reminder", "environment_context", "environment_details", "env", "session_context")
# Clients that send their block as a first turn of its own, with no tags around it.
_OPENING = "setting up the context for our chat"
_OPENING_CHARS = 400


def system_facts(texts: Sequence[str]) -> tuple[Fact, ...]:
    """What system texts declare: cwd, home, user, os, shell, date, timezone.

    `date` and `timezone` carry their value as label: a calendar date and a name from the IANA
    list are words of closed lists.

    Args:
        texts: the text blocks of the system field.
    """
    found = (fact for text in texts for fact in _facts_of(text))
    return tuple(islice(dict.fromkeys(found), FACTS_A_TEXT))


def message_facts(message: Message) -> tuple[Fact, ...]:
    """What a system turn, or a client's block inside a user turn, declares."""
    if message.role == "assistant":
        return ()
    texts = [part.text for part in message.parts if isinstance(part, Text)]
    if message.role == "user":
        texts = [block for text in texts for block in _blocks(text)]
    return system_facts(texts)


def _blocks(text: str) -> Iterator[str]:
    for tag in _TAGS:
        start = text.find(f"<{tag}>")
        while start >= 0 and (end := text.find(f"</{tag}>", start)) >= 0:
            yield text[start:end]
            start = text.find(f"<{tag}>", end)
    if _OPENING in text[:_OPENING_CHARS] and not text.startswith("<"):
        yield text


@lru_cache(maxsize=256)
def _facts_of(text: str) -> tuple[Fact, ...]:
    """Clients send the same few texts with every conversation; each is read once."""
    return tuple(_facts(text))


def _facts(text: str) -> Iterator[Fact]:
    for path in _values(text, "cwd"):
        yield from _place(path)
    for kind, read in _READERS.items():
        for value in map(read, _values(text, kind)):
            if value:
                yield Fact(kind, "declared", value, value)


def _values(text: str, kind: str) -> Iterator[str]:
    """What stands behind the labels of a kind, to the end of the line or the next quote or tag."""
    for label in _LABELS[kind]:
        start = text.find(label)
        while start >= 0:
            start += len(label)
            if found := _VALUE.match(text, start):
                yield found[1].strip()
            start = text.find(label, start)


def _place(path: str) -> Iterator[Fact]:
    if not is_absolute(path):
        return
    yield Fact("cwd", "declared", directory(path))
    if home := home_of(path):
        yield from home_facts(home, "declared")


def _system_name(name: str) -> str | None:
    words = name.lower()
    if "darwin" in words or "mac" in words:
        return "macos"
    if words.startswith("win") or "windows" in words:
        return "windows"
    return "linux" if "linux" in words or "ubuntu" in words or "debian" in words else None


def _shell_name(path: str) -> str | None:
    program = re.split(r"[/\\]", path.lower())[-1].strip().split(" ")[0].removesuffix(".exe")
    return program if program in _SHELL_NAMES else None


def _zone(words: str) -> str | None:
    name = words.split(" ", maxsplit=1)[0].rstrip(",")
    return name if _is_zone(name) else None


def _day(words: str) -> str | None:
    """A date in any of the spellings that clients use, as ISO text."""
    if iso := _ISO_DATE.match(words):
        return _iso(int(iso[1]), int(iso[2]), int(iso[3]))
    if (named := _NAMED_DATE.match(words)) and named[1] in _MONTHS:
        return _iso(int(named[3]), _MONTHS.index(named[1]) + 1, int(named[2]))
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    """Whether the name is on the IANA list; looked up one by one, since listing all is slow."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there; a path outside; a folder of zones
        return False
    return True


_READERS: dict[str, Callable[[str], str | None]] = {
    "os": _system_name,
    "shell": _shell_name,
    "date": _day,
    "timezone": _zone,
}
