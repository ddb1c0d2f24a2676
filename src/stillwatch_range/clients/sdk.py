"""Programs that call an SDK: plain histories, the SDK's headers, its order of body fields.

A program that was started in a repository is an agent of its own making and offers plain tools.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from stillwatch_range.clients import encode
from stillwatch_range.clients.facts import HOST, NODES, STAINLESS_OS
from stillwatch_range.clients.plain_tools import planned, tools_for
from stillwatch_range.clients.shapes import shape
from stillwatch_range.clients.talk import Base, Form
from stillwatch_range.model import (
    Ask,
    Call,
    Called,
    Plan,
    Reply,
    Said,
    Session,
    Step,
    Thought,
    Wire,
)

_OWN: dict[Wire, tuple[str, ...]] = {
    "messages": ("max_tokens", "messages", "model"),
    "chat": ("model", "messages"),
    "responses": ("model", "include", "input", "instructions", "store"),
}
"""Fields that every program sends; all others of the recordings are choices of one program."""
MESSAGES_ORDER = """
    max_tokens messages model cache_control container inference_geo metadata output_config
    service_tier stop_sequences stream system temperature thinking tool_choice tools top_k top_p
""".split()  # noqa: SIM905  a row a line would be a long list
JS_ORDER = ["model", "max_tokens", "system", "tools", "messages"]
"""The order in which a program names them: the SDK keeps it."""
CHAT_ORDER = """
    model stream service_tier messages frequency_penalty max_completion_tokens max_tokens
    metadata n parallel_tool_calls presence_penalty prompt_cache_key reasoning_effort
    response_format seed stop store stream_options temperature tool_choice tools top_p user
    verbosity
""".split()  # noqa: SIM905  a row a line would be a long list
RESPONSES_ORDER = """
    model stream service_tier include input instructions max_output_tokens metadata
    parallel_tool_calls previous_response_id prompt_cache_key reasoning store stream_options
    temperature text tool_choice tools top_p truncation user verbosity
""".split()  # noqa: SIM905  a row a line would be a long list
"""Order in which anthropic 2.12.0 and openai 3.54.0 put the fields (their sources, Nov 2026)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """An SDK.

    Attributes:
        wire: format of the body.
        order: order of the body's fields; unknown ones stand last.
        retries: name of the header that counts tries.
    """

    wire: Wire
    order: list[str]
    retries: str


PYTHONS = ("3.10.14", "3.11.2", "3.11.9", "3.12.3", "3.12.7", "3.13.1")
KINDS = {
    "anthropic-python": Kind("messages", MESSAGES_ORDER, "x-stainless-retry-count"),
    "openai-python": Kind("chat", CHAT_ORDER, "x-stainless-retry-count"),
    "anthropic-js": Kind("messages", JS_ORDER, "X-Stainless-Retry-Count"),
    "openai-responses": Kind("responses", RESPONSES_ORDER, "x-stainless-retry-count"),
}


