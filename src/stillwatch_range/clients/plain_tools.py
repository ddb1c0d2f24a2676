"""Tools of a program that has none of a known client's: six plain ones, in each wire's form."""

from functools import lru_cache
from typing import Any

from stillwatch_range.clients.shapes import toolset
from stillwatch_range.model import Call, Planned, Tool, Toolset, Wire

NAMES: dict[Tool, str] = {
    "shell": "run_command",
    "read": "read_file",
    "edit": "replace_text",
    "write": "write_file",
    "search": "search_files",
    "agent": "delegate",
}
FIELDS: dict[Tool, tuple[str, ...]] = {
    "shell": ("command",),
    "read": ("path",),
    "edit": ("path", "old", "new"),
    "write": ("path", "content"),
    "search": ("pattern", "path"),
    "agent": ("title", "prompt"),
}
ABOUT: dict[Tool, str] = {
    "shell": "Run a command in the project and return what it prints.",
    "read": "Return the text of a file.",
    "edit": "Replace one piece of text in a file by another.",
    "write": "Write a file.",
    "search": "Search the project's files for a pattern.",
    "agent": "Give a task to a helper and return its report.",
}


def planned(call: Call) -> Planned:
    """A call in the terms of these tools."""
    given = {name: call.args[name] for name in FIELDS[call.tool] if name in call.args}
    return Planned(NAMES[call.tool], given)


@lru_cache(maxsize=3)
def tools_for(wire: Wire) -> Toolset:
    """The tools as a wire lists them."""
    return toolset([_tool(wire, tool) for tool in NAMES])


def _tool(wire: Wire, tool: Tool) -> dict[str, Any]:
    name, about = NAMES[tool], ABOUT[tool]
    schema = {
        "type": "object",
        "properties": {field: {"type": "string"} for field in FIELDS[tool]},
        "required": list(FIELDS[tool][:1]),
    }
    if wire == "messages":
        return {"name": name, "description": about, "input_schema": schema}
    function = {"name": name, "description": about, "parameters": schema}
    if wire == "responses":
        return {"type": "function", **function}
    return {"type": "function", "function": function}
