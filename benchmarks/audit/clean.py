"""A made-up client that looks at nothing but its working directory, with the chance of real ones.

It shows the working directory and its platform in plain, as real clients do. Ids, clocks, jitter,
shuffled orders, retries and drift are switched on by the seed of the audit.
"""

import datetime as dt
import random
import uuid
from collections.abc import Mapping
from typing import Any

from benchmarks.audit.draft import Draft, Message

START = dt.datetime(2026, 11, 22, 23, 40, tzinfo=dt.UTC)
PROMPT = "Say hello and list the files."
TOOLS = ("Bash", "Edit", "Glob", "Grep", "Read", "Write")
HABITS = (
    "shuffled tools", "shuffled headers", "retries", "telemetry", "drift", "late day",
    "floats", "slow starts", "session counter", "flaky part",
)  # fmt: skip
"""Ways of chance that a client may have; each audit draws some."""

SYSTEM = """You are a helpful assistant for programmers. Answer in short sentences.
Don't guess; it's better to ask. Use the tools when they help, and say what you do.

# Tone
Be plain. "Quoted" words stay as they are. Prices such as 3.50 keep their cents.
Today's date is {date}.

# Environment
Working directory: {directory}
Platform: linux (x64)
Shell: bash

# Rules
- Read a file before you change it.
- Never run a command that the user did not ask for - if in doubt, ask.
- Colours, behaviours: British spelling.
"""


def habits(rng: random.Random) -> frozenset[str]:
    """Ways of chance for one audit.

    Args:
        rng: chance.
    """
    return frozenset(habit for habit in HABITS if rng.random() < 0.5)


def draft(values: Mapping[str, str], rng: random.Random, order: int, ways: frozenset[str]) -> Draft:
    """What the client sends in a run.

    Args:
        values: the environment's own texts.
        rng: chance.
        order: place of the run in the audit.
        ways: its ways of chance.
    """
    now = START + dt.timedelta(seconds=9 * order + rng.random() * 3)
    day = now if "late day" in ways else START
    session = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    body: dict[str, Any] = {
        "model": "large-4-5-20260101",
        "max_tokens": 32000,
        "temperature": 0.75,
        "stream": True,
        "system": [{"type": "text", "text": SYSTEM.format(date=f"{day:%Y-%m-%d}", **values)}],
        "messages": [{"role": "user", "content": PROMPT}],
        "tools": _tools(rng, ways),
        "metadata": {"user_id": f"session_{session}", "sent": now.isoformat()},
    }
    _more(body, rng, order, ways)
    start_ms = 300 + rng.gammavariate(4, 20) + (order * 0.4 if "drift" in ways else 0)
    if "slow starts" in ways and rng.random() < 0.1:
        start_ms += 2000 * rng.random()
    found = Draft([Message("/v1/messages?beta=true", _headers(rng, ways), body, start_ms)])
    _around(found, rng, now, ways)
    return found


def _tools(rng: random.Random, ways: frozenset[str]) -> list[dict[str, Any]]:
    tools = [
        {
            "name": name,
            "description": f"{name}: works on one file or folder at a time.",
            "input_schema": {
                "type": "object",
                "properties": {"path": {"type": "string"}, "limit": {"type": "integer"}},
                "required": ["path", "limit"],
            },
        }
        for name in TOOLS
    ]
    if "shuffled tools" in ways:
        rng.shuffle(tools)
    return tools


def _headers(rng: random.Random, ways: frozenset[str]) -> list[tuple[str, str]]:
    headers = [
        ("User-Agent", "made-up-cli/1.4.2 (linux, x64)"),
        ("Accept", "application/json"),
        ("Content-Type", "application/json"),
        ("X-Api-Key", "sk-made-up"),
        ("Anthropic-Version", "2023-06-01"),
        ("Anthropic-Beta", "tools-2026-01-01,cache-2026-02-02"),
        ("X-Request-Id", f"req_{rng.getrandbits(96):024x}"),
    ]
    if "shuffled headers" in ways:
        rng.shuffle(headers)
    return headers


def _more(body: dict[str, Any], rng: random.Random, order: int, ways: frozenset[str]) -> None:
    """Parts of the body that come by chance."""
    if "floats" in ways:
        body["top_p"] = round(0.9 + rng.random() / 10, rng.choice((3, 4)))
    if "session counter" in ways:
        body["metadata"]["turn"] = order
    if "flaky part" in ways and rng.random() < 0.3:
        body["context"] = {"edits": [], "cache": rng.choice(("hit", "miss"))}


def _around(found: Draft, rng: random.Random, now: dt.datetime, ways: frozenset[str]) -> None:
    """Requests beside the main one."""
    if "telemetry" in ways:
        for number in range(rng.choice((1, 1, 2, 3))):
            event = {
                "event": f"{rng.getrandbits(128):032x}",
                "name": rng.choice(("start", "ready", "exit")),
                "seq": number,
                "at": int(now.timestamp() * 1000) + number,
            }
            headers = [("User-Agent", "made-up-cli/1.4.2"), ("Content-Type", "application/json")]
            gap_ms = 5 + rng.expovariate(1 / 30)
            found.messages.append(Message("/api/events", headers, event, gap_ms))
    if "retries" in ways and rng.random() < 0.15:
        found.messages.append(found.main)
