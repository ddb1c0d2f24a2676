"""Finds the vendors' texts in a request: system prompts, tool texts, reminders, boilerplate.

What people type, what tools are given and what they return is not theirs and stays.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from stillwatch_range.record.filler import fill
from stillwatch_range.record.story import Delegate, Session

Json = dict[str, Any]

SHORTEST_DESCRIPTION = 12
WRITTEN_OUT = "[Tool: "
"""How claude-code-proxy tells of earlier tool calls, as text of the assistant's."""
REMINDER = re.compile(r"<system-reminder>.*?</system-reminder>", re.DOTALL)
BOILERPLATE = (
    REMINDER,
    re.compile(r"\(file state is current in your context[^)]*\)"),
    re.compile(r"agentId: .*", re.DOTALL),
    re.compile(r"^Could not find oldString in the file\..*"),
)


def prompts_of(session: Session) -> tuple[str, ...]:
    """What is typed in a session, and what is handed to its sub-agents, longest first."""
    typed = [turn.prompt for turn in session.turns]
    for turn in session.turns:
        for step in turn.steps:
            typed += [action.turn.prompt for action in step if isinstance(action, Delegate)]
    return tuple(sorted(typed, key=len, reverse=True))


def replacements(body: Json, session: Session) -> dict[str, str]:
    """Texts of a request that hold vendors' words, each with its filler."""
    if session.client.startswith("sdk-"):
        return {}
    typed = prompts_of(session)
    found: dict[str, str] = {}
    for text in _whole(body):
        found[text] = fill(text)
    for text in _spoken(body):
        found[text] = _around(text, typed)
    for text in _results(body):
        found[text] = _without_boilerplate(text)
    return {text: filled for text, filled in found.items() if filled != text}


def vendor_texts(body: Json, session: Session) -> Iterator[str]:
    """The vendors' own pieces of a request, as received."""
    if session.client.startswith("sdk-"):
        return
    typed = prompts_of(session)
    yield from _whole(body)
    for text in _spoken(body):
        prompt = next((prompt for prompt in typed if prompt in text), None)
        yield from text.split(prompt) if prompt else (text,)
    for text in _results(body):
        for pattern in BOILERPLATE:
            yield from (found.group() for found in pattern.finditer(text))


def _whole(body: Json) -> Iterator[str]:
    """Texts that are the vendor's from end to end."""
    yield from _texts(body.get("system") or "")
    yield body.get("instructions") or ""
    yield from _descriptions(body.get("tools") or [])
    for message in _messages(body):
        if message.get("role") in ("system", "developer"):
            yield from _texts(message.get("content") or "")


def _spoken(body: Json) -> Iterator[str]:
    """What stands as typed, besides results that a relay has written out as text."""
    for message, written_out in _with_results(body):
        if message.get("role") == "user" and not written_out:
            yield from _texts(message.get("content") or "")


def _with_results(body: Json) -> Iterator[tuple[Json, bool]]:
    """Messages, each with whether it is a tool's result written out as the person's words."""
    written_out = False
    for message in _messages(body):
        texts = list(_texts(message.get("content") or ""))
        if message.get("role") == "assistant":
            written_out = any(WRITTEN_OUT in text for text in texts)
        yield message, written_out


def _results(body: Json) -> Iterator[str]:
    for message, written_out in _with_results(body):
        if written_out and message.get("role") == "user":
            yield from _texts(message.get("content") or "")
        if message.get("type") == "function_call_output" and isinstance(message["output"], str):
            yield message["output"]
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            if block.get("type") == "tool_result":
                yield from _texts(block.get("content") or "")


def _messages(body: Json) -> Sequence[Json]:
    items = body.get("messages") or body.get("input") or []
    return items if isinstance(items, list) else []


def _texts(content: str | Iterable[Json]) -> Iterator[str]:
    if isinstance(content, str):
        yield content
        return
    for part in content:
        if isinstance(part.get("text"), str):
            yield part["text"]


def _descriptions(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _descriptions(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("description", "definition") and isinstance(value, str):
                if len(value) >= SHORTEST_DESCRIPTION:
                    yield value
            else:
                yield from _descriptions(value)


def _around(text: str, typed: Iterable[str]) -> str:
    for prompt in typed:
        if prompt in text:
            return prompt.join(fill(piece) for piece in text.split(prompt))
    return fill(text)


def _without_boilerplate(text: str) -> str:
    for pattern in BOILERPLATE:
        text = pattern.sub(lambda found: fill(found.group()), text)
    return text
