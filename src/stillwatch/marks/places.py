"""Where the texts of a request stand: the same places on the three wires.

`opened` copies a decoded body along the paths to its texts and hands out the places, so that
writing into them leaves the caller's body as it was. `seen` only looks. Whatever has
another shape than expected is passed over: a body from outside never raises.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Body = dict[str, Any]
Wire = Literal["anthropic", "chat", "responses"]
_CONVERSATIONS = ("messages", "input")
_SYSTEM_ROLES = ("system", "developer")


class Slot:
    """A place for a text.

    Args:
        holder: the copied object or list that holds it.
        key: its key or index there; it may not be there yet.
    """

    __slots__ = ("_holder", "_key")

    def __init__(self, holder: Any, key: str | int) -> None:
        self._holder = holder
        self._key = key

    @property
    def text(self) -> str:
        """What stands there; empty if nothing does."""
        if isinstance(self._holder, dict):
            return str(self._holder.get(self._key) or "")
        return str(self._holder[self._key])

    @text.setter
    def text(self, text: str) -> None:
        self._holder[self._key] = text


@dataclass(slots=True)
class Opened:
    """A copy of a body with its places.

    Attributes:
        body: the copy; what is written into the slots appears in it.
        system: system texts, in order; one empty place if there is none and there may be one.
        tools: names of tools with the place of their description.
        turns: for every human turn the places of its texts, in order; never empty.
        results: names of tools with the places of the texts of a result, never empty.
    """

    body: Body
    system: list[Slot] = field(default_factory=list)
    tools: list[tuple[str, Slot]] = field(default_factory=list)
    turns: list[list[Slot]] = field(default_factory=list)
    results: list[tuple[str, list[Slot]]] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """The texts of a body, for reading.

    Attributes:
        said: system texts, descriptions of tools, and what both sides said.
        results: texts of results of tools.
        turns: the last text of every human turn, in order.
    """

    said: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)


def wire_of(body: Body) -> Wire:
    """The wire that a body is made for, by its own shape."""
    if "input" in body or "instructions" in body:
        return "responses"
    tools = _dicts(body.get("tools"))
    messages = _dicts(body.get("messages"))
    if any("function" in tool for tool in tools) or any(
        message.get("role") in (*_SYSTEM_ROLES, "tool") for message in messages
    ):
        return "chat"
    return "anthropic"


def opened(body: Body, wire: Wire) -> Opened:
    """Copy a body and find its places.

    Args:
        body: a decoded request body; it is not changed.
        wire: the wire that it is made for.
    """
    out = Opened(dict(body))
    if wire == "responses" and isinstance(body.get("input"), str):
        out.turns.append([Slot(out.body, "input")])
    else:
        conversation = "input" if wire == "responses" else "messages"
        if isinstance(body.get(conversation), list):
            out.body[conversation] = _conversation(body[conversation], out)
    if wire != "chat":
        name = "system" if wire == "anthropic" else "instructions"
        out.system[:0] = _texts_at(out.body, name)
    if not out.system:
        out.system += _new_system(out.body, wire)
    if isinstance(body.get("tools"), list):
        out.body["tools"] = [_tool(tool, out) for tool in body["tools"]]
    return out


def seen(body: Body) -> Seen:
    """Gather the texts of a body of any wire."""
    out = Seen()
    for name in ("system", "instructions"):
        _gather(body.get(name), out.said)
    for tool in _dicts(body.get("tools")):
        inner = tool.get("function")
        _gather((inner if isinstance(inner, dict) else tool).get("description"), out.said)
    for name in _CONVERSATIONS:
        items = body.get(name)
        if isinstance(items, str):
            out.said.append(items)
            out.turns.append(items)
        for item in _dicts(items):
            _see(item, out)
    return out


def _see(item: Body, out: Seen) -> None:
    """Gather from one item of a conversation."""
    role = item.get("role")
    if role == "tool" or "output" in item:
        _gather(item.get("content" if role == "tool" else "output"), out.results)
        return
    content = item.get("content")
    typed: list[str] = []
    if isinstance(content, str):
        typed.append(content)
    elif isinstance(content, list):
        for part in content:
            if not isinstance(part, dict):
                continue
            if part.get("type") == "tool_result":
                _gather(part.get("content"), out.results)
            elif isinstance(part.get("text"), str):
                typed.append(part["text"])
    out.said += typed
    if role == "user" and typed:
        out.turns.append(typed[-1])


def _gather(value: Any, into: list[str]) -> None:
    """Add a text, or the texts of a list of parts."""
    if isinstance(value, str):
        into.append(value)
    elif isinstance(value, list):
        into += [part["text"] for part in _dicts(value) if isinstance(part.get("text"), str)]


def _conversation(items: list[Any], out: Opened) -> list[Any]:
    named: dict[str, str] = {}
    copied = []
    for item in items:
        if not isinstance(item, dict):
            copied.append(item)
            continue
        role = item.get("role")
        if role == "user":
            copied.append(_user(item, named, out))
        elif role in _SYSTEM_ROLES:
            copied.append(dict(item))
            out.system += _texts_at(copied[-1], "content")
        elif role == "tool" or item.get("type") == "function_call_output":
            copied.append(dict(item))
            place = "content" if role == "tool" else "output"
            _result(copied[-1], place, _called(item, named), out)
        else:
            _remember_calls(item, named)
            copied.append(item)
    return copied


def _user(message: Body, named: dict[str, str], out: Opened) -> Body:
    copied = dict(message)
    content = message.get("content")
    if isinstance(content, str):
        out.turns.append([Slot(copied, "content")])
    elif isinstance(content, list):
        copied["content"] = parts = [dict(p) if isinstance(p, dict) else p for p in content]
        for part in _dicts(parts):
            if part.get("type") == "tool_result":
                _result(part, "content", _called(part, named), out)
        if typed := [Slot(part, "text") for part in _dicts(parts) if _is_text(part)]:
            out.turns.append(typed)
    return copied


def _result(holder: Body, key: str, tool: str, out: Opened) -> None:
    if slots := _texts_at(holder, key):
        out.results.append((tool, slots))


def _called(item: Body, named: dict[str, str]) -> str:
    for key in ("tool_use_id", "tool_call_id", "call_id"):
        if isinstance(item.get(key), str):
            return named.get(item[key], "")
    return ""


def _remember_calls(item: Body, named: dict[str, str]) -> None:
    """Note which call used which tool, for results name only the call."""
    if item.get("type") == "function_call":
        _note(item.get("call_id"), item.get("name"), named)
    for part in _dicts(item.get("content")):
        if part.get("type") == "tool_use":
            _note(part.get("id"), part.get("name"), named)
    for call in _dicts(item.get("tool_calls")):
        function = call.get("function")
        _note(call.get("id"), function.get("name") if isinstance(function, dict) else None, named)


def _note(call: Any, name: Any, named: dict[str, str]) -> None:
    if isinstance(call, str) and isinstance(name, str):
        named[call] = name


def _tool(tool: Any, out: Opened) -> Any:
    if not isinstance(tool, dict):
        return tool
    copied = dict(tool)
    described = copied
    if isinstance(tool.get("function"), dict):
        copied["function"] = described = dict(tool["function"])
    # A tool of the provider's own has a version for a type and no description to write into.
    if isinstance(described.get("name"), str) and ("description" in described):
        out.tools.append((described["name"], Slot(described, "description")))
    return copied


def _texts_at(holder: Body, key: str) -> list[Slot]:
    """The places of a text, or of the text parts of a list, which is copied."""
    value = holder.get(key)
    if isinstance(value, str):
        return [Slot(holder, key)]
    if not isinstance(value, list):
        return []
    parts = [dict(part) if isinstance(part, dict) else part for part in value]
    holder[key] = parts
    return [Slot(part, "text") for part in _dicts(parts) if _is_text(part)]


def _new_system(body: Body, wire: Wire) -> list[Slot]:
    """A place for a system text where there is none; what is there already is not overwritten."""
    if wire == "chat":
        return [_Lead(body)] if isinstance(body.get("messages"), list) else []
    name = "system" if wire == "anthropic" else "instructions"
    return [] if body.get(name) else [Slot(body, name)]


class _Lead(Slot):
    """The system message that a chat lacks; it comes to be when it is first written."""

    __slots__ = ("_body",)

    def __init__(self, body: Body) -> None:
        super().__init__({"role": "system", "content": ""}, "content")
        self._body = body

    @property
    def text(self) -> str:
        """What was written so far."""
        return super().text

    @text.setter
    def text(self, text: str) -> None:
        if not self.text:
            self._body["messages"] = [self._holder, *self._body["messages"]]
        self._holder["content"] = text


def _is_text(part: Body) -> bool:
    return part.get("type") != "tool_result" and isinstance(part.get("text"), str)


def _dicts(value: Any) -> list[Body]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
