"""Anthropic's Messages API: what is said in a request, and answers as JSON or as a stream.

Fields and events as platform.claude.com/docs/en/api/messages and /streaming show them (November
2026).
"""

from collections.abc import Iterator

from stillwatch_range.model import Block, Called, Plan, Said, Thought
from stillwatch_range.upstream.answer import Answer, Json, Stop, arguments, inner, pieces
from stillwatch_range.upstream.ids import Mint
from stillwatch_range.upstream.seals import Seals

_STOPS: dict[Stop, str] = {
    "end": "end_turn",
    "calls": "tool_use",
    "length": "max_tokens",
    "refused": "refusal",
}


def mint_id(mint: Mint) -> str:
    """The id of an answer."""
    return mint.messages("msg")


def content(body: Json, plan: Plan, mint: Mint, seals: Seals, holder: str, _: int) -> list[Block]:
    """The blocks of an answer, with their ids and signatures.

    A thought is given where the request asks for thinking; its text may be asked to stay out.
    """
    blocks: list[Block] = []
    if plan.thinking and inner(body, "thinking", "type") in ("adaptive", "enabled"):
        shown = "" if inner(body, "thinking", "display") == "omitted" else plan.thinking
        blocks.append(Thought(shown, seals.thinking(holder, plan.thinking)))
    if plan.say:
        blocks.append(Said(plan.say))
    blocks += [Called(mint.messages("toolu"), call.name, call.input) for call in plan.calls]
    return blocks


def whole(body: Json, answer: Answer) -> Json:  # noqa: ARG001  other wires repeat fields of it
    """An answer that is not streamed."""
    return {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": [_block(block) for block in answer.content],
        "stop_reason": _STOPS[answer.stop],
        "stop_sequence": None,
        "usage": _usage(answer),
    }


def _block(block: Block) -> Json:
    match block:
        case Thought():
            return {"type": "thinking", "thinking": block.text, "signature": block.signature}
        case Said():
            return {"type": "text", "text": block.text}
        case Called():
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": block.input}


def _usage(answer: Answer) -> Json:
    usage = answer.usage
    return {
        "input_tokens": usage.input - usage.read - usage.written,
        "cache_creation_input_tokens": usage.written,
        "cache_read_input_tokens": usage.read,
        "output_tokens": usage.output,
        "service_tier": "standard",
    }


def events(body: Json, answer: Answer) -> Iterator[Json]:
    """The events of a stream."""
    value = whole(body, answer)
    usage = value["usage"]
    opened = {**value, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": opened}
    for index, block in enumerate(answer.content):
        yield {"type": "content_block_start", "index": index, "content_block": _opened(block)}
        if not index:
            yield {"type": "ping"}
        for delta in _deltas(block):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    delta = {"stop_reason": value["stop_reason"], "stop_sequence": None}
    final = {"output_tokens": usage["output_tokens"]}
    yield {"type": "message_delta", "delta": delta, "usage": final}
    yield {"type": "message_stop"}


def _opened(block: Block) -> Json:
    match block:
        case Thought():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case Said():
            return {"type": "text", "text": ""}
        case Called():
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": {}}


def _deltas(block: Block) -> Iterator[Json]:
    match block:
        case Thought():
            for piece in pieces(block.text):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block.signature}
        case Said():
            for piece in pieces(block.text):
                yield {"type": "text_delta", "text": piece}
        case Called():
            for piece in pieces(arguments(block)):
                yield {"type": "input_json_delta", "partial_json": piece}
