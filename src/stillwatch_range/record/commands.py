"""Command lines and settings of the coding clients: base URL, dummy key, no telemetry."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stillwatch_range.record.machines import home_of, own
from stillwatch_range.record.story import Session
from stillwatch_range.record.tools import Tools

SDKS = {"sdk-messages": "claude-opus-5-5", "sdk-responses": "gpt-5", "sdk-chat": "gpt-5"}
"""Programs that use an SDK, each with its usual model."""
CODEX_MODEL = "gpt-5"
OPENCODE_MODEL = "claude-sonnet-4-5"
SPACE = uuid.UUID("7d1f9a52-6f0e-4c36-9a39-52c7a1c0b8e4")


@dataclass(frozen=True)
class Door:
    """Where a session's requests go.

    Attributes:
        url: of the server or a relay.
        key: for it.
        headers: what a relay wants besides.
    """

    url: str
    key: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """One start of a client: its command line and environment."""

    command: list[str]
    env: dict[str, str]


def start(session: Session, turn: int, tools: Tools, door: Door) -> Start:
    """How to play one human turn of a session."""
    begun = _CLIENTS[session.client](session, turn, tools, door)
    return Start(begun.command, {**begun.env, **session.env})


def _claude(session: Session, turn: int, tools: Tools, door: Door) -> Start:
    program = tools.path(session.client)
    name = str(uuid.UUID(int=uuid.uuid5(SPACE, session.id).int & ~(0xF << 76) | (4 << 76)))
    which = ["--resume", name] if turn else ["--session-id", name]
    command = [str(program), "-p", session.turns[turn].prompt, *which]
    command += ["--allowedTools", "Bash,Read,Edit,Write,Agent"]
    env = {
        "ANTHROPIC_BASE_URL": door.url,
        "ANTHROPIC_API_KEY": door.key,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
    }
    if door.headers:
        env["ANTHROPIC_CUSTOM_HEADERS"] = "\n".join(f"{k}: {v}" for k, v in door.headers.items())
    if session.model:
        command += ["--model", session.model]
    if session.person.user == "root":
        env["IS_SANDBOX"] = "1"
    return Start(command, env)


def _codex(session: Session, turn: int, tools: Tools, door: Door) -> Start:
    settings = (
        f'model = "{session.model or CODEX_MODEL}"\nmodel_provider = "ours"\ncheck_for_update_on_startup = false\n'
        "[analytics]\nenabled = false\n"
        '[model_providers.ours]\nname = "ours"\nwire_api = "responses"\n'
        f'base_url = "{door.url}/v1"\nenv_key = "MODEL_KEY"\n'
        + "".join(f'http_headers."{k}" = {json.dumps(v)}\n' for k, v in door.headers.items())
    )
    _settle(session, ".codex/config.toml", settings)
    command = [str(tools.path("codex")), "exec"]
    command += ["--dangerously-bypass-approvals-and-sandbox"]
    if turn:
        command += ["resume", "--last"]
    return Start([*command, session.turns[turn].prompt], {"MODEL_KEY": door.key})


def _opencode(session: Session, turn: int, tools: Tools, door: Door) -> Start:
    options: dict[str, object] = {"baseURL": f"{door.url}/v1", "apiKey": "{env:MODEL_KEY}"}
    if door.headers:
        options["headers"] = dict(door.headers)
    settings = {
        "autoupdate": False,
        "share": "disabled",
        "model": f"anthropic/{session.model or OPENCODE_MODEL}",
        "permission": {"bash": "allow", "edit": "allow", "webfetch": "deny"},
        "provider": {"anthropic": {"options": options}},
    }
    _settle(session, ".config/opencode/opencode.json", json.dumps(settings, indent=1))
    command = [str(tools.path("opencode")), "run", *(["--continue"] if turn else [])]
    env = {"MODEL_KEY": door.key, "OPENCODE_DISABLE_AUTOUPDATE": "1"}
    return Start([*command, session.turns[turn].prompt], env)


def _settle(session: Session, name: str, text: str) -> None:
    path = home_of(session.person) / name
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    top = home_of(session.person) / Path(name).parts[0]
    own(session.person, top)


_CLIENTS: dict[str, Callable[[Session, int, Tools, Door], Start]] = {
    "claude": _claude,
    "claude-old": _claude,
    "codex": _codex,
    "opencode": _opencode,
}
