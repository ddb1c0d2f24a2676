"""What the model answers in a story: the place of a conversation is found in the conversation.

The script keeps no state: the last prompt that it knows names the turn, and the number of tool
calls after it names the step. So it does not matter which relay, key or process a request came
through. Everything else that clients ask for is answered by the server itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stillwatch_range.model import Plan, Planned
from stillwatch_range.record.dialects import UnplayableError, tool_call
from stillwatch_range.record.story import Action, Delegate, Session, Turn
from stillwatch_range.record.vendor import WRITTEN_OUT
from stillwatch_range.upstream.script import Cue, Heard, Utterance


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the story an exchange stands; the note of its cue.

    Attributes:
        session: the session's id.
        turn: number of the human turn.
    """

    session: str
    turn: int


@dataclass(frozen=True, slots=True)
class _Entry:
    session: Session
    number: int
    turn: Turn
    opening: str
    """What the conversation began with."""


class StoryScript:
    """Knows every prompt of a story."""

    def __init__(self, sessions: Iterable[Session], *, refusing: bool = True) -> None:
        """Learn the story.

        Args:
            sessions: all of them; their openings differ, later prompts may be shared.
            refusing: refuse the steps that the story wants refused.

        Raises:
            ValueError: two turns cannot be told apart.
        """
        self._by_opening: dict[str, list[_Entry]] = {}
        self._refusing = refusing
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

    def cue(self, heard: Heard) -> Cue | None:
        """What comes next in a conversation; None where no known prompt occurs."""
        calls = 0
        entries = self._entries(heard.talk)
        for said in reversed(heard.talk):
            if said.role == "user":
                for entry in entries:
                    if entry.turn.prompt in said.text:
                        return self._next(entry, calls, [tool.name for tool in heard.tools])
            calls += said.calls or said.text.count(WRITTEN_OUT)
        return None

    def _entries(self, talk: Sequence[Utterance]) -> list[_Entry]:
        """Turns of conversations whose opening occurs, the longest prompts first."""
        typed = [said.text for said in talk if said.role == "user"]
        opened = [name for name in self._by_opening if any(name in text for text in typed)]
        found = [one for name in opened for one in self._by_opening[name]]
        return sorted(found, key=lambda one: (len(one.opening), len(one.turn.prompt)), reverse=True)

    def _next(self, entry: _Entry, calls: int, offered: list[str]) -> Cue:
        turn = entry.turn
        place = Place(entry.session.id, entry.number)
        if turn.steps and not offered:
            return Cue(Plan(title_of(turn.prompt)), note=place)
        step, actions = _step(turn, calls)
        busy = self._refusing and step in turn.refused
        thought = turn.thoughts[step] if step < len(turn.thoughts) else ""
        if not actions:
            return Cue(Plan(turn.answer, thought), busy, place)
        note = turn.notes[step] if step < len(turn.notes) else ""
        try:
            planned = [_planned(action, offered, entry.session) for action in actions]
        except UnplayableError:
            return Cue(Plan(turn.answer, thought), busy, place)
        return Cue(Plan(note, thought, tuple(planned)), busy, place)


def title_of(prompt: str) -> str:
    """What a conversation is called when a client asks for its title."""
    return " ".join(prompt.split()[:5]).strip(".,:;!?")


def _step(turn: Turn, calls: int) -> tuple[int, tuple[Action, ...]]:
    """Number of the step that comes after so many calls, and its calls; none at the end."""
    done = 0
    for number, actions in enumerate(turn.steps):
        if done >= calls:
            return number, actions
        done += len(actions)
    return len(turn.steps), ()


def _planned(action: Action, offered: list[str], session: Session) -> Planned:
    home = session.person.home
    root = f"{home}/{session.repository}" if session.repository else home
    call = tool_call(action, offered, root)
    return Planned(call.name, call.input)
