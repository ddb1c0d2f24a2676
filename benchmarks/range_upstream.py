"""What the provider costs an exchange: `python -m benchmarks.range_upstream`.

It plays conversations of tool calls with tools and a system prompt of a usual size, and prints the
processor time of answering and writing the capture, beside that of encoding the same bodies alone.
"""

import random
import string
import time
from collections.abc import Generator
from dataclasses import dataclass

from stillwatch_range.clients.encode import Result, body_bytes, items, raw
from stillwatch_range.model import (
    Account,
    Ask,
    Called,
    Label,
    Plan,
    Planned,
    Reply,
    Said,
    Toolset,
    Truth,
    Wire,
)
from stillwatch_range.upstream.provider import ProviderSettings, ScriptedProvider

EXCHANGES = 2_000
STEPS = 16
ACCOUNT = Account("acct_1", Label("honest", "bench"), "org_1", "pay_1", "mail.example", 0)
CALL = Planned("Bash", {"command": "ls -la", "description": "List the folder"})
PLAN = Plan("Looking at it now. " * 6, "What would be here? " * 20, (CALL,))
PATHS = {"messages": "/v1/messages", "chat": "/v1/chat/completions", "responses": "/v1/responses"}


@dataclass
class Count:
    """A sink that counts bytes."""

    size: int = 0

    def exchange(self, line: bytes, account: Account, ask: Ask, reply: Reply) -> None:  # noqa: ARG002
        """Count a line."""
        self.size += len(line)


def main() -> None:
    """Measure each wire, streamed and whole."""
    wires: tuple[Wire, ...] = ("messages", "chat", "responses")
    print("wire        stream   kB a line   us an exchange   encoding alone   ratio")
    for wire in wires:
        for stream in (False, True):
            kilobytes, own_us, alone_us = measure(wire, stream=stream)
            print(
                f"{wire:11} {stream!s:6} {kilobytes:11.1f} {own_us:16.0f}"
                f" {alone_us:16.0f} {own_us / alone_us:7.1f}"
            )


def measure(wire: Wire, *, stream: bool) -> tuple[float, float, float]:
    """Size of a line in kB, and processor time of the provider and of plain encoding, in us."""
    count = Count()
    provider = ScriptedProvider(ProviderSettings(limits={}, overload_share=0), 5, count)
    own_s = alone_s = 0.0
    talk = asks(wire, stream=stream)
    ask = next(talk)
    for _ in range(EXCHANGES):
        begun = time.thread_time()
        body_bytes(ask.body)
        middle = time.thread_time()
        reply = provider.serve(ask, ACCOUNT)
        own_s += time.thread_time() - middle
        alone_s += middle - begun
        ask = talk.send(reply)
    scale = 1e6 / EXCHANGES
    return count.size / EXCHANGES / 1e3, own_s * scale, alone_s * scale


def asks(wire: Wire, *, stream: bool) -> Generator[Ask, Reply, None]:
    """Requests of conversations without end; each takes the reply to the one before."""
    draw = random.Random(1)
    shared = dict(_fields(wire, draw), stream=stream)
    headers = [(f"x-header-{number}", "v" * 20) for number in range(20)]
    at_us = 1_790_000_000_000_000
    name = "input" if wire == "responses" else "messages"
    while True:
        history = items(wire, "user", [Said(_words(draw, 600))])
        for _ in range(STEPS):
            body = {**shared, name: history}
            reply = yield Ask(
                at_us, wire, PATHS[wire], list(headers), body, PLAN, "203.0.113.7", 64500,
                Truth("p", 1),
            )  # fmt: skip
            call = next(block for block in reply.content if isinstance(block, Called))
            results = items(wire, "user", [Result(call.id, _words(draw, 800))])
            history = [*history, *items(wire, "assistant", reply.content), *results]
            at_us = reply.at_us + 3_000_000


def _fields(wire: Wire, draw: random.Random) -> dict[str, object]:
    tools = [{"name": "Bash", "description": _words(draw, 8000), "input_schema": {}}]
    fields: dict[str, object] = {"model": "some-model", "tools": Toolset(("Bash",), raw(tools))}
    text = _words(draw, 6000)
    if wire == "messages":
        mark = {"type": "ephemeral"}
        system = [{"type": "text", "text": text, "cache_control": mark}]
        return {**fields, "max_tokens": 32000, "system": system, "thinking": {"type": "adaptive"}}
    if wire == "responses":
        return {**fields, "instructions": text, "include": ["reasoning.encrypted_content"]}
    return fields


def _words(draw: random.Random, size: int) -> str:
    words = ("".join(draw.choices(string.ascii_lowercase, k=5)) for _ in range(size // 6))
    return " ".join(words)


if __name__ == "__main__":
    main()
