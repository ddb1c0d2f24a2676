"""A repository on somebody's machine: where it lies, what was edited, what git would say of it."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from stillwatch_range.folders import folder_of
from stillwatch_range.model import Machine, Person, Repository
from stillwatch_range.people import githash
from stillwatch_range.people.repositories import offset

CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Change:
    """Lines replaced in a file of the newest commit.

    Attributes:
        start: first line replaced, from 0, counted in the commit.
        old, new: lines without their ends.
    """

    start: int
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(slots=True)
class Checkout:
    """A checkout during a session.

    Attributes:
        person: who works in it, with their git identity.
        machine: where it lies.
        repository: as it was cloned.
        folder: absolute path, in the style of the machine.
        now_s: the machine's clock, in seconds since the epoch.
    """

    person: Person
    machine: Machine
    repository: Repository
    folder: str
    now_s: int
    files: dict[str, str] = field(init=False)
    committed: dict[str, str] = field(init=False)
    commits: list[tuple[str, str, str, int, str]] = field(init=False)
    changes: dict[str, list[Change]] = field(default_factory=dict, init=False)
    pushed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Begin with a clean tree."""
        self.files = dict(self.repository.files)
        self.committed = dict(self.repository.files)
        self.commits = list(self.repository.commits)

    def path(self, inside: str) -> str:
        """Absolute path of a file, in the style of the machine."""
        if not inside:
            return self.folder
        if self.machine.system == "windows":
            return self.folder + "\\" + inside.replace("/", "\\")
        return f"{self.folder}/{inside}"

    def lines(self, path: str) -> list[str]:
        """Lines of a file as it stands."""
        return self.files[path].splitlines()

    def edit(self, path: str, at: int, old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
        """Replace lines of a file.

        Args:
            path: which file.
            at: first line to replace, from 0, as the file stands.
            old: lines that stand there.
            new: lines that take their place.

        Returns:
            the old and new text of an edit.
        """
        now = self.lines(path)
        now[at : at + len(old)] = new
        self.files[path] = "\n".join(now) + "\n"
        self._note(path, at, tuple(old), tuple(new))
        return "\n".join(old), "\n".join(new)

    def _note(self, path: str, at: int, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        known = self.changes.setdefault(path, [])
        shift = sum(len(change.new) - len(change.old) for change in known if change.start < at)
        bisect.insort(known, Change(at - shift, old, new), key=lambda change: change.start)

    def free(self, path: str, at: int, count: int) -> bool:
        """Whether lines are far enough from earlier edits to be a change of their own."""
        shift = 0
        for change in self.changes.get(path, ()):
            start = change.start + shift
            if start - 1 <= at + count and at <= start + len(change.new) + 1:
                return False
            shift += len(change.new) - len(change.old)
        return True

    def commit(self, subject: str) -> str:
        """Commit all edits; gives the hash."""
        root = githash.tree(self.files)
        zone = offset(self.machine.zone, self.now_s)
        who = githash.Signed(self.person.name, self.person.mail, self.now_s, zone)
        made = githash.commit(root, self.commits[0][0], who, subject)
        self.commits.insert(0, (made, self.person.name, self.person.mail, self.now_s, subject))
        self.committed = dict(self.files)
        self.changes = {}
        self.pushed += 1
        return made


def place(person: Person, machine: Machine, repository: Repository, now_s: int) -> Checkout:
    """A fresh checkout where this person keeps their work on this machine."""
    folder = folder_of(person, machine, repository)
    return Checkout(person, machine, repository, folder, now_s)
