"""What holds for every emulated client."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.errors import SettingsError
from stillwatch_range.clients import NAMES, encode, open_client
from stillwatch_range.model import (
    Ask,
    Block,
    Call,
    Called,
    Machine,
    Reply,
    Said,
    Session,
    Step,
    Thought,
    Turn,
    World,
)
from stillwatch_range.play import play
from tests.range.clients import retold

VERSIONS = {
    "claude-code": "2.1.330",
    "codex": "0.169.0",
    "opencode": "1.18.33",
    "qwen-code": "0.24.4",
    "anthropic-python": "2.12.0",
    "anthropic-js": "1.12.0",
    "openai-python": "3.54.0",
    "openai-responses": "3.54.0",
    "go": "1.24",
    "requests": "2.34.2",
}
AGENTS = ("claude-code", "codex", "opencode", "qwen-code")
WORLD = World(seed=1, start_us=0, end_us=1 << 62, sources=())
SHELL = Call("shell", {"command": "git status", "why": "Look"}, "M lamp.py\n" * 9)
READ = Call("read", {"path": "/home/ida/lamp/lamp.py"}, "     1\tPERIOD = 12\n     2\tOIL = 1")
EDIT = Call("edit", {"path": "lamp.py", "old": "PERIOD = 12", "new": "PERIOD = 15"}, "ok")
WRITE = Call("write", {"path": "note.md", "content": "Fifteen.\n"}, "ok")
SEARCH = Call("search", {"pattern": "PERIOD", "path": "."}, "lamp.py:1:PERIOD = 12")
FAILED = Call("shell", {"command": "make"}, "make: *** No targets.", failed=True)
CHILD = Turn("look for tests", (Step("", "", (SHELL,)), Step("None.")))
AGENT = Call("agent", {"title": "Look", "prompt": "look for tests"}, "None.", work=(CHILD,))
TURNS = (
    Turn(
        "make it flash", (Step("Looking.", "Hm.", (SHELL, READ)), Step(calls=(EDIT,)), Step("Ok."))
    ),
    Turn("say so", (Step(calls=(SEARCH, WRITE)), Step(calls=(FAILED,)), Step("Done."))),
)


def _session(client: str, **changes: Any) -> Session:
    session = retold.setting(client, VERSIONS[client], "/home/ida/lamp", 1_795_000_000_000_000)
    return replace(session, **{"turns": TURNS, **changes})


def _answer(ask: Ask, number: int) -> Reply:
    plan = ask.plan
    blocks: list[Block] = []
    if plan.thinking:
        blocks.append(Thought(plan.thinking, f"sig{number}", f"rs_{number}"))
    if plan.say:
        blocks.append(Said(plan.say, f"msg_{number}"))
    blocks += [Called(f"t{number}_{n}", call.name, call.input) for n, call in enumerate(plan.calls)]
    return Reply(200, ask.at_us + 900_000, f"m{number}", tuple(blocks))


def _played(session: Session, world: World = WORLD, conversation: int = 1) -> list[Ask]:
    act = play(session, open_client(session, world, conversation))
    made: list[Ask] = []
    ask = next(act, None)
    while ask is not None:
        made.append(ask)
        try:
            ask = act.send(_answer(ask, len(made)))
        except StopIteration:
            break
    return made


def _header(ask: Ask, name: str) -> str:
    return next(value for known, value in ask.headers if known.lower() == name)


@pytest.mark.parametrize("client", NAMES)
def test_a_length_header_agrees_with_the_bytes(client: str) -> None:
    """Content-Length counts the body as it is sent, for every request."""
    for ask in _played(_session(client)):
        assert int(_header(ask, "content-length")) == len(encode.sent(ask))


@pytest.mark.parametrize("client", NAMES)
def test_the_raw_text_says_the_same_as_the_body(client: str) -> None:
    """Where a client has a JSON style of its own, the text and the body agree."""
    for ask in _played(_session(client)):
        assert json.loads(encode.sent(ask)) == json.loads(encode.body_bytes(ask.body))


@pytest.mark.parametrize("client", NAMES)
def test_the_same_seed_gives_the_same_bytes(client: str) -> None:
    """Two plays of a session are equal; another conversation of the same person is not."""
    session = _session(client)
    one, two = ([(a.headers, encode.sent(a)) for a in _played(session)] for _ in range(2))
    assert one == two
    if client in AGENTS and client != "qwen-code":
        other = [(a.headers, encode.sent(a)) for a in _played(session, conversation=2)]
        assert one != other


@pytest.mark.parametrize("client", NAMES)
def test_histories_grow_by_what_was_said(client: str) -> None:
    """Each request of a conversation begins with the items of the one before, cache marks aside."""
    asks = [ask for ask in _played(_session(client)) if ask.tools is not None]
    assert len(asks) == 6
    for before, after in pairwise(asks):
        old, new = (
            [_bare(msgspec.json.decode(item)) for item in ask.items] for ask in (before, after)
        )
        assert new[: len(old)] == old
        assert len(new) > len(old)


def _bare(value: Any) -> Any:
    """An item without cache marks, and a text alone in a block as that text."""
    if isinstance(value, dict):
        kept = {k: _bare(v) for k, v in value.items() if k != "cache_control"}
        return kept["text"] if kept.keys() == {"type", "text"} else kept
    if isinstance(value, list):
        bare = [_bare(part) for part in value]
        return bare[0] if len(bare) == 1 and isinstance(bare[0], str) else bare
    return value


@pytest.mark.parametrize("client", NAMES)
def test_plans_call_tools_that_are_offered(client: str) -> None:
    """Every call that the model will make is a tool of the request, or one of its namespaces."""
    turns = (*TURNS, Turn("and look", (Step(calls=(AGENT,)), Step("Ok."))))
    for ask in _played(_session(client, turns=turns)):
        for call in ask.plan.calls:
            assert ask.tools is not None
            assert call.name in ask.tools.names or f'"{call.name}"'.encode() in bytes(ask.tools.raw)


@pytest.mark.parametrize("client", AGENTS)
def test_a_sub_agent_talks_for_itself(client: str) -> None:
    """A sub-agent has a history of its own, which starts with its task."""
    turns = (Turn("look around", (Step(calls=(AGENT,)), Step("Ok."))),)
    asks = [ask for ask in _played(_session(client, turns=turns)) if ask.tools is not None]
    assert len(asks) == 4
    assert b"look for tests" in encode.sent(asks[1])
    assert b"look around" not in encode.sent(asks[1])


def test_a_sub_agent_of_claude_code_shares_the_session() -> None:
    """It has the session's id and an id of its own in a header."""
    turns = (Turn("look around", (Step(calls=(AGENT,)), Step("Ok."))),)
    main, agent, *_ = _played(_session("claude-code", turns=turns))
    session = "x-claude-code-session-id"
    assert _header(main, session) == _header(agent, session)
    assert _header(agent, "x-claude-code-agent-id").startswith("a")


