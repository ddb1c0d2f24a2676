"""A genuine client's claims agree with one another; a relay's do not."""

from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.exchange import (
    BodyStyle,
    Client,
    Exchange,
    Message,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from stillwatch.traits.claims import checks, claims, uuid_version

SESSION = "5f0c1a52-6f0e-4c36-9a39-52c7a1c0b8e4"
DEVICE = "ab" * 32
USER = f'{{"device_id":"{DEVICE}","account_uuid":"","session_id":"{SESSION}"}}'
HEADERS = {
    "Accept": "application/json",
    "User-Agent": "claude-cli/2.1.330 (external, cli)",
    "X-Claude-Code-Session-Id": SESSION,
    "X-Stainless-Arch": "x64",
    "X-Stainless-Lang": "js",
    "X-Stainless-OS": "Linux",
    "X-Stainless-Package-Version": "0.128.0",
    "X-Stainless-Runtime": "node",
    "X-Stainless-Runtime-Version": "v26.12.1",
    "anthropic-beta": "claude-code-20250219,effort-2025-11-24",
    "x-app": "cli",
}
SYSTEM = (
    "x-anthropic-billing-header: cc_version=2.1.330.572; cc_entrypoint=cli;",
    "You are Claude Code.",
    "How to work. " * 500,
)


def genuine(headers=None, **changes):
    merged = HEADERS | (headers or {})
    pairs = tuple((name, value) for name, value in merged.items() if value is not None)
    request = Request(
        method="POST",
        path="/v1/messages?beta=true",
        headers=pairs,
        headers_ordered=True,
        model="model-1",
        system=SYSTEM,
        system_key=1,
        tools=tuple(map(Tool, ("Bash", "Read", "Edit", "mcp__jira__search"))),
        tools_key=1,
        messages=(Message("user", (Text("say hello"),)),),
        params=(("max_tokens", "64000"), ("temperature", "1")),
        user=USER,
        stream=True,
        style=BodyStyle(spaced=False, ascii_escapes=False, first_keys="model,messages"),
    )
    return msgspec.structs.replace(request, **changes)


def asked(request, wire="anthropic"):
    exchange = Exchange("x", 0, None, "a", None, Client(), wire, request, None)
    return checks(exchange)


def broken(request, wire="anthropic"):
    return {(check.check, check.detail) for check in asked(request, wire) if not check.held}


def test_a_genuine_request_holds_in_every_group():
    """One row a group, and all of them hold."""
    rows = asked(genuine())
    assert {row.check for row in rows} == {"claims", "session", "transport", "body", "relocation"}
    assert all(row.held and row.detail is None for row in rows)
    assert len(rows) == 5


def test_claims_are_words_of_closed_lists_and_ids():
    """What the headers say, in one spelling."""
    said = claims(genuine())
    assert (said.client, said.version, said.os, said.arch) == (
        "claude-code",
        "2.1.330",
        "linux",
        "x64",
    )
    assert (said.session, said.device) == (SESSION, DEVICE)


@pytest.mark.parametrize(
    ("headers", "changes", "expected"),
    [
        ({"User-Agent": "claude-cli/2.1.200 (external, cli)"}, {}, ("claims", "version-differs")),
        ({"X-Claude-Code-Session-Id": SESSION.replace("5f", "6f")}, {}, ("claims", "session-differs")),
        ({}, {"user": USER.replace(DEVICE, "box-1")}, ("claims", "device-shape")),
        (
            {},
            {"user": USER.replace('uuid":""', f'uuid":"{SESSION.replace("-4c", "-5c")}"')},
            ("claims", "account-shape"),
        ),
        ({"X-Stainless-Runtime": None}, {}, ("claims", "sdk-headers-partial")),
        ({"X-Stainless-Lang": "python"}, {}, ("claims", "sdk-not-js")),
        ({"X-Stainless-OS": "linux"}, {}, ("claims", "os-spelling")),
        (
            {"X-Claude-Code-Session-Id": None},
            {"user": f"user_{DEVICE}_account__session_{SESSION}"},
            ("claims", "old-user-id-form"),
        ),
        (
            {"X-Claude-Code-Session-Id": SESSION.replace("-4c", "-5c")},
            {"user": USER.replace("-4c", "-5c")},
            ("session", "session-shape"),
        ),
        ({}, {"path": "/v1/messages"}, ("transport", "no-beta-query")),
        ({"anthropic-beta": "effort-2025-11-24"}, {}, ("transport", "no-beta-header")),
        ({}, {"user": None}, ("transport", "no-user-id")),
        (
            {},
            {"style": BodyStyle(spaced=True, ascii_escapes=True, first_keys="")},
            ("transport", "python-json"),
        ),
        ({}, {"system": ("You are a pirate. " * 60,)}, ("body", "no-identity")),
        ({}, {"tools": tuple(map(Tool, ("bash", "read_file", "search")))}, ("body", "foreign-tools")),
        ({}, {"params": (("top_p", "0.9"),)}, ("body", "sdk-parameters")),
        (
            {},
            {"tools": (), "messages": (Message("user", (Text("a"),)), Message("assistant", (Text("b"),))) * 2},
            ("body", "no-tools"),
        ),
    ],
)  # fmt: skip
def test_each_contradiction_is_named(headers, changes, expected):
    """One thing is changed, and that one thing is found."""
    assert broken(genuine(headers, **changes)) == {expected}


def test_a_summary_without_tools_of_a_talk_with_tools_is_the_clients_own():
    """Compaction sends the history and offers nothing."""
    called = Message("assistant", (ToolCall("1", "Bash", "{}"),))
    talk = (Message("user", (Text("a"),)), called, Message("user", (Text("b"),))) * 2
    assert broken(genuine(tools=(), messages=talk)) == set()


def test_tools_that_the_user_lends_do_not_make_a_client_foreign():
    """A handful of its own beside many of somebody's servers."""
    own = ("Bash", "Read", "Edit", "Write", "Agent")
    lent = tuple(f"jira_{number}" for number in range(30))
    assert broken(genuine(tools=tuple(map(Tool, own + lent)))) == set()


def test_another_format_than_the_clients_own_is_a_contradiction():
    """The header names a client that never speaks this format."""
    assert broken(genuine(), wire="chat") == {("body", "other-wire")}


def test_a_version_that_is_not_on_record_is_not_asked():
    """Nothing is known about next week's release."""
    newer = genuine({"User-Agent": "claude-cli/9.0.0 (external, cli)"}, path="/", user=None)
    assert asked(newer) == ()
    assert claims(newer).version == "9.0.0"


@pytest.mark.parametrize(
    "agent", ["litellm/1.106.2", "my-harness/1.0", "Anthropic/Python 2.12.0", None]
)
def test_software_that_names_itself_contradicts_nothing(agent):
    """An honest gateway, a harness of one's own and a plain SDK claim nothing else."""
    assert asked(genuine({"User-Agent": agent}, tools=(Tool("x"),), user=None)) == ()


@pytest.mark.parametrize(
    ("agent", "client", "version", "os"),
    [
        ("codex_exec/0.169.0 (Debian 12.0.0; x86_64) dumb (codex_exec; 0.169.0)", "codex", "0.169.0", "linux"),
        ("QwenCode/0.24.4 (darwin; arm64)", "qwen-code", "0.24.4", "macos"),
        ("GeminiCLI-tui/0.61.0/model (win32; x64; terminal)", "gemini-cli", "0.61.0", "windows"),
        ("opencode/1.18.33 ai-sdk/4 runtime/bun/1.3", "opencode", "1.18.33", None),
        ("OpenAI/Python 2.20.0", "openai-sdk", "2.20.0", None),
        ("litellm/1.106.2", "litellm", "1.106.2", None),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X)", "browser", "5.0", "macos"),
        ("something/1", "other", "1", None),
        ("evil/1;drop", "other", None, None),
        ("", None, None, None),
    ],
)  # fmt: skip
def test_user_agents_name_their_software(agent, client, version, os):
    """The first word decides; what is not a version is none."""
    said = claims(genuine({"User-Agent": agent, "X-Stainless-OS": None}))
    assert (said.client, said.version, said.os) == (client, version, os)


