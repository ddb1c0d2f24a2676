"""From an action of the story to a call of the tool that the client offers for it."""

import posixpath
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stillwatch_range.record.story import Action, Delegate, EditFile, ReadFile, Shell, WriteFile


@dataclass(frozen=True)
class ToolCall:
    """A call as it goes on the wire: the tool's name and its input."""

    name: str
    input: dict[str, Any]


class UnplayableError(Exception):
    """The client offers no tool for an action of the story."""


def tool_call(action: Action, offered: Iterable[str], root: str) -> ToolCall:
    """Express an action with the tools that a request offers.

    Args:
        action: what the story wants done.
        offered: names of the offered tools.
        root: working directory, for tools that want absolute paths.

    Raises:
        UnplayableError: no offered tool can do it.
    """
    names = set(offered)
    for family, marker in _FAMILIES:
        if marker in names:
            return family(action, root)
    raise UnplayableError(f"no tool for {type(action).__name__} among {sorted(names)}")


def _claude(action: Action, root: str) -> ToolCall:
    match action:
        case Shell(command, why):
            return ToolCall("Bash", {"command": command, "description": why})
        case ReadFile(path):
            return ToolCall("Read", {"file_path": posixpath.join(root, path)})
        case EditFile(path, old, new):
            file_path = posixpath.join(root, path)
            return ToolCall("Edit", {"file_path": file_path, "old_string": old, "new_string": new})
        case WriteFile(path, content):
            return ToolCall("Write", {"file_path": posixpath.join(root, path), "content": content})
        case Delegate(title, turn):
            return ToolCall(
                "Agent",
                {
                    "description": title,
                    "prompt": turn.prompt,
                    "subagent_type": "general-purpose",
                    "run_in_background": False,
                },
            )


def _opencode(action: Action, root: str) -> ToolCall:
    match action:
        case Shell(command, why):
            return ToolCall("bash", {"command": command, "description": why})
        case ReadFile(path):
            return ToolCall("read", {"filePath": posixpath.join(root, path)})
        case EditFile(path, old, new):
            file_path = posixpath.join(root, path)
            return ToolCall("edit", {"filePath": file_path, "oldString": old, "newString": new})
        case WriteFile(path, content):
            return ToolCall("write", {"filePath": posixpath.join(root, path), "content": content})
        case Delegate():
            raise UnplayableError("the story gives opencode no sub-agents")


def _qwen(action: Action, root: str) -> ToolCall:
    match action:
        case Shell(command, why):
            return ToolCall(
                "run_shell_command",
                {"command": command, "description": why, "is_background": False},
            )
        case ReadFile(path):
            return ToolCall("read_file", {"absolute_path": posixpath.join(root, path)})
        case EditFile(path, old, new):
            file_path = posixpath.join(root, path)
            return ToolCall("edit", {"file_path": file_path, "old_string": old, "new_string": new})
        case WriteFile(path, content):
            file_path = posixpath.join(root, path)
            return ToolCall("write_file", {"file_path": file_path, "content": content})
        case Delegate():
            raise UnplayableError("the story gives qwen no sub-agents")


def _codex(action: Action, root: str) -> ToolCall:
    return ToolCall("exec_command", {"cmd": shell_line(action), "workdir": root})


def _plain(action: Action, _root: str) -> ToolCall:
    return ToolCall("run", {"command": shell_line(action)})


def shell_line(action: Action) -> str:
    """The same action for a client whose only tool is a shell."""
    match action:
        case Shell(command):
            return command
        case ReadFile(path):
            return f"sed -n 1,200p {shlex.quote(path)}"
        case EditFile(path, old, new):
            return (
                "python3 - <<'EOF'\nfrom pathlib import Path\n"
                f"path = Path({path!r})\n"
                f"path.write_text(path.read_text().replace({old!r}, {new!r}, 1))\nEOF"
            )
        case WriteFile(path, content):
            return f"cat > {shlex.quote(path)} <<'EOF'\n{content}EOF"
        case Delegate():
            raise UnplayableError("no sub-agents in a shell")


_FAMILIES = (
    (_claude, "Bash"),
    (_codex, "exec_command"),
    (_qwen, "run_shell_command"),
    (_opencode, "bash"),
    (_plain, "run"),
)
