"""Claude Code: reminders before the first prompt, a billing line, one cache mark that moves.

Structure as recorded from 2.1.197 and 2.1.330 in November 2026. The three hex digits after the
version are a function of prompt and version in the real client; here they are one of our own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from stillwatch_range.clients.facts import (
    HOST,
    KERNEL,
    NODE_PLATFORM,
    STAINLESS_OS,
    commits,
    day,
    folder,
    full_path,
    quoted,
    shell_name,
    short_hash,
    uuid4,
)
from stillwatch_range.clients.results import source
from stillwatch_range.clients.shapes import LEAN, Shape, filler, order, shape, with_facts
from stillwatch_range.clients.talk import Base, Form, History
from stillwatch_range.model import Ask, Call, Called, Plan, Planned, Reply, Said, Step, Thought

CACHE = {"type": "ephemeral"}
MARKS_SYSTEM_SINCE = (2, 1, 198)
SLASHED_DATE = ((2, 1, 91), (2, 1, 197))
"""Versions that write the date with slashes in the zones of mainland China (tried Nov 2026)."""
SLASHED_ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Chongqing",
    "Asia/Harbin",
    "PRC",
)
EDIT_NOTE = " (its text is known here as it stands, so do not read it anew now)"
"""What the client adds to the result of an edit, in our words and the recorded length."""
REMINDED_AFTER, REMINDER = 8, 421
"""Answers after which versions that leave system messages unmarked add one, and its length."""
AGENT_REMINDER = 1636
"""Length of the system message that follows a sub-agent's first results."""
FRAME = 470
"""Length of the note that stands before a sub-agent's report."""
ENTRIES = {"cli": 80, "sdk-cli": 15, "sdk-ts": 5}
"""Ways in which the client is started, and how often of a hundred: our guess."""


class ClaudeCode:
    """Claude Code in one conversation, or one of its sub-agents.

    Args:
        base: the conversation.
        agent: id of the sub-agent; empty for the main conversation.
    """

    def __init__(self, base: Base, agent: str = "") -> None:
        self._base, self._agent = base, agent
        session = base.session
        main = _shape(base, "main")
        self._shape = _shape(base, "agent") if agent else main
        self._history = History()
        self._form: Form | None = None
        self._answers = 0
        self._marks_system = order(session.version) >= MARKS_SYSTEM_SINCE
        self._session_id = uuid4(base.ids.conversation)
        self._entry = _entry(base)

    def says(self, prompt: str) -> None:
        """The prompt joins; the first one brings the client's reminders along."""
        if self._form is not None:
            self._history.add({"role": "user", "content": prompt})
            return
        facts = {**_facts(self._base, self._shape), **self._ids(prompt), "prompt": prompt}
        extra = dict(self._base.session.params)
        self._form = Form(self._base, "messages", self._shape, facts, extra)
        _without_git(self._form.body, self._base)
        for item in self._shape.opening:
            self._history.add(_plain(_opened(with_facts(item, facts), self._base)))

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """None: the recorded client made no other request."""
        del at_us, prompt
        return iter(())

    def ask(self, at_us: int, step: Step) -> Ask:
        """The next request, with the cache mark on its last message."""
        assert self._form is not None, "a prompt comes first"
        last, before = self._history.last
        if last["role"] == "system" and not self._marks_system:
            items = self._history.sent(_marked(before), last)
        else:
            items = self._history.sent(_marked(last))
        return self._form.ask(at_us, items, self._plan(step))

    def hears(self, reply: Reply) -> None:
        """The answer joins as its blocks."""
        self._answers += 1
        self._history.add({"role": "assistant", "content": [_block(b) for b in reply.content]})

    def runs(self, step: Step, reply: Reply) -> None:
        """Results join as one message, in the order in which the calls came to an end."""
        called = [block for block in reply.content if isinstance(block, Called)]
        pairs = sorted(zip(step.calls, called, strict=False), key=lambda pair: pair[0].took_s)
        results = [self._result(call, block) for call, block in pairs]
        if not results:
            return
        self._history.add({"role": "user", "content": results})
        if self._agent and self._answers == 1 and self._marks_system:
            self._remind(AGENT_REMINDER)
        elif not self._agent and self._answers == REMINDED_AFTER and not self._marks_system:
            self._remind(REMINDER)

    def agent(self, call: Call) -> "ClaudeCode":
        """A sub-agent: a conversation of its own under the same session id."""
        made = ClaudeCode(self._base, self._agent_id(call))
        made._session_id, made._entry = self._session_id, self._entry
        return made

    def _ids(self, prompt: str) -> dict[str, str]:
        return {
            "session": self._session_id,
            "entry": self._entry,
            "agent": f"a{self._agent}",
            "suffix": short_hash("suffix", prompt, self._base.session.version, length=3),
        }

    def _plan(self, step: Step) -> Plan:
        return Plan(step.say, step.thinking, tuple(self._planned(call) for call in step.calls))

    def _planned(self, call: Call) -> Planned:
        args = call.args
        path = full_path(self._base.session, args.get("path", ""))
        match call.tool:
            case "shell":
                said = {"command": args["command"], "description": args.get("why", "Run it")}
                return Planned("Bash", said)
            case "read":
                return Planned("Read", {"file_path": path})
            case "edit":
                change = {"old_string": args["old"], "new_string": args["new"]}
                return Planned("Edit", {"file_path": path, **change})
            case "write":
                return Planned("Write", {"file_path": path, "content": args["content"]})
            case "search":
                return self._search(args)
            case "agent":
                task = {"description": args["title"], "prompt": args["prompt"]}
                kind = {"subagent_type": "general-purpose", "run_in_background": False}
                return Planned("Agent", {**task, **kind})

    def _search(self, args: Mapping[str, str]) -> Planned:
        where = args.get("path", ".").rstrip("/\\")
        where = "." if where == folder(self._base.session) else where
        if self._shape.tools is not None and "Grep" in self._shape.tools.names:
            return Planned("Grep", {"pattern": args["pattern"], "path": where})
        command = f"grep -rn {quoted(args['pattern'])} {where}"
        return Planned("Bash", {"command": command, "description": "Search the code"})

    def _report(self, call: Call) -> str:
        report = call.result.replace("\n", "\n  ")
        return (
            f"{filler('frame', self._length(FRAME))}\n  {report}\n"
            f"agentId: a{self._agent_id(call)}\n"
            f"<usage>tokens: {len(report) * 8}\nduration_ms: {int(call.took_s * 1000)}</usage>"
        )

    def _agent_id(self, call: Call) -> str:
        return short_hash(self._session_id, call.args["prompt"], length=16)

    def _remind(self, length: int) -> None:
        length = self._length(length)
        self._history.add({"role": "system", "content": filler(f"reminder {length}", length)})

    def _length(self, recorded: int) -> int:
        return recorded if self._base.world.detail == "full" else min(LEAN, recorded)

    def _result(self, call: Call, called: Called) -> dict[str, Any]:
        block: dict[str, Any] = {"tool_use_id": called.id, "type": "tool_result"}
        if call.tool == "agent":
            return {**block, "content": [{"type": "text", "text": self._report(call)}]}
        text = call.result
        if not call.failed and call.tool in _SHOWN:
            text = _SHOWN[call.tool](call, full_path(self._base.session, call.args["path"]))
        block["content"] = text
        if call.failed or called.name == "Bash":
            block["is_error"] = call.failed
        return block