def test_codex_names_its_version_and_originator_twice():
    """Both places agree in the genuine client."""
    agent = "codex_exec/0.169.0 (Debian 12.0.0; x86_64) dumb (codex_exec; 0.169.0)"
    session = SESSION.replace("-4c", "-7c")
    headers = {"User-Agent": agent, "originator": "codex_exec", "session-id": session}
    codex = genuine(
        headers | {"X-Claude-Code-Session-Id": None},
        user=None,
        system=(),
        tools=(Tool("exec_command"),),
    )
    assert broken(codex, wire="responses") == set()
    other = genuine(
        headers | {"User-Agent": agent.replace("; 0.169", "; 0.150"), "originator": "my-tool"},
        user=None,
        system=(),
        tools=(),
    )
    assert ("claims", "version-differs") in broken(other, wire="responses")
    assert ("claims", "originator-differs") in broken(other, wire="responses")
    assert ("session", "session-shape") in broken(other, wire="responses")


class TestRelocation:
    """Another assistant's system text is found by where it stands."""

    SHORT = SYSTEM[:2]
    LONG = "You sell shoes and answer in verse. " * 40

    def test_an_acknowledged_opening(self):
        """A user turn that holds the persona, and an answer of a few words."""
        talk = (
            Message("user", (Text(self.LONG),)),
            Message("assistant", (Text("Understood."),)),
            Message("user", (Text("hello"),)),
        )
        assert broken(genuine(system=self.SHORT, messages=talk)) == {("relocation", "opening-pair")}
        assert broken(genuine(messages=talk)) == set()
        longer = (*talk, Message("assistant", (Text("hi"),)), Message("user", (Text("go"),)))
        assert broken(genuine(system=self.SHORT, messages=longer)) == set()

    def test_a_system_turn_that_is_not_the_clients(self):
        """The client puts its own environment there, nobody else's persona."""
        turn = Message("user", (Text("hello"),))
        moved = (turn, Message("system", (Text(self.LONG),)))
        own = (turn, Message("system", (Text("# Environment\n" + self.LONG),)))
        assert broken(genuine(system=self.SHORT, messages=moved)) == {("relocation", "system-turn")}
        assert broken(genuine(system=self.SHORT, messages=own)) == set()

    def test_a_long_reminder_under_an_empty_system_field(self):
        """A reminder of pages, with an identity line alone in the system field."""
        text = f"<system-reminder>{self.LONG * 3}</system-reminder>hello"
        found = broken(genuine(system=self.SHORT, messages=(Message("user", (Text(text),)),)))
        assert found == {("relocation", "reminder")}

    def test_a_title_request_is_not_asked(self):
        """Helper calls have a short system text and no tools."""
        title = genuine(system=self.SHORT, tools=())
        assert "relocation" not in {check.check for check in asked(title)}