@pytest.mark.parametrize("client", NAMES)
def test_a_client_runs_without_a_repository(client: str) -> None:
    """A session outside a repository says nothing of git."""
    turns = (Turn("hello", (Step("Hello."),)),)
    *_, ask = _played(_session(client, turns=turns, repository=None))
    assert b"gitStatus" not in encode.sent(ask)
    assert b"Recent commits" not in encode.sent(ask)


@pytest.mark.parametrize("client", AGENTS)
def test_a_windows_folder_survives_json_inside_json(client: str) -> None:
    """Backslashes of a path are escaped wherever the path stands."""
    session = _session(client)
    machine: Machine = replace(
        session.machine, system="windows", home="C:\\Users\\ida", shell="powershell.exe"
    )
    for ask in _played(replace(session, machine=machine)):
        body = json.loads(encode.sent(ask))
        for value in [*body.get("client_metadata", {}).values(), *(v for _, v in ask.headers)]:
            if value.startswith("{"):
                assert json.loads(value)
    assert b"C:\\\\Users\\\\ida\\\\lamp" in encode.sent(ask)


def test_lean_is_short_and_full_is_long() -> None:
    """Full detail has the recorded lengths; lean cuts every text of the vendor."""
    session = _session("claude-code")
    lean, full = (
        len(encode.sent(_played(session, replace(WORLD, detail=detail))[0]))
        for detail in ("lean", "full")
    )
    assert lean < 20_000 < 45_000 < full


