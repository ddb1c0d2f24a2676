"""Another assistant's system text, moved into the conversation.

A relay that lends a coding client's account to other programs must keep that client's few lines in
the system field, so the caller's own system text goes elsewhere: into a user turn that an
assistant turn acknowledges, into a system turn inside the conversation, or into a reminder block.
This looks at shape and length alone; wording changes with every release of a relay.
"""

from stillwatch.exchange import Message, Request, Text, ToolCall
from stillwatch.traits.model import Check
from stillwatch.traits.packs import Client
from stillwatch.traits.turns import words_of

# The recorded clients' own system text has 5,600 characters and more; an identity line and a
# billing line have under 200. A moved text that matters is longer than a page of small talk, and
# an acknowledgement is a sentence or two. (Lengths: assumptions, see docs/calibration.md.)
IDENTITY_CHARS = 400
MOVED_CHARS = 600
ACKNOWLEDGED_CHARS = 400
REMINDER_CHARS = 2_500

_REMINDER = "<system-reminder>"


def relocation(request: Request, pack: Client) -> Check | None:
    """Whether the system text stands where the client puts it.

    Returns:
        None where the question does not apply: a client without a system text of its own on
        record, or a short request without tools, such as one for a title.
    """
    if not pack.system_turn or not request.messages:
        return None
    if sum([len(text) for text in request.system]) > IDENTITY_CHARS:
        return Check("relocation", held=True)
    if not request.tools and len(request.messages) < 3:
        return None
    where = _where(request.messages, pack)
    return Check("relocation", held=where is None, detail=where)


def _where(messages: tuple[Message, ...], pack: Client) -> str | None:
    if _is_opening_pair(messages):
        return "opening-pair"
    early = messages[:4]
    if any(m.role == "system" and _is_foreign(_words(m), MOVED_CHARS, pack) for m in early):
        return "system-turn"
    first = _words(messages[0])
    if first.startswith(_REMINDER) and _is_foreign(first, REMINDER_CHARS, pack):
        return "reminder"
    return None


def _is_opening_pair(messages: tuple[Message, ...]) -> bool:
    """A long user turn, a short answer that calls no tool, and only then the real user turn.

    Asked of three turns only, since later in a conversation the same shape may have come about.
    """
    turns = [message for message in messages[:6] if message.role != "system"]
    if [turn.role for turn in turns] != ["user", "assistant", "user"]:
        return False
    told, answered = turns[0], turns[1]
    if any(isinstance(part, ToolCall) for part in answered.parts):
        return False
    return len(words_of(told)) >= MOVED_CHARS and len(_words(answered)) <= ACKNOWLEDGED_CHARS


def _is_foreign(words: str, least: int, pack: Client) -> bool:
    return len(words) >= least and not any(mark in words for mark in pack.system_turn)


def _words(message: Message) -> str:
    return "\n".join([part.text for part in message.parts if isinstance(part, Text)])
