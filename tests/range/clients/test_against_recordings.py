"""Emulated requests against recorded ones, field by field, over whole conversations."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stillwatch_range.model import Ask, Call, Called, Reply, Session, Turn
from tests.range.clients import likeness, retold
from tests.range.clients.retold import DAY, OURS, Event, fact

NOON_US = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()) * 1_000_000
CWD = r'(?:[Ww]orking directory: |<cwd>|working in the directory: )([^\\<"\n]+)'


@dataclass(frozen=True)
class Case:
    """A recorded conversation.

    Attributes:
        client: client and version.
        files: the captures.
        holding: a text that only its lines hold.
        allowed: differences that are known, and why.
    """

    client: tuple[str, str]
    files: tuple[Path, ...]
    holding: str
    allowed: dict[str, str]


TOOLS = dict.fromkeys(
    (".tools[].description", ".tools[].function.description"),
    "the program's own words about its tools",
)
CASES = {
    "claude-code 2.1.330": Case(
        ("claude-code", "2.1.330"),
        (DAY / "traffic-08.jsonl.zst",),
        "c262fcf2-9661-47a8-b6dc-6b7b501cbc59",
        {},
    ),
    "claude-code 2.1.197": Case(
        ("claude-code", "2.1.197"),
        (DAY / "traffic-00.jsonl.zst",),
        "2b811382-58e4-456f-8962-82c20beabf15",
        {
            "headers.anthropic-beta": "a resumed process drops the long-context beta",
            ".tools[].description": "a resumed process words one tool otherwise",
            ".system[].text": "a resumed process has a prompt shorter by nine characters",
        },
    ),
    "codex": Case(
        ("codex", "0.169.0"),
        (DAY / "traffic-08.jsonl.zst",),
        "01a20303-708c-7bc1-8b4f-0fadfd25cddc",
        {".client_metadata": "the real client's order of these fields changes by request"},
    ),
    "opencode": Case(
        ("opencode", "1.18.33"),
        (DAY / "traffic-16.jsonl.zst", DAY / "traffic-plain.jsonl.gz"),
        "ses_dfb19807fffeMAP6lk7M5rYqhi",
        {},
    ),
    "qwen-code": Case(("qwen-code", "0.24.4"), (OURS / "qwen-code.jsonl.gz",), "", {}),
    "anthropic-js": Case(
        ("anthropic-js", "1.12.0"), (OURS / "sdks.jsonl.gz",), "Anthropic/JS", TOOLS
    ),
    "anthropic-python": Case(
        ("anthropic-python", "2.12.0"), (OURS / "sdks.jsonl.gz",), "Anthropic/Python", TOOLS
    ),
    "openai-python": Case(
        ("openai-python", "3.54.0"), (OURS / "sdks.jsonl.gz",), "/v1/chat/completions", TOOLS
    ),
    "openai-responses": Case(
        ("openai-responses", "3.54.0"), (OURS / "sdks.jsonl.gz",), "/v1/responses", TOOLS
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_request_of_a_conversation_is_like_its_recording(name: str) -> None:
    """First, middle and last request agree in headers, keys, types, order and values."""
    case = CASES[name]
    recorded = _conversation(case)
    made = _made(case, recorded)
    assert len(made) == len(recorded)
    for ask, request in zip(made, recorded, strict=True):
        found = likeness.differences(ask, request)
        assert {path: what for path, what in found if path not in case.allowed} == {}


def test_a_sub_agent_is_like_its_recording() -> None:
    """A sub-agent's requests, and those of the conversation that started it, agree."""
    case = replace(CASES["claude-code 2.1.330"], holding="4ca70fe9-03f8-463a-8931-45fa8cfc0ce0")
    every = _conversation(case)
    agents = [r for r in every if "x-claude-code-agent-id" in dict(r["headers"])]
    mains = [r for r in every if r not in agents]
    turns, heard = _told(agents[-1])
    around, replies = _told(mains[-1], turns[0])
    known = next(at for at, reply in enumerate(replies, 1) if "Agent" in str(reply.content))
    session = _session(case, _whole(mains[0]), mains[-1]["body"])
    made = retold.asked(
        replace(session, turns=around), [*replies[:known], *heard, *replies[known:]]
    )
    recorded = [*mains[:known], *agents, *mains[known:]]
    assert len(made) == len(recorded)
    for ask, request in zip(made, recorded, strict=True):
        found = likeness.differences(ask, request)
        # The frame around a sub-agent's report is in our own words.
        assert {
            what for what in found if what[0] != ".messages[].content[].content[].text"
        } == set()


