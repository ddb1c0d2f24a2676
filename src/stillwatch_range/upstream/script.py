"""Scripts: what a model server is to answer, found in the conversation itself.

A server needs no memory of conversations: the last thing that somebody typed names the place, and
the number of tool calls after it names the step. So it does not matter which relay, key or process
a request came through.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stillwatch_range.model import Plan, Wire
from stillwatch_range.upstream.answer import Json

_ADDED = re.compile(r"<(system-reminder|environment_context)>.*?</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One item of a conversation, reduced to what a script needs.

    Attributes:
        role: who speaks: `user`, `assistant`, `tool` for the result of a call, or the wire's name.
        text: what is said.
        calls: tool calls in it.
    """

    role: str
    text: str = ""
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Offered:
    """A tool that a request offers: its name, and the fields of its input by name."""

    name: str
    fields: dict[str, Any]
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as a script sees it.

    Attributes:
        wire: its format.
        talk: the conversation, oldest first.
        tools: what is offered.
        body: the whole body, decoded.
        account: who asks.
    """

    wire: Wire
    talk: Sequence[Utterance]
    tools: Sequence[Offered]
    body: Json
    account: str

    @property
    def turn(self) -> Sequence[Utterance]:
        """The conversation from the last thing that somebody typed."""
        starts = [
            place for place, said in enumerate(self.talk) if said.role == "user" and typed(said)
        ]
        return self.talk[starts[-1] if starts else 0 :]

    @property
    def calls(self) -> int:
        """Tool calls since somebody last typed."""
        return sum(said.calls for said in self.turn)

    @property
    def prompt(self) -> str:
        """What was typed last."""
        return next((typed(said) for said in self.turn[:1]), "")


def typed(said: Utterance) -> str:
    """A text without what clients add to it by themselves."""
    return _ADDED.sub(" ", said.text).strip()


@dataclass(frozen=True, slots=True)
class Cue:
    """What a script says.

    Attributes:
        plan: the answer.
        busy: turn the request away as overloaded instead.
        note: anything that the tape should know; the server does not look at it.
    """

    plan: Plan
    busy: bool = False
    note: Any = None


class Script(Protocol):
    """Knows what to answer."""

    def cue(self, heard: Heard) -> Cue | None:
        """What comes next in a conversation; None where the script does not know it."""
        ...
