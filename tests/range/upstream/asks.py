"""Requests written by hand, a sink that keeps captures, and captures read back."""

from dataclasses import dataclass, field

import msgspec

from stillwatch import wire
from stillwatch.exchange import Exchange, Reasoning, Text, ToolCall
from stillwatch.wire.envelope import Envelope
from stillwatch_range.clients.encode import Result, items, raw
from stillwatch_range.model import (
    SECOND_US,
    Account,
    Ask,
    Called,
    Label,
    Plan,
    Planned,
    Reply,
    Said,
    Thought,
    Toolset,
    Truth,
)
from stillwatch_range.upstream.provider import ProviderSettings, ScriptedProvider

START = 1_790_000_000 * SECOND_US
WIRES = ("messages", "chat", "responses")
PATHS = {
    "messages": "/v1/messages",
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
}
CALL = Planned("Bash", {"command": "ls -la", "description": "List the folder: été"})
PLAN = Plan("I look first. " * 40, "What is there? " * 50, (CALL,))
CALM = ProviderSettings(overload_share=0)


@dataclass
class Kept:
    """A sink that keeps all it gets."""

    lines: list[bytes] = field(default_factory=list)

    def exchange(self, line: bytes, account: Account, ask: Ask, reply: Reply) -> None:
        self.lines.append(line)

    @property
    def last(self) -> dict:
        return msgspec.json.decode(self.lines[-1])


def account(name="one", organization=None, plan="payg", banned_us=None) -> Account:
    return Account(
        f"acct_{name}", Label("honest", "x"), organization or f"org_{name}", "pay", "m.example",
        START, plan=plan, banned_us=banned_us,
    )  # fmt: skip


def ask(
    form="messages", talk=None, plan=PLAN, at_us=START, raw_text=None, tools=False, **more
) -> Ask:
    """A request that asks for thoughts, in whichever form."""
    if talk is None:
        talk = items(form, "user", [Said("what is here?")])
    body = {"model": "claude-opus-5-5" if form == "messages" else "gpt-5"}
    body["input" if form == "responses" else "messages"] = talk
    if form == "messages":
        body |= {"max_tokens": 32000, "thinking": {"type": "adaptive"}}
    if form == "responses":
        body |= {"include": ["reasoning.encrypted_content"], "reasoning": {"summary": "auto"}}
    if form == "chat":
        body |= {"stream_options": {"include_usage": True}}
    if tools:
        body["tools"] = Toolset(("Bash",), raw([{"name": "Bash", "description": "d" * 8000}]))
    headers = [("Host", "api"), ("X-Api-Key", "sk-secret"), ("authorization", "Bearer sk-secret")]
    return Ask(
        at_us, form, PATHS[form], headers, body | more, plan, "203.0.113.7", 64500,
        Truth("somebody-7", 1), raw_text,
    )  # fmt: skip


def provider(sink=None, settings=CALM, seed=7) -> ScriptedProvider:
    return ScriptedProvider(settings, seed, sink or Kept())


def turn(form, reply: Reply):
    """The history's items for an answer and for what its call gave back."""
    call = next(block for block in reply.content if isinstance(block, Called))
    return [
        *items(form, "assistant", reply.content),
        *items(form, "user", [Result(call.id, "README.md src tests")]),
    ]


def decoded(line: bytes) -> Exchange:
    envelope = msgspec.json.decode(line, type=Envelope)
    return wire.decode(envelope, wire.WireMemory(), default_id="")


def parts_of(exchange: Exchange) -> list:
    """What an answer says, as it was decoded."""
    return [
        (part.text, part.signature or "") if isinstance(part, Reasoning)
        else part.text if isinstance(part, Text)
        else (part.id, part.name, msgspec.json.decode(part.arguments))
        for part in exchange.response.message.parts
        if isinstance(part, Reasoning | Text | ToolCall)
    ]  # fmt: skip


def parts_in(reply: Reply) -> list:
    """What an answer says, as the client hears it."""
    return [
        (block.text, block.signature) if isinstance(block, Thought)
        else block.text if isinstance(block, Said)
        else (block.id, block.name, dict(block.input))
        for block in reply.content
    ]  # fmt: skip
