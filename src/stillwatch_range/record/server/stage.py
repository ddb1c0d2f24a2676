"""Where a conversation stands in the story, found in the conversation itself.

The server keeps no state: the last prompt that it knows names the turn, and the number of tool
calls after it names the step. So it does not matter which relay, key or process a request came
through.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stillwatch_range.record.story import Action, Delegate, Session, Turn


@dataclass(frozen=True)
class Utterance:
    """One message of a conversation, reduced to what the stage needs."""

    role: str
    text: str = ""
    calls: int = 0


@dataclass(frozen=True)
class Cue:
    """What to answer next, and whose conversation it is."""

    session: Session
    turn_number: int
    step: int
    calls: tuple[Action, ...] = ()
    say: str = ""
    overloaded: bool = False


@dataclass(frozen=True)
class _Entry:
    session: Session
    number: int
    turn: Turn
    opening: str
    """What the conversation began with."""


class Stage:
    """Knows every prompt of the story."""

    def __init__(self, sessions: Iterable[Session]) -> None:
        """Take all sessions; their openings differ, later prompts may be shared."""
        self._by_opening: dict[str, list[_Entry]] = {}
        for session in sessions:
            for number, turn in enumerate(session.turns):
                self._add(session, number, turn, session.turns[0].prompt)

    def _add(self, session: Session, number: int, turn: Turn, opening: str) -> None:
        entries = self._by_opening.setdefault(opening, [])
        if any(one.session is not session or one.turn.prompt == turn.prompt for one in entries):
            raise ValueError(f"two turns cannot be told apart: {turn.prompt!r}")
        entries.append(_Entry(session, number, turn, opening))
        for step in turn.steps:
            for action in step:
                if isinstance(action, Delegate):
                    self._add(session, number, action.turn, action.turn.prompt)

    def cue(self, talk: Sequence[Utterance], has_tools: bool) -> Cue | None:
        """Find what comes next in a conversation.

        Args:
            talk: the conversation, oldest message first.
            has_tools: whether the request offers tools; one that doesn't asks for a title or so.

        Returns:
            The cue, or None where no known prompt occurs.
        """
        typed = [said.text for said in talk if said.role == "user"]
        opened = [name for name in self._by_opening if any(name in text for text in typed)]
        entries = [one for name in opened for one in self._by_opening[name]]
        entries.sort(key=lambda one: (len(one.opening), len(one.turn.prompt)), reverse=True)
        calls = 0
        for said in reversed(talk):
            if said.role == "user":
                for entry in entries:
                    if entry.turn.prompt in said.text:
                        return _next(entry, calls, has_tools)
            calls += said.calls
        return None


def _next(entry: _Entry, calls: int, has_tools: bool) -> Cue:
    turn = entry.turn
    if turn.steps and not has_tools:
        title = " ".join(turn.prompt.split()[:5]).strip(".,:;!?")
        return Cue(entry.session, entry.number, -1, say=title)
    done = 0
    for step, actions in enumerate(turn.steps):
        if done >= calls:
            note = turn.notes[step] if step < len(turn.notes) else ""
            return Cue(
                entry.session, entry.number, step, actions, note, overloaded=step in turn.refused
            )
        done += len(actions)
    last = len(turn.steps)
    return Cue(entry.session, entry.number, last, say=turn.answer, overloaded=last in turn.refused)
