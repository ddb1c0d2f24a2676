"""Codex: items with ids, work in a shell, metadata of the turn in a header and in the body.

Structure as recorded from codex 0.169.0 in November 2026. The order of the metadata's fields
changes from request to request, as it does in the real client.
"""

import json
from collections.abc import Iterator
from typing import Any

from stillwatch_range.clients import encode
from stillwatch_range.clients.facts import (
    HOST,
    day,
    folder,
    full_path,
    quoted,
    shell_name,
    uuid4,
    uuid7,
)
from stillwatch_range.clients.results import source
from stillwatch_range.clients.shapes import shape, with_facts
from stillwatch_range.clients.talk import Base, Form, History
from stillwatch_range.model import (
    Ask,
    Call,
    Called,
    Plan,
    Planned,
    Reply,
    Said,
    Step,
    System,
    Thought,
)

METADATA = "client_metadata"
TERMINALS = ("xterm-256color", "vscode/1.106.2", "iTerm.app/3.5.14", "tmux-256color", "WezTerm")
RELEASES: dict[System, tuple[str, ...]] = {
    "linux": ("Debian 12.0.0", "Ubuntu 22.4.0", "Ubuntu 24.4.0", "Fedora 42.0.0", "Arch Linux"),
    "wsl": ("Ubuntu 22.4.0", "Ubuntu 24.4.0", "Debian 12.0.0"),
    "macos": ("Mac OS 14.7.1", "Mac OS 15.6.1", "Mac OS 26.1.0"),
    "windows": ("Windows 10.0.22631", "Windows 10.0.26100"),
}
MACHINES = {"x64": "x86_64", "arm64": "arm64"}