def _told(request: dict[str, Any], child: Turn | None = None) -> tuple[list[Turn], list[Reply]]:
    def call_of(called: Called, result: Event | None) -> Call:
        if called.name != "Agent":
            return _claude_call(called, result)
        assert child is not None
        task = {"title": called.input["description"], "prompt": called.input["prompt"]}
        return Call("agent", task, "Done.", work=(child,))

    return retold.retold(list(retold.message_events(_items(request))), call_of)


def _whole(request: dict[str, Any]) -> str:
    told = [request["headers"], request["body"], request["body"].get("system")]
    return json.dumps(told, ensure_ascii=False)


def _conversation(case: Case) -> list[dict[str, Any]]:
    found = [r for path in case.files for r in retold.requests(path, case.holding)]
    if case.files[0].parent == OURS:
        agent = case.client[0].split("-")[0]
        found = [r for r in found if agent in str(r["headers"]).lower() and len(_items(r)) >= 1]
        found = [r for r in found if "stream" not in r["body"] or agent == "qwen"]
    return sorted(found, key=lambda request: (len(_items(request)), len(request["body"])))


def _items(request: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = request["body"].get("messages") or request["body"]["input"]
    return items


def _made(case: Case, recorded: list[dict[str, Any]]) -> list[Ask]:
    body = recorded[-1]["body"]
    told = [recorded[0]["headers"], recorded[0]["body"], body.get("system")]
    whole = json.dumps(told, ensure_ascii=False)
    client = case.client[0]
    items = _items(recorded[-1])
    events = list(_EVENTS[client](items))
    turns, replies = retold.retold(events, _CALLS.get(client, _plain_call))
    session = _session(case, whole, body)
    return retold.asked(replace(session, turns=turns), replies)


def _session(case: Case, whole: str, body: dict[str, Any]) -> Session:
    client, version = case.client
    text = whole.replace("\\n", "\n").replace('\\"', '"')
    params = {name: body[name] for name in ("max_tokens", "temperature") if name in body}
    commits = tuple(
        (line[:7] + fact(r'latest_git_commit_hash":"\w{7}(\w+)', text), "", "", 0, line[8:])
        for line in fact(r'Recent commits:\n((?:\w{7} [^\n"]*\n?)+)', text).splitlines()
    )
    if not commits and "latest_git" in text:
        commits = ((fact(r'latest_git_commit_hash":"(\w+)', text), "", "", 0, ""),)
    cwd = fact(CWD, text) or "/srv/work/lighthouse"
    sdk = client in ("anthropic-js", "anthropic-python", "openai-python", "openai-responses")
    day = fact(r"date(?: is|>)\s*(\d{4}.\d\d.\d\d)", text)
    return retold.setting(
        client,
        version,
        cwd,
        NOON_US,
        name=fact(r"Git user: ([^\n]+)", text),
        release=fact(r"OS Version: Linux ([^\n]+)", text),
        zone="Asia/Shanghai" if "/" in day else "Etc/UTC",
        remote=fact(r'origin":"([^"]+)"', text),
        commits=commits,
        files={"lamp.py": ""},
        model=body["model"],
        system="You keep a lighthouse." if sdk else "",
        params=params if sdk else {},
    )


def _plain_call(called: Called, result: Event | None) -> Call:
    tool = {"run_command": "shell", "read_file": "read"}[called.name]
    return Call(tool, dict(called.input), result.text if result else "")


def _claude_call(called: Called, result: Event | None) -> Call:
    return replace(_claude_work(called, result), took_s=result.took_s if result else 0.0)


def _claude_work(called: Called, result: Event | None) -> Call:
    given = dict(called.input)
    text, failed = (result.text, result.failed) if result else ("", False)
    match called.name:
        case "Bash":
            args = {"command": given["command"], "why": given["description"]}
            return Call("shell", args, text, failed)
        case "Read":
            return Call("read", {"path": given["file_path"]}, text, failed)
        case "Edit":
            change = {"old": given["old_string"], "new": given["new_string"]}
            return Call("edit", {"path": given["file_path"], **change}, text, failed)
        case "Write":
            content = given["content"]
            return Call("write", {"path": given["file_path"], "content": content}, text, failed)
    raise AssertionError(called.name)


def _opencode_call(called: Called, result: Event | None) -> Call:
    given = {name.lower().replace("path", "_path"): v for name, v in called.input.items()}
    text = result.text if result else ""
    match called.name:
        case "bash":
            args = {"command": given["command"], "why": given["description"]}
            return Call("shell", args, text)
        case "read":
            content = text.partition("<content>\n")[2].partition("\n\n(End of file")[0]
            lines = [line.partition(": ")[2] for line in content.split("\n")]
            return Call("read", {"path": given["file_path"]}, "\n".join(lines) + "\n")
        case "edit":
            change = {"old": given["oldstring"], "new": given["newstring"]}
            return Call("edit", {"path": given["file_path"], **change}, text)
    raise AssertionError(called.name)


def _codex_call(called: Called, result: Event | None) -> Call:
    text = result.text if result else ""
    took_s = float(fact(r"Wall time: ([\d.]+)", text) or 0)
    failed = fact(r"exited with code (\d+)", text) not in ("", "0")
    args = {"command": called.input["cmd"]}
    return Call("shell", args, text.partition("Output:\n")[2], failed, took_s)


def _qwen_call(called: Called, result: Event | None) -> Call:
    given = dict(called.input)
    text = result.text if result else ""
    match called.name:
        case "run_shell_command":
            args = {"command": given["command"], "why": given["description"]}
            return Call("shell", args, fact(r"Output: ((?s:.*))\nError:", text))
        case "read_file":
            return Call("read", {"path": given["file_path"]}, text, "not found" in text)
        case "edit":
            change = {"old": given["old_string"], "new": given["new_string"]}
            shown = text.partition("---\n\n")[2].split("\n")
            numbered = "\n".join(f"{n:6}\t{line}" for n, line in enumerate(shown, 1))
            return Call("edit", {"path": given["file_path"], **change}, numbered)
        case "grep_search":
            return Call("search", {"pattern": given["pattern"]}, text)
    raise AssertionError(called.name)


_EVENTS = {
    "claude-code": retold.message_events,
    "opencode": retold.message_events,
    "anthropic-js": retold.message_events,
    "anthropic-python": retold.message_events,
    "codex": retold.responses_events,
    "openai-responses": retold.responses_events,
    "qwen-code": retold.chat_events,
    "openai-python": retold.chat_events,
}
_CALLS = {
    "claude-code": _claude_call,
    "opencode": _opencode_call,
    "codex": _codex_call,
    "qwen-code": _qwen_call,
}


def test_the_comparison_sees_a_moved_header_a_new_key_and_another_length() -> None:
    """The comparison can fail: each kind of change is named."""
    case = CASES["claude-code 2.1.330"]
    recorded = _conversation(case)
    ask = _made(case, recorded)[0]
    headers = [*ask.headers[1:], ask.headers[0]]
    changed = ask.but(headers=headers, body={**ask.body, "max_tokens": "many", "top_k": 1})
    found = {path for path, _ in likeness.differences(changed, recorded[0])}
    assert {"headers", "", ".max_tokens"} <= found
    shorter = ask.but(body={**ask.body, "model": "claude"})
    assert likeness.differences(shorter, recorded[0]) == {(".model", "length")}