class TestRelayTraces:
    """Documented traces of relay builds are named by their id."""

    CONSTANT = "6d80b607"

    def test_a_device_that_a_relay_makes_up(self):
        """The constant is derived from its published source text."""
        device = sha256(b"relay-generated-device").hexdigest()
        assert device.startswith(self.CONSTANT)
        found = broken(genuine(user=USER.replace(DEVICE, device)))
        assert found == {("relay-build:crs-device", "claude-relay-service")}

    def test_renamed_tools(self):
        """Most names follow the relay's pattern."""
        tools = tuple(map(Tool, ("fetch_abc12", "write_xyz99", "scan_qrs01", "list_tuv22")))
        assert ("relay-build:sub2api-tool-names", "sub2api") in broken(genuine(tools=tools))

    def test_a_filled_in_result_counts_where_it_is_new(self):
        """Only the newest turn is looked at, so that one trace counts once."""
        fixed = "[tool_result missing; tool execution interrupted]"
        turn = Message("user", (ToolResult("1", fixed),))
        later = (turn, Message("user", (Text("go on"),)))
        assert ("relay-build:crs-missing-result", "claude-relay-service") in broken(
            genuine(messages=(turn,))
        )
        assert broken(genuine(messages=later)) == set()

    def test_traces_are_looked_for_in_versions_that_are_not_on_record(self):
        """A relay's own trace does not depend on the client's version."""
        headers = {
            "User-Agent": "claude-cli/1.0.57 (external, cli)",
            "X-Stainless-OS": "Windows",
            "X-Stainless-Package-Version": "0.55.1",
            "X-Stainless-Runtime-Version": "v20.19.2",
        }
        assert broken(genuine(headers)) == {
            ("relay-build:crs-default-headers", "claude-relay-service")
        }


def test_only_uuids_have_a_version():
    """Shape, variant and version are all looked at."""
    assert uuid_version(SESSION) == 4
    assert uuid_version(SESSION.replace("-9a", "-1a")) == 0
    assert uuid_version("session-1") == 0


@given(
    st.text(max_size=120),
    st.text(max_size=120),
    st.lists(st.tuples(st.sampled_from(sorted(HEADERS)), st.text(max_size=40)), max_size=8),
)
def test_any_headers_and_ids_are_read_without_failing(user, system, headers):
    """What a stranger writes gives answers or nothing."""
    for agent in ("claude-cli/2.1.330 (x)", "codex_exec/0.169.0", user):
        request = genuine(dict(headers) | {"User-Agent": agent}, user=user, system=(system,))
        assert claims(request).version is None or len(claims(request).version) <= 24
        for check in asked(request):
            assert check.held == (check.detail is None)
