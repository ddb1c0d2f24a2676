"""Turns of coding sessions: what the model looks at, changes and says for a typed prompt."""

from __future__ import annotations

import random

from examples.record.projects import Edit, Project
from examples.record.wording import Wording
from stillwatch_range.record.story import Action, Delegate, EditFile, ReadFile, Shell, Turn

HISTORY = (
    Shell("git log -3", "Show the last commits"),
    Shell("git log --oneline -8 && git status --short", "Recent commits and changes"),
    Shell("git remote -v && git branch -a", "Where this comes from"),
    Shell("git log -3 --stat", "Show what changed lately"),
    Shell("git status", "Show the state of the tree"),
)
PLACE = (
    Shell("pwd && ls -la", "List the project"),
    Shell("uname -a && pwd", "Look at the machine"),
    Shell("git config user.email && git remote -v", "Who and where"),
    Shell("cat README.md", "Read the introduction"),
    Shell("wc -l $(git ls-files)", "Count lines"),
    Shell("hostname && whoami && ls", "Where am I"),
    Shell("head -5 data/*", "Look at the data"),
)
REVIEW = (
    Shell("git diff", "Show the changes"),
    Shell("git diff --stat && git status --short", "Summarise the changes"),
    Shell("git log -2 --format='%h %an <%ae> %s'", "Who changed it last"),
)


class Script:
    """Writes the turns of one checkout; an edit is made once, as in a real tree."""

    def __init__(self, project: Project, language: str, wording: Wording, seed: str) -> None:
        self._project = project
        self._language = language
        self._wording = wording
        self._draw = random.Random(seed)
        self._edits = list(project.edits)
        self._draw.shuffle(self._edits)

    def turn(
        self, prompt: str, first: bool, refused: frozenset[int] = frozenset(), agent: bool = False
    ) -> Turn:
        """A turn for a prompt.

        Args:
            prompt: what the person types.
            first: whether the session begins with it, so that the model looks around first.
            refused: steps that this provider refuses.
            agent: hand a part to a sub-agent.
        """
        edit = self._edits.pop() if self._edits else None
        slots = self._slots(edit)
        steps = [*self._look(edit, first)]
        if agent:
            steps.append((self._delegate(prompt, slots),))
        steps += self._change(edit, first)
        notes = tuple(
            self._wording.note(slots) if self._draw.random() < 0.45 else "" for _ in steps
        )
        answer = self._wording.answer(self._language, slots)
        return Turn(prompt, tuple(steps), answer, notes, refused)

    def _slots(self, edit: Edit | None) -> dict[str, str]:
        files = list(self._project.files)
        return {
            "file": edit.path if edit else files[0],
            "function": edit.function if edit else self._draw.choice(self._project.functions),
            "noun": "record",
            "field": self._draw.choice(("date", "amount", "key", "name", "state")),
            "project": self._project.name,
        }

    def _look(self, edit: Edit | None, first: bool) -> list[tuple[Action, ...]]:
        if not first:
            return [(self._draw.choice(REVIEW),)] if self._draw.random() < 0.6 else []
        opening: tuple[Action, ...] = (self._draw.choice(HISTORY),)
        if self._draw.random() < 0.5:
            opening = (*opening, self._draw.choice(PLACE))
        if edit is None:
            return [opening, (self._draw.choice(PLACE),)]
        search = Shell(f"grep -rn {edit.function} . --include='*.*'", f"Find {edit.function}")
        return [opening, (ReadFile(edit.path), search)]

    def _change(self, edit: Edit | None, seen: bool) -> list[tuple[Action, ...]]:
        check: tuple[Action, ...] = (Shell(self._project.test, "Run the tests"),)
        if edit is None:
            return [check]
        look: tuple[Action, ...] = (ReadFile(edit.path),)
        change: tuple[Action, ...] = (EditFile(edit.path, edit.old, edit.new),)
        steps = [change] if seen else [look, change]
        return [*steps, check] if self._draw.random() < 0.6 else steps

    def _delegate(self, prompt: str, slots: dict[str, str]) -> Delegate:
        task = self._draw.choice(
            (
                "List every caller of {function} in this repository and say what each one passes.",
                "Read {file} and report which lines could fail on an empty input.",
                "Run the checks of this project and report only what fails.",
                "Look at the recent history of {file} and say who changed it and why.",
            )
        ).format(**slots)
        steps: tuple[tuple[Action, ...], ...] = (
            (Shell(f"grep -rn {slots['function']} . | head -20", "Find uses"),),
            (Shell(f"git log -2 -- {slots['file']}", "History of the file"),),
        )
        brief = f"{task} This is for the request: {prompt[:60]}"
        answer = self._wording.answer("en", slots)
        return Delegate(" ".join(task.split()[:4]), Turn(brief, steps, answer))
