"""What a provider minted and a client sends back: the material of provenance.

An artefact is *issued* by a response and *presented* by a later request. Kinds:

turn        a whole assistant turn of at least `TURN_CHARS` characters, in normal form
tool_call   the id of a tool call
message     the id of an assistant turn, where the format sends it back
signature   a reasoning block's signature or encrypted content
quote       a long line of an answer that turns up in the first user turn of a conversation, as
            when a client compacts a history into a summary
brief       a long argument of a tool call that turns up as the first user turn of a conversation,
            as when an agent starts a sub-agent

The last two link conversations of one account and are never evidence between accounts, because
people copy answers.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from stillwatch.exchange import Message, Reasoning, Text, ToolCall, ToolResult
from stillwatch.traits.turns import folded, typed_text

TURN_CHARS = 200
QUOTE_CHARS = 60
BRIEF_CHARS = 40
QUOTES_ISSUED = 6
QUOTES_PRESENTED = 24

# The outer look of ids, as the vendors mint them (recorded from the vendors' own clients and
# documentation, 2026-11). A shape ranks what is unknown; it never decides.
_SHAPES = (
    ("anthropic", re.compile(r"(srv)?toolu_(bdrk_|vrtx_)?01[0-9A-Za-z]{22}\Z")),
    ("openai", re.compile(r"call_[0-9A-Za-z]{22,24}\Z")),
    ("openai", re.compile(r"fc_[0-9a-f]{40,64}\Z")),
    ("uuid", re.compile(r"[a-z_]*[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\Z")),
)


class ArtefactText(Struct, frozen=True):
    """An artefact before it is hashed."""

    kind: str
    text: str


def id_shape(identifier: str) -> str:
    """Whose id it looks like: anthropic, openai, uuid, or other."""
    for name, shape in _SHAPES:
        if shape.match(identifier):
            return name
    return "other"


def is_artefact(form: str) -> bool:
    """Whether a whole turn is long enough to be told from others; `form` is its normal form."""
    return len(form) >= TURN_CHARS


def issued(answer: Message) -> Iterator[ArtefactText]:
    """What a response hands out, its whole turn apart."""
    yield from _minted(answer)
    for line in _longest(_texts(answer), QUOTES_ISSUED):
        yield ArtefactText("quote", line)
    for part in answer.parts:
        if isinstance(part, ToolCall):
            for value in _strings(part.arguments):
                yield ArtefactText("brief", value)


def presented(turn: Message) -> Iterator[ArtefactText]:
    """What a turn in a request's history brings back, itself apart."""
    if turn.role == "assistant":
        yield from _minted(turn)
    for part in turn.parts:
        if isinstance(part, ToolResult) and part.id:
            yield ArtefactText("tool_call", part.id)


def presented_by_opening(turn: Message) -> Iterator[ArtefactText]:
    """What the first user turn of a conversation quotes of earlier answers."""
    texts = list(_texts(turn))
    for text in texts:
        words = typed_text(text)
        if len(words) >= BRIEF_CHARS:
            yield ArtefactText("brief", words)
    for line in _longest(texts, QUOTES_PRESENTED):
        yield ArtefactText("quote", line)


def _minted(turn: Message) -> Iterator[ArtefactText]:
    if turn.id:
        yield ArtefactText("message", turn.id)
    for part in turn.parts:
        if isinstance(part, ToolCall) and part.id:
            yield ArtefactText("tool_call", part.id)
        elif isinstance(part, Reasoning) and part.signature:
            yield ArtefactText("signature", part.signature)


def _texts(turn: Message) -> Iterator[str]:
    return (part.text for part in turn.parts if isinstance(part, Text))


def _longest(texts: Iterable[str], most: int) -> list[str]:
    """The longest lines of at least `QUOTE_CHARS` characters."""
    lines = (line for text in texts for line in text.splitlines() if len(line) >= QUOTE_CHARS)
    long_lines = {short for line in lines if len(short := folded(line)) >= QUOTE_CHARS}
    return sorted(long_lines, key=lambda line: (-len(line), line))[:most]


def _strings(arguments: str) -> Iterator[str]:
    """The long texts among a call's arguments, as a sub-agent would receive them."""
    try:
        values = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    if isinstance(values, dict):
        for value in values.values():
            if isinstance(value, str) and len(words := typed_text(value)) >= BRIEF_CHARS:
                yield words