def test_old_versions_mark_the_date_in_some_zones() -> None:
    """The date has slashes from 2.1.91 to 2.1.197 in mainland China, and nowhere else."""
    seen = {}
    for version in ("2.1.90", "2.1.91", "2.1.197", "2.1.198"):
        for zone in ("Asia/Shanghai", "Asia/Taipei"):
            session = _session("claude-code", version=version)
            session = replace(session, machine=replace(session.machine, zone=zone))
            text = encode.sent(_played(session)[0])
            seen[version, zone] = b"Today's date is 2026/" in text
    assert {key for key, slashed in seen.items() if slashed} == {
        ("2.1.91", "Asia/Shanghai"),
        ("2.1.197", "Asia/Shanghai"),
    }


def test_a_repeated_request_counts_its_tries() -> None:
    """An SDK says how often it has tried."""
    client = open_client(_session("openai-python"), WORLD, 1)
    client.says("hello")
    counts = [_header(client.ask(1, Step("Hi.")), "x-stainless-retry-count") for _ in range(3)]
    assert counts == ["0", "1", "2"]


def test_the_installation_is_the_same_in_every_conversation() -> None:
    """One person's client on one machine keeps its device id; another machine has its own."""
    session = _session("claude-code")
    moved = replace(session, machine=replace(session.machine, host="other"))

    def device(session: Session, conversation: int) -> str:
        body = json.loads(encode.sent(_played(session, conversation=conversation)[0]))
        return str(json.loads(body["metadata"]["user_id"])["device_id"])

    assert device(session, 1) == device(session, 2)
    assert device(session, 1) != device(moved, 1)


def test_an_unknown_client_is_refused() -> None:
    """The error names what there is."""
    with pytest.raises(SettingsError) as refused:
        open_client(replace(_session("go"), client="telnet"), WORLD, 1)
    assert "claude-code" in refused.value.hint


@settings(max_examples=60, deadline=None)
@given(prompt=st.text(max_size=80), system=st.text(max_size=20), client=st.sampled_from([*NAMES]))
def test_any_text_survives(prompt: str, system: str, client: str) -> None:
    """Whatever a person types stands in the body, in every JSON style."""
    turns = (Turn(prompt, (Step("Yes."),)),)
    *_, ask = _played(_session(client, turns=turns, system=system))
    assert json.loads(encode.sent(ask)) == json.loads(encode.body_bytes(ask.body))
    assert json.dumps(prompt)[1:-1] in json.dumps(json.loads(encode.sent(ask)))


def test_go_and_requests_write_json_their_own_way() -> None:
    """Go escapes angle brackets and ampersands; Python writes spaces and ASCII."""
    turns = (Turn("<a> & œ", (Step("Yes."),)),)
    go, python = (
        _played(_session(client, turns=turns, repository=None))[0].raw
        for client in ("go", "requests")
    )
    assert go is not None
    assert python is not None
    assert "\\u003ca\\u003e \\u0026 œ" in go
    assert '"role": "user", "content": "<a> & \\u0153"' in python


@pytest.mark.parametrize("model", ["claude-opus-5-5", "gpt-5"])
@pytest.mark.parametrize("client", ["go", "requests"])
def test_a_plain_service_speaks_what_its_model_needs(client: str, model: str) -> None:
    """A claude is asked on the messages wire, others by chat."""
    ask = _played(_session(client, model=model, params={"max_completion_tokens": 9}))[0]
    claude = model.startswith("claude")
    assert ask.wire == ("messages" if claude else "chat")
    assert ask.body.get("max_tokens") == (9 if claude else None)


def test_a_request_costs_less_than_encoding_its_body() -> None:
    """A request of a conversation of 60 messages is made in less time than json.dumps takes for it.

    The range needs 3,000 requests a second a core; a ratio holds on any machine.
    """
    session = _session("claude-code", turns=TURNS * 5)
    asks = _played(session)
    body = json.loads(encode.sent(asks[-1]))
    made_s = min(_took_s(lambda: _played(session)) for _ in range(5)) / len(asks)
    dumped_s = min(_took_s(lambda: json.dumps(body)) for _ in range(20))
    assert made_s < dumped_s


def _took_s(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
