"""Chat requests as messages requests, as relays in front of Claude accounts convert them.

Tool-call ids, texts and tool inputs pass as they are; reasoning and unknown fields are lost.
Each item is converted once; results of tools that follow each other become one user turn.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from stillwatch_range.model import Ask, Reply, Thought, Toolset
from stillwatch_range.relays.memory import Memory

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode
KEPT = ("temperature", "top_p", "stream")
CHOICES = {"auto": {"type": "auto"}, "required": {"type": "any"}, "none": {"type": "none"}}


def to_messages(ask: Ask, memory: Memory, max_tokens: int) -> Ask:
    """A chat request as a messages request.

    Args:
        ask: on the chat wire; it is not changed.
        memory: of the conversation.
        max_tokens: where the caller set none; the messages wire needs it.
    """
    source = ask.body
    rows = memory.each("chat", ask.items, _item)
    body: dict[str, Any] = {"model": source.get("model", ""), "messages": _turns(rows, memory)}
    system = "\n".join(text for role, text in rows if role == "system" and isinstance(text, str))
    if system:
        body["system"] = system
    body["max_tokens"] = source.get("max_completion_tokens") or source.get("max_tokens", max_tokens)
    body.update({name: source[name] for name in KEPT if name in source})
    if ask.tools is not None:
        body["tools"] = memory.once("chat tools", ask.tools, _tools)
        choice = source.get("tool_choice")
        if choice is not None:
            body["tool_choice"] = _choice(choice)
    if source.get("stop"):
        stop = source["stop"]
        body["stop_sequences"] = stop if isinstance(stop, list) else [stop]
    if source.get("user"):
        body["metadata"] = {"user_id": source["user"]}
    return ask.but(wire="messages", path="/v1/messages", body=body, raw=None)


def to_caller(reply: Reply) -> Reply:
    """An answer as a chat client gets it: reasoning does not stand on that wire."""
    content = tuple(block for block in reply.content if not isinstance(block, Thought))
    name = f"chatcmpl-{reply.id.partition('_')[2] or reply.id}"
    return Reply(reply.status, reply.at_us, name, content, reply.error, reply.retry_after_s)


Row = tuple[str, Any]


def _item(raw: msgspec.Raw) -> Row:
    """Role and converted content.

    Text of a system turn, an encoded block of a tool's result, an
    encoded turn otherwise.
    """
    item = _decode(raw)
    match item.get("role"):
        case "system" | "developer":
            return "system", _text(item.get("content"))
        case "tool":
            block = {
                "type": "tool_result",
                "tool_use_id": item.get("tool_call_id", ""),
                "content": _text(item.get("content")),
            }
            return "tool", _encode(block)
        case "assistant":
            return "assistant", msgspec.Raw(
                _encode({"role": "assistant", "content": _said(item) or "(no content)"})
            )
        case _:
            return "user", msgspec.Raw(
                _encode({"role": "user", "content": _parts(item.get("content"))})
            )


def _turns(rows: list[Row], memory: Memory) -> list[msgspec.Raw]:
    turns: list[msgspec.Raw] = []
    results: list[bytes] = []
    for role, content in rows:
        if role == "tool":
            results.append(content)
            continue
        if results:
            turns.append(_together(results, memory))
            results = []
        if role != "system":
            turns.append(content)
    if results:
        turns.append(_together(results, memory))
    return turns


def _together(blocks: list[bytes], memory: Memory) -> msgspec.Raw:
    return memory.once(f"results {len(blocks)}", blocks[0], lambda _: _results(blocks))


def _results(blocks: list[bytes]) -> msgspec.Raw:
    return msgspec.Raw(b'{"role":"user","content":[%b]}' % b",".join(blocks))


def _said(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = _text(item.get("content"))
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    for call in item.get("tool_calls") or ():
        function = call["function"]
        blocks.append(
            {
                "type": "tool_use",
                "id": call["id"],
                "name": function["name"],
                "input": _input(function.get("arguments")),
            }
        )
    return blocks


def _input(arguments: object) -> Any:
    try:
        return _decode(arguments) if isinstance(arguments, str) and arguments else {}
    except msgspec.DecodeError:
        return {"arguments": arguments}


def _text(content: object) -> str:
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _parts(content: object) -> Any:
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    return [{"type": "text", "text": part["text"]} for part in content if "text" in part]


def _tools(tools: Toolset) -> Toolset:
    rows = []
    for tool in _decode(tools.raw):
        function = tool.get("function", tool)
        row = {"name": function["name"], "description": function.get("description", "")}
        row["input_schema"] = function.get("parameters") or {"type": "object", "properties": {}}
        rows.append(row)
    return Toolset(tools.names, msgspec.Raw(_encode(rows)))


def _choice(choice: object) -> Any:
    if isinstance(choice, dict):
        return {"type": "tool", "name": choice.get("function", {}).get("name", "")}
    return CHOICES.get(str(choice), CHOICES["auto"])
