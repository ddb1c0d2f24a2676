"""The same turn looks the same, however a client or a relay wrote it down again.

A turn's words are reduced until re-encoding no longer matters: white space is folded, reminder and
environment blocks that clients put in and take out between requests are dropped, tool arguments
are read as JSON and written in one order, tool names and ids are left out because relays rename
them, and results of tools are left out because clients shorten old ones.
"""

import re

import msgspec

from stillwatch.exchange import Message, Text, ToolCall, ToolResult

# Blocks that coding agents insert into user turns by themselves; they come and go between requests.
_INSERTED = re.compile(
    r"<(system-reminder|environment_context|user_instructions|skills_instructions|permissions"
    r"|environment_details|local-command-caveat)\b[^>]*>.*?</\1[^>]*>",
    re.DOTALL,
)
_order = msgspec.json.Encoder(order="sorted")


def folded(text: str) -> str:
    """The text with every run of white space as one space, ends trimmed."""
    return " ".join(text.split())


def typed_text(text: str) -> str:
    """What a person may have typed: the text without blocks that the client inserted, folded."""
    if "<" in text:
        text = _INSERTED.sub(" ", text)
    return folded(text)


def words_of(message: Message) -> str:
    """The typed or written words of a turn; empty when it holds only results of tools."""
    return " ".join(
        words
        for part in message.parts
        if isinstance(part, Text) and (words := typed_text(part.text))
    )


def arguments_of(call: ToolCall) -> str:
    """A tool call's arguments as JSON in one order, or folded text if they are no JSON."""
    try:
        return _order.encode(msgspec.json.decode(call.arguments)).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return folded(call.arguments)


def normal_form(message: Message, words: str) -> str:
    """The text that stands for a turn in a hash chain; empty if the turn leaves no trace there.

    Args:
        message: the turn.
        words: what `words_of` gives for it.
    """
    if message.role == "system":
        return ""
    if message.role == "user":
        return f"user {words}" if words else ""
    calls = [arguments_of(part) for part in message.parts if isinstance(part, ToolCall)]
    return "assistant " + "\n".join([words, *calls]) if words or calls else ""


def is_human(message: Message, words: str) -> bool:
    """Whether a user turn carries words and no result of a tool.

    Args:
        message: the turn.
        words: what `words_of` gives for it.
    """
    if message.role != "user" or not words:
        return False
    return not any(isinstance(part, ToolResult) for part in message.parts)
