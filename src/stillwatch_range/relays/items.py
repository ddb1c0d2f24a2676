"""Edits of a conversation's items: tool names, reasoning, cache marks, known texts.

Each works on one item, is asked only where the item holds what it changes, and leaves tool ids,
tool inputs, tool results and the model's words alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from stillwatch_range.relays.memory import Memory

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode
Text = Callable[[str], str]
LOST = "[tool_result missing; tool execution interrupted]"


@dataclass(frozen=True, slots=True)
class Edits:
    """What is done to each item.

    Attributes:
        names: tool names that change, old to new.
        strip: whether reasoning is dropped.
        cache: `caller` keeps cache marks, `plain` takes their life off, `force` gives all one life.
        notes: rewrites text in system turns and reminders; None for none.
    """

    names: Mapping[str, str]
    strip: bool = False
    cache: str = "caller"
    notes: Text | None = None

    def touches(self, item: bytes) -> bool:
        """Whether an item may hold something that changes."""
        return bool(
            (self.names and b'"tool_use"' in item)
            or (self.strip and b'"thinking"' in item)
            or (self.cache != "caller" and b'"cache_control"' in item)
            or (self.notes and (b"<system-reminder>" in item or b'"role":"system"' in item))
        )

    def item(self, raw: msgspec.Raw) -> msgspec.Raw:
        """An item of a messages conversation as it is forwarded."""
        if not self.touches(bytes(raw)):
            return raw
        item = _decode(raw)
        system = item.get("role") == "system"
        content = item.get("content")
        if isinstance(content, list):
            item["content"] = [
                self._block(block, system) for block in content if not self._drops(block)
            ] or [{"type": "text", "text": "(no content)"}]
        elif self.notes and isinstance(content, str) and (system or _reminds(content)):
            item["content"] = self.notes(content)
        return msgspec.Raw(_encode(item))

    def _drops(self, block: Mapping[str, Any]) -> bool:
        return self.strip and block.get("type") in ("thinking", "redacted_thinking")

    def _block(self, block: dict[str, Any], system: bool) -> dict[str, Any]:
        kind = block.get("type")
        if kind == "tool_use" and block["name"] in self.names:
            block["name"] = self.names[block["name"]]
        elif self.notes and kind == "text" and (system or _reminds(block["text"])):
            block["text"] = self.notes(block["text"])
        if "cache_control" in block:
            recache(block, self.cache)
        return block


def recache(block: dict[str, Any], how: str) -> None:
    """Take the life off a block's cache mark, or give it the life that all get, in place."""
    if how == "plain":
        block["cache_control"] = {"type": "ephemeral"}
    elif how == "force":
        block["cache_control"] = {"type": "ephemeral", "ttl": "1h"}


def _reminds(text: str) -> bool:
    return text.startswith("<system-reminder>")


def filled(items: list[msgspec.Raw], memory: Memory) -> list[msgspec.Raw]:
    """A conversation in which each tool call has a result; a fixed sentence fills the gaps.

    Args:
        items: of a messages conversation.
        memory: so that a turn is looked at once.
    """
    before = dict(zip(map(id, items[1:]), items, strict=False))
    rest = memory.each("filled", items[1:], lambda item: _with_results(before[id(item)], item))
    return items[:1] + rest


def _with_results(before: msgspec.Raw, item: msgspec.Raw) -> msgspec.Raw:
    if b'"tool_use"' not in bytes(before):
        return item
    call, user = _decode(before), _decode(item)
    if call.get("role") != "assistant" or not isinstance(call.get("content"), list):
        return item
    given = user.get("content")
    blocks = given if isinstance(given, list) else [{"type": "text", "text": given}]
    there = {block.get("tool_use_id") for block in blocks}
    made = [
        {"type": "tool_result", "tool_use_id": block["id"], "content": LOST}
        for block in call["content"]
        if block.get("type") == "tool_use" and block["id"] not in there
    ]
    return msgspec.Raw(_encode({**user, "content": [*made, *blocks]})) if made else item


def with_notes(item: msgspec.Raw, *notes: str) -> msgspec.Raw:
    """A user turn with texts before its own."""
    turn = _decode(item)
    content = turn.get("content")
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = [{"type": "text", "text": note} for note in notes]
    return msgspec.Raw(_encode({**turn, "content": [*texts, *blocks]}))


def turn(role: str, text: str) -> msgspec.Raw:
    """A turn of one text."""
    return msgspec.Raw(_encode({"role": role, "content": text}))


def first_words(items: list[msgspec.Raw]) -> str:
    """The text that a conversation's first user turn ends with: what was typed."""
    if not items:
        return ""
    content = _decode(items[0]).get("content")
    if isinstance(content, list):
        texts = [block["text"] for block in content if block.get("type") == "text"]
        return texts[-1] if texts else ""
    return content if isinstance(content, str) else ""
