"""What is wrong with a policy folder: where, what, and what to do about it."""

from collections.abc import Sequence

from msgspec import Struct

from stillwatch.errors import SettingsError


class Problem(Struct, frozen=True, order=True):
    """One thing that keeps a policy from being used.

    Attributes:
        file: name inside the folder.
        line: from 1; 0 where the whole file is meant.
        says: what is wrong, one sentence.
        hint: what to do, one sentence.
    """

    file: str
    line: int
    says: str
    hint: str

    @property
    def place(self) -> str:
        """`file:line`, or the file alone."""
        return f"{self.file}:{self.line}" if self.line else self.file


def refused(problems: Sequence[Problem]) -> SettingsError:
    """The error that stands for all problems: the first, and how many more there are."""
    first, *rest = problems
    more = f" ({len(rest)} more: see `stillwatch policy check`.)" if rest else ""
    return SettingsError(f"{first.place}: {first.says}", first.hint + more)