def _numbered(call: Call, _path: str) -> str:
    lines = source(call).split("\n")
    return "\n".join(f"{number}\t{line}" for number, line in enumerate(lines, 1))


def _edited(_call: Call, path: str) -> str:
    return f"The file {path} has been updated successfully.{EDIT_NOTE}"


def _written(_call: Call, path: str) -> str:
    return f"File created successfully at: {path}"


_SHOWN = {"read": _numbered, "edit": _edited, "write": _written}


def _shape(base: Base, kind: str) -> Shape:
    session = base.session
    found = shape("claude-code", session.version, kind, base.world.detail)
    found = found or shape("claude-code", session.version, "main", base.world.detail)
    assert found is not None
    return found


def _entry(base: Base) -> str:
    return base.ids.conversation.choices([*ENTRIES], [*ENTRIES.values()])[0]


def _facts(base: Base, used: Shape) -> dict[str, str]:
    session, machine = base.session, base.session.machine
    cwd = folder(session)
    project = cwd.replace("\\", "-").replace("/", "-").replace(":", "-")
    slash = "\\" if machine.system == "windows" else "/"
    return {
        "version": session.version,
        "host": HOST,
        "arch": machine.arch,
        "os": STAINLESS_OS[machine.system],
        "model": session.model or used.model,
        "device": base.ids.installation().randbytes(32).hex(),
        "account": "",
        "cwd": cwd,
        "is_git": "true" if session.repository else "false",
        "platform": NODE_PLATFORM[machine.system],
        "shell": shell_name(session),
        "os_version": f"{KERNEL[machine.system]} {machine.release}",
        "date": _date(base),
        "branch": "main",
        "user": session.person.name,
        "status": "(clean)",
        "commits": commits(session),
        "project": slash.join((machine.home, ".claude", "projects", project)),
    }


def _date(base: Base) -> str:
    version, zone = order(base.session.version), base.session.machine.zone
    slashed = SLASHED_DATE[0] <= version <= SLASHED_DATE[1] and zone in SLASHED_ZONES
    return day(base.session).strftime("%Y/%m/%d" if slashed else "%Y-%m-%d")


def _opened(item: dict[str, Any], base: Base) -> dict[str, Any]:
    content = item["content"]
    if base.session.repository or isinstance(content, str):
        return item
    kept = [block for block in content if "# gitStatus" not in block["text"]]
    return {**item, "content": kept}


def _without_git(body: dict[str, Any], base: Base) -> None:
    if base.session.repository is None:
        for block in body["system"]:
            block["text"] = block["text"].split("\n\nCurrent branch:")[0]


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    content = item["content"]
    if isinstance(content, str):
        return item
    kept = [{k: v for k, v in block.items() if k != "cache_control"} for block in content]
    if item["role"] == "system" and len(kept) == 1:
        return {**item, "content": kept[0]["text"]}
    return {**item, "content": kept}


def _marked(item: dict[str, Any]) -> dict[str, Any]:
    content = item["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return {**item, "content": [*blocks[:-1], {**blocks[-1], "cache_control": CACHE}]}


def _block(block: Thought | Said | Called) -> dict[str, Any]:
    match block:
        case Thought():
            return {"type": "thinking", "thinking": block.text, "signature": block.signature}
        case Said():
            return {"type": "text", "text": block.text}
        case Called():
            given = dict(block.input)
            if block.name == "Edit":
                given = {"replace_all": False, **given}
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": given}