class Sdk:
    """A program with an SDK in one conversation."""

    def __init__(self, base: Base) -> None:
        session = base.session
        self._base, self._kind = base, KINDS[session.client]
        found = shape(session.client, session.version, "main", base.world.detail)
        assert found is not None
        self._items: list[msgspec.Raw] = []
        self._tries = 0
        facts = {
            "version": session.version,
            "host": HOST,
            "arch": session.machine.arch,
            "os": STAINLESS_OS[session.machine.system],
            "model": session.model or found.model,
            "python": base.ids.installation().choice(PYTHONS),
            "node": base.ids.installation().choice(NODES),
        }
        self._form = Form(base, self._kind.wire, found, facts)
        self._form.body = _ordered(self._fields(session), self._kind.order)
        if session.system and self._kind.wire == "chat":
            self._items += encode.items("chat", "system", [Said(session.system)])

    def says(self, prompt: str) -> None:
        """The prompt joins."""
        self._items += encode.items(self._kind.wire, "user", [Said(prompt)])

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """None: a program sends what it is told to."""
        del at_us, prompt
        return iter(())

    def ask(self, at_us: int, step: Step) -> Ask:
        """The next request; a repeated one counts its tries."""
        plan = Plan(step.say, step.thinking, tuple(planned(call) for call in step.calls))
        tries = {self._kind.retries: str(self._tries)} if self._tries else None
        self._tries += 1
        return self._form.ask(at_us, self._items[:], plan, tries)

    def hears(self, reply: Reply) -> None:
        """The answer joins, as the SDK's objects write themselves."""
        self._tries = 0
        answer = _received if self._kind.order is JS_ORDER else _ANSWERS[self._kind.wire]
        self._items += [encode.raw(item) for item in answer(reply)]

    def runs(self, step: Step, reply: Reply) -> None:
        """Results join under the ids of the calls."""
        called = [block for block in reply.content if isinstance(block, Called)]
        results = [
            encode.Result(block.id, call.result, call.failed)
            for call, block in zip(step.calls, called, strict=False)
        ]
        if results:
            self._items += encode.items(self._kind.wire, "user", results)

    def agent(self, call: Call) -> "Sdk":
        """A conversation of its own."""
        del call
        return Sdk(self._base)

    def _fields(self, session: Session) -> dict[str, Any]:
        wire = self._kind.wire
        kept = {name: self._form.body[name] for name in _OWN[wire]}
        fields = {**kept, **session.params}
        if session.stream:
            fields["stream"] = True
        if session.system and wire != "chat":
            fields["system" if wire == "messages" else "instructions"] = session.system
        if session.repository is not None:
            fields["tools"] = tools_for(wire)
        return fields


def _ordered(fields: Mapping[str, Any], order: list[str]) -> dict[str, Any]:
    known = {name: fields[name] for name in order if name in fields}
    return {**known, **{name: value for name, value in fields.items() if name not in known}}


def _messages_answer(reply: Reply) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": [_sdk_block(block) for block in reply.content]}]


def _sdk_block(block: Thought | Said | Called) -> dict[str, Any]:
    match block:
        case Thought():
            return {"signature": block.signature, "thinking": block.text, "type": "thinking"}
        case Said():
            return {"text": block.text, "type": "text"}
        case Called():
            return {"id": block.id, "input": block.input, "name": block.name, "type": "tool_use"}


def _received(reply: Reply) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": [encode.messages_block(b) for b in reply.content]}]


def _chat_answer(reply: Reply) -> list[dict[str, Any]]:
    text = "".join(block.text for block in reply.content if isinstance(block, Said))
    calls = [
        {
            "id": block.id,
            "function": {"arguments": encode.arguments(block), "name": block.name},
            "type": "function",
        }
        for block in reply.content
        if isinstance(block, Called)
    ]
    said: dict[str, Any] = {"content": text or None, "role": "assistant"}
    return [{**said, "tool_calls": calls} if calls else said]


def _responses_answer(reply: Reply) -> list[dict[str, Any]]:
    return [_responses_item(block) for block in reply.content]


def _responses_item(block: Thought | Said | Called) -> dict[str, Any]:
    match block:
        case Thought():
            return {
                "id": block.id,
                "summary": [],
                "type": "reasoning",
                "encrypted_content": block.signature,
            }
        case Said():
            text = {"annotations": [], "text": block.text, "type": "output_text", "logprobs": []}
            return {
                "id": block.id,
                "content": [text],
                "role": "assistant",
                "status": "completed",
                "type": "message",
            }
        case Called():
            return {
                "arguments": encode.arguments(block),
                "call_id": block.id,
                "name": block.name,
                "type": "function_call",
                "id": encode.call_item_id(block.id),
                "status": "completed",
            }


_ANSWERS = {
    "messages": _messages_answer,
    "chat": _chat_answer,
    "responses": _responses_answer,
}
