"""opencode: a title first, then the work; the last two messages are marked for the cache.

Structure as recorded from opencode 1.18.33 in November 2026, with its Anthropic provider.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from stillwatch_range.clients import encode
from stillwatch_range.clients.facts import HOST, NODE_PLATFORM, day, folder, full_path
from stillwatch_range.clients.results import source
from stillwatch_range.clients.shapes import Shape, shape, with_facts
from stillwatch_range.clients.talk import Base, Form, History
from stillwatch_range.model import Ask, Call, Called, Plan, Planned, Reply, Said, Step, Thought

CACHE = {"type": "ephemeral"}
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
TITLE_WORDS = 6


class Opencode:
    """opencode in one conversation, or one of its sub-agents."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._history = History()
        self._session_id = session_id(base.ids.conversation, base.session.start_us)
        self._main, self._title = _shape(base, "main"), _shape(base, "title")
        extra = dict(base.session.params)
        self._form = Form(base, "messages", self._main, self._facts(self._main), extra)

    def says(self, prompt: str) -> None:
        """The prompt joins."""
        self._history.add({"role": "user", "content": [{"type": "text", "text": prompt}]})

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """A title for the conversation, asked of a smaller model before the first answer."""
        if len(self._history):
            return
        facts = {**self._facts(self._title), "model": self._title.model, "prompt": prompt}
        form = Form(self._base, "messages", self._title, facts)
        items = [encode.raw(with_facts(item, facts)) for item in self._title.opening]
        yield form.ask(at_us, items, Plan(say=" ".join(prompt.split()[:TITLE_WORDS])[:50]))

    def ask(self, at_us: int, step: Step) -> Ask:
        """The next request, with the cache marks on its last two messages."""
        last, before = self._history.last
        marked = [_marked(item) for item in (before, last) if item]
        plan = Plan(step.say, step.thinking, tuple(self._planned(call) for call in step.calls))
        return self._form.ask(at_us, self._history.sent(*marked), plan)

    def hears(self, reply: Reply) -> None:
        """The answer joins as its blocks."""
        self._history.add({"role": "assistant", "content": [_block(b) for b in reply.content]})

    def runs(self, step: Step, reply: Reply) -> None:
        """Results join as one message."""
        called = [block for block in reply.content if isinstance(block, Called)]
        results = [
            self._result(call, block) for call, block in zip(step.calls, called, strict=False)
        ]
        if results:
            self._history.add({"role": "user", "content": results})

    def agent(self, call: Call) -> "Opencode":
        """A sub-agent: a session of its own, with a title already given."""
        del call
        return _Task(self._base)

    def _facts(self, used: Shape) -> dict[str, str]:
        session = self._base.session
        return {
            "version": session.version,
            "host": HOST,
            "session": self._session_id,
            "model": session.model or used.model,
            "cwd": folder(session),
            "is_git": "yes" if session.repository else "no",
            "platform": NODE_PLATFORM[session.machine.system],
            "date": day(session).strftime("%a %b %d %Y"),
        }

    def _planned(self, call: Call) -> Planned:
        args = call.args
        path = full_path(self._base.session, args.get("path", ""))
        match call.tool:
            case "shell":
                said = {"command": args["command"], "description": args.get("why", "Run it")}
                return Planned("bash", said)
            case "read":
                return Planned("read", {"filePath": path})
            case "edit":
                change = {"oldString": args["old"], "newString": args["new"]}
                return Planned("edit", {"filePath": path, **change})
            case "write":
                return Planned("write", {"content": args["content"], "filePath": path})
            case "search":
                return Planned("grep", {"pattern": args["pattern"], "path": path})
            case "agent":
                task = {"description": args["title"], "prompt": args["prompt"]}
                return Planned("task", {**task, "subagent_type": "general"})

    def _result(self, call: Call, called: Called) -> dict[str, Any]:
        text = call.result
        if not call.failed and call.tool in _SHOWN:
            text = _SHOWN[call.tool](call, full_path(self._base.session, call.args["path"]))
        block = {"type": "tool_result", "tool_use_id": called.id, "content": text}
        return {**block, "is_error": True} if call.failed else block


class _Task(Opencode):
    """A sub-agent of opencode: it asks for no title."""

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """None."""
        del at_us, prompt
        return iter(())


def session_id(draw: Random, at_us: int) -> str:
    """An id that holds its time in reverse, so that newer sessions sort first."""
    mask = (1 << 48) - 1
    time = ~((at_us // 1000) * 0x1000 + 1) & mask
    return f"ses_{time:012x}{''.join(draw.choices(BASE62, k=14))}"


def _shape(base: Base, kind: str) -> Shape:
    found = shape("opencode", base.session.version, kind, base.world.detail)
    assert found is not None
    return found


def _read(call: Call, path: str) -> str:
    lines = source(call).removesuffix("\n").split("\n")
    shown = "\n".join(f"{number}: {line}" for number, line in enumerate(lines, 1))
    end = f"(End of file - total {len(lines)} lines)"
    return f"<path>{path}</path>\n<type>file</type>\n<content>\n{shown}\n\n{end}\n</content>"


def _edited(_call: Call, _path: str) -> str:
    return "Edit applied successfully."


def _written(_call: Call, _path: str) -> str:
    return "Wrote file successfully."


_SHOWN = {"read": _read, "edit": _edited, "write": _written}


def _marked(item: dict[str, Any]) -> dict[str, Any]:
    *others, last = item["content"]
    return {**item, "content": [*others, {**last, "cache_control": CACHE}]}


def _block(block: Thought | Said | Called) -> dict[str, Any]:
    match block:
        case Thought():
            return {"type": "thinking", "thinking": block.text, "signature": block.signature}
        case Said():
            return {"type": "text", "text": block.text}
        case Called():
            given = dict(block.input)
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": given}