class Codex:
    """Codex in one conversation, or one of its sub-agents."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._history = History()
        self._now_us = base.session.start_us
        self._draw = base.ids.conversation
        self._session_id = uuid7(self._draw, self._now_us)
        self._context = uuid7(self._draw, self._now_us)
        self._edited = False
        found = shape("codex", base.session.version, "main", base.world.detail)
        assert found is not None
        self._shape = found
        self._form: Form | None = None

    def says(self, prompt: str) -> None:
        """The prompt joins; each turn has metadata of its own."""
        facts = {**_facts(self._base, self._shape.model), **self._ids(), "prompt": prompt}
        extra = dict(self._base.session.params)
        self._form = Form(self._base, "responses", self._shape, facts, extra)
        if self._base.session.repository is None:
            self._form.body[METADATA] = {
                name: _homeless(value) for name, value in self._form.body[METADATA].items()
            }
        if len(self._history):
            typed = with_facts(self._shape.opening[-1], facts)
            self._history.add({**typed, "id": self._item_id("msg")})
            return
        for number, item in enumerate(with_facts([*self._shape.opening], facts)):
            # The first item is the client's own and keeps its id, which follows from its text.
            self._history.add({**item, "id": self._item_id("msg")} if number else item)

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """None: the recorded client made no other request."""
        del prompt
        self._now_us = at_us
        return iter(())

    def ask(self, at_us: int, step: Step) -> Ask:
        """The next request."""
        assert self._form is not None, "a prompt comes first"
        self._now_us = at_us
        fields = [*self._form.body[METADATA].items()]
        self._draw.shuffle(fields)
        plan = Plan(step.say, step.thinking, tuple(self._planned(call) for call in step.calls))
        return self._form.ask(at_us, self._history.sent(), plan, body={METADATA: dict(fields)})

    def hears(self, reply: Reply) -> None:
        """The answer joins, an item a block."""
        self._now_us = reply.at_us
        for block in reply.content:
            self._history.add(_item(block))

    def runs(self, step: Step, reply: Reply) -> None:
        """Results join, an item a call."""
        called = [block for block in reply.content if isinstance(block, Called)]
        for call, block in zip(step.calls, called, strict=False):
            self._edited = self._edited or call.tool in ("edit", "write")
            self._history.add(
                {
                    "type": "function_call_output",
                    "id": self._item_id("fco"),
                    "call_id": block.id,
                    "output": self._output(call),
                }
            )

    def agent(self, call: Call) -> "Codex":
        """A sub-agent: a thread of its own."""
        del call
        made = Codex(self._base)
        made._now_us = self._now_us
        return made

    def _item_id(self, kind: str) -> str:
        return f"{kind}_{uuid7(self._draw, self._now_us)}"

    def _ids(self) -> dict[str, str]:
        return {
            "session": self._session_id,
            "context": self._context,
            "turn": uuid7(self._draw, self._now_us),
            "started": str(self._now_us // 1000),
            "init": "cold_resume" if len(self._history) else "new",
            "changed": "true" if self._edited else "false",
        }

    def _planned(self, call: Call) -> Planned:
        if call.tool == "agent":
            return Planned("spawn_agent", {"message": call.args["prompt"]})
        cwd = folder(self._base.session)
        return Planned("exec_command", {"cmd": self._command(call), "workdir": cwd})

    def _command(self, call: Call) -> str:
        args = call.args
        match call.tool:
            case "shell":
                return args["command"]
            case "read":
                return f"sed -n 1,200p {quoted(args['path'])}"
            case "search":
                return f"rg -n {quoted(args['pattern'])} {args.get('path', '.')}"
            case "write":
                added = _prefixed("+", args["content"])
                return _patch(f"*** Add File: {args['path']}\n{added}")
            case _:
                change = f"@@\n{_prefixed('-', args['old'])}\n{_prefixed('+', args['new'])}"
                return _patch(f"*** Update File: {args['path']}\n{change}")

    def _output(self, call: Call) -> str:
        if call.tool == "agent":
            return json.dumps({"agent_id": uuid7(self._draw, self._now_us), "report": call.result})
        text = call.result
        if not call.failed and call.tool == "read":
            text = source(call)
        if not call.failed and call.tool in ("edit", "write"):
            sign = "M" if call.tool == "edit" else "A"
            path = full_path(self._base.session, call.args["path"])
            text = f"Success. Updated the following files:\n{sign} {path}\n"
        return (
            f"Chunk ID: {self._draw.getrandbits(24):06x}\n"
            f"Wall time: {call.took_s:.4f} seconds\n"
            f"Process exited with code {int(call.failed)}\n"
            f"Original token count: {-(-len(text) // 4)}\n"
            f"Output:\n{text}"
        )


def _facts(base: Base, model: str) -> dict[str, str]:
    session, machine = base.session, base.session.machine
    repository = session.repository
    installation = base.ids.installation()
    return {
        "version": session.version,
        "host": HOST,
        "model": session.model or model,
        "installation": uuid4(installation),
        "os_release": installation.choice(RELEASES[machine.system]),
        "terminal": installation.choice(TERMINALS),
        "machine": MACHINES.get(machine.arch, machine.arch),
        "home": machine.home,
        "cwd": folder(session),
        "shell": shell_name(session),
        "date": day(session).strftime("%Y-%m-%d"),
        "zone": machine.zone,
        "remote": repository.remote if repository else "",
        "commit": repository.commits[0][0] if repository and repository.commits else "",
    }


def _homeless(value: str) -> str:
    if not value.startswith("{"):
        return value
    return json.dumps({**json.loads(value), "workspaces": {}}, separators=(",", ":"))


def _item(block: Thought | Said | Called) -> dict[str, Any]:
    match block:
        case Thought():
            return {
                "type": "reasoning",
                "id": block.id,
                "summary": [],
                "content": None,
                "encrypted_content": block.signature,
            }
        case Said():
            text = {"type": "output_text", "text": block.text, "annotations": [], "logprobs": []}
            return {
                "type": "message",
                "status": "completed",
                "id": block.id,
                "role": "assistant",
                "content": [text],
            }
        case Called():
            return {
                "type": "function_call",
                "status": "completed",
                "id": encode.call_item_id(block.id),
                "name": block.name,
                "arguments": encode.arguments(block),
                "call_id": block.id,
            }


def _prefixed(sign: str, text: str) -> str:
    return "\n".join(sign + line for line in text.removesuffix("\n").split("\n"))


def _patch(text: str) -> str:
    return f"apply_patch <<'EOF'\n*** Begin Patch\n{text}\n*** End Patch\nEOF"
