"""Texts of the environment that a request shows as they are: the working directory, a user's name.

They are put aside before texts are compared, so that what differs beside them comes out. A name
counts as shown at a place only if every run shows its own there and none shows another run's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import quote

SHORTEST = 3
_EDGE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Texts:
    """The environment's own texts in all runs.

    Attributes:
        values: by run, the texts by what they are.
    """

    values: Sequence[Mapping[str, str]]

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """Names of each text that differs between runs, with the way in which it is spelled."""
        found: dict[str, dict[str, str]] = {}
        for name in sorted({name for here in self.values for name in here}):
            different = {here[name] for here in self.values if name in here}
            for text in different if len(different) > 1 else ():
                for spelling, spelled in spellings(text).items():
                    if len(spelled) >= SHORTEST:
                        found.setdefault(spelled, {}).setdefault(name, spelling)
        return found

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Any of the texts as a whole word, the longest first."""
        if not self.names:
            return None
        longest = sorted(self.names, key=lambda text: (-len(text), text))
        either = "|".join(map(re.escape, longest))
        return re.compile(f"(?<![A-Za-z0-9])(?:{either})(?![A-Za-z0-9])")

    def own(self, run: int, text: str) -> set[str]:
        """Names under which a run's own environment holds a text."""
        mine = self.values[run]
        return {
            name
            for name, spelling in self.names[text].items()
            if name in mine and spellings(mine[name]).get(spelling) == text
        }


@lru_cache(maxsize=4096)
def spellings(text: str) -> Mapping[str, str]:
    """A text as it is, as a part of an address, as a file's name, and the end of a path.

    Args:
        text: one of the environment's own.
    """
    found = {
        "": text,
        " in an address": quote(text, safe=""),
        " as a name": _EDGE.sub("-", text).strip("-"),
    }
    if text.startswith("/"):
        found[" at its end"] = text.rstrip("/").rpartition("/")[2]
    return found


def set_aside(
    texts: Sequence[str | None], held: Texts
) -> tuple[list[str | None], dict[str, list[str | None]]]:
    """Put names in the place of the environment's own texts.

    Args:
        texts: what stands at a place in each run.
        held: the environment's own texts.

    Returns:
        The texts with names in braces; by name, the text that each run shows.
    """
    names = _shown(texts, held)
    if not names:
        return list(texts), {}
    shown: dict[str, list[str | None]] = {name: [None] * len(texts) for name in sorted(names)}
    replaced = [
        None if text is None else _replaced(text, run, held, shown)
        for run, text in enumerate(texts)
    ]
    return replaced, shown


def _shown(texts: Sequence[str | None], held: Texts) -> set[str]:
    """Names of which every run that shows any text shows its own."""
    seen: dict[str, set[str]] = {}
    foreign: set[str] = set()
    if held.pattern is None:
        return set()
    for run, text in enumerate(texts):
        for found in set(held.pattern.findall(text or "")):
            mine = held.own(run, found)
            foreign |= set(held.names[found]) - mine
            for name in mine:
                seen.setdefault(name, set()).add(held.values[run][name])
    return {name for name, values in seen.items() if len(values) > 1} - foreign


def _replaced(text: str, run: int, held: Texts, shown: dict[str, list[str | None]]) -> str:
    def named(found: re.Match[str]) -> str:
        text, ways = found[0], held.names[found[0]]
        own = held.own(run, text) & set(shown)
        if not own:
            return text
        name = min(own, key=lambda one: (len(ways[one]), one))
        shown[name][run] = max(shown[name][run] or "", text, key=len)
        return f"{{{name}{ways[name]}}}"

    assert held.pattern is not None
    return held.pattern.sub(named, text)
