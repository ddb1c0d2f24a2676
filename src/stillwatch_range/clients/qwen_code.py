"""Qwen Code: chat completions through the OpenAI SDK for Node, a date reminder at every prompt.

Structure as recorded from qwen-code 0.24.4 on Node 22 in November 2026.
"""

from collections.abc import Iterator
from typing import Any

from stillwatch_range.clients import encode
from stillwatch_range.clients.facts import (
    HOST,
    NODE_PLATFORM,
    NODES,
    STAINLESS_OS,
    day,
    folder,
    full_path,
)
from stillwatch_range.clients.results import around, source
from stillwatch_range.clients.shapes import shape, with_facts
from stillwatch_range.clients.talk import Base, Form, History
from stillwatch_range.model import Ask, Call, Called, Plan, Planned, Reply, Said, Step

TREE = 20
"""Entries of the folder that the first message lists."""


class QwenCode:
    """Qwen Code in one conversation, or one of its sub-agents."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._history = History()
        found = shape("qwen-code", base.session.version, "main", base.world.detail)
        assert found is not None
        self._shape = found
        self._facts = _facts(base, found.model)
        extra = dict(base.session.params)
        self._form = Form(base, "chat", found, self._facts, extra)

    def says(self, prompt: str) -> None:
        """The prompt joins, after a reminder of the date; the first brings the whole setting."""
        facts = {**self._facts, "prompt": prompt}
        if not len(self._history):
            for item in self._shape.opening:
                self._history.add(with_facts(item, facts))
            return
        again = with_facts(self._shape.opening[-1]["content"][-2:], facts)
        self._history.add({"role": "user", "content": again})

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """None: the recorded client made no other request."""
        del at_us, prompt
        return iter(())

    def ask(self, at_us: int, step: Step) -> Ask:
        """The next request."""
        plan = Plan(step.say, step.thinking, tuple(self._planned(call) for call in step.calls))
        return self._form.ask(at_us, self._history.sent(), plan)

    def hears(self, reply: Reply) -> None:
        """The answer joins as one message."""
        shown = [block for block in reply.content if isinstance(block, Said | Called)]
        for item in encode.plain_items("chat", "assistant", shown):
            self._history.add(item)

    def runs(self, step: Step, reply: Reply) -> None:
        """Results join, a message each."""
        called = [block for block in reply.content if isinstance(block, Called)]
        for call, block in zip(step.calls, called, strict=False):
            content = [{"type": "text", "text": self._shown(call)}]
            self._history.add({"role": "tool", "tool_call_id": block.id, "content": content})

    def agent(self, call: Call) -> "QwenCode":
        """A sub-agent: a conversation of its own."""
        del call
        return QwenCode(self._base)

    def _planned(self, call: Call) -> Planned:
        args: dict[str, Any] = dict(call.args)
        path = full_path(self._base.session, args.get("path", ""))
        match call.tool:
            case "shell":
                why = args.get("why", "Run it")
                given = {"command": args["command"], "description": why, "is_background": False}
                return Planned("run_shell_command", given)
            case "read":
                return Planned("read_file", {"file_path": path})
            case "edit":
                change = {"old_string": args["old"], "new_string": args["new"]}
                return Planned("edit", {"file_path": path, **change})
            case "write":
                return Planned("write_file", {"file_path": path, "content": args["content"]})
            case "search":
                return Planned("grep_search", {"pattern": args["pattern"]})
            case "agent":
                task = {"description": args["title"], "prompt": args["prompt"]}
                return Planned("agent", {**task, "subagent_type": "general-purpose"})

    def _shown(self, call: Call) -> str:
        path = full_path(self._base.session, call.args.get("path", ""))
        match call.tool:
            case "shell":
                return _ran(call)
            case "read" if not call.failed:
                return source(call)
            case "edit" if not call.failed:
                return _edited(call, path)
            case "write" if not call.failed:
                return f"Successfully created and wrote to new file: {path}."
            case _:
                return call.result


def _edited(call: Call, path: str) -> str:
    lines = around(call)
    if not lines:
        return f"The file: {path} has been updated."
    first, last = lines[0][0], lines[-1][0]
    where = f"Showing lines {first}-{last} of {last + 1} from the edited file:"
    shown = "\n".join(text for _, text in lines)
    return f"The file: {path} has been updated. {where}\n\n---\n\n{shown}"


def _ran(call: Call) -> str:
    return (
        f"Command: {call.args['command']}\nDirectory: (root)\n"
        f"Output: {call.result.rstrip() or '(empty)'}\nError: (none)\n"
        f"Exit Code: {int(call.failed)}\nSignal: (none)\nProcess Group PGID: (none)"
    )


def _facts(base: Base, model: str) -> dict[str, str]:
    session, machine = base.session, base.session.machine
    date = day(session)
    cwd = folder(session)
    return {
        "version": session.version,
        "host": HOST,
        "arch": machine.arch,
        "os": STAINLESS_OS[machine.system],
        "platform": NODE_PLATFORM[machine.system],
        "node": base.ids.installation().choice(NODES),
        "model": session.model or model,
        "date": f"{date:%A, %B} {date.day}, {date.year}",
        "cwd": cwd,
        "home": machine.home,
        "slug": cwd.replace("/", "-").replace("\\", "-").replace(":", "-"),
        "tree": _tree(base, cwd),
    }


def _tree(base: Base, cwd: str) -> str:
    repository = base.session.repository
    names = sorted(repository.files) if repository else []
    folders = sorted({f"{path.split('/')[0]}/..." for path in names if "/" in path})
    shown = [*(path for path in names if "/" not in path), *folders]
    shown = [*shown, ".git/..."][:TREE] if repository else []
    lines = [f"{'└' if place == len(shown) else '├'}───{n}" for place, n in enumerate(shown, 1)]
    return "\n".join([f"Showing up to {TREE} items:", "", f"{cwd}/", *lines])
