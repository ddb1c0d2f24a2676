"""OpenAI's Chat Completions API: answers as JSON or as a stream.

Fields and chunks as platform.openai.com/docs/api-reference/chat shows them (November 2026).
"""

from collections.abc import Iterator

from stillwatch_range.model import Block, Called, Plan, Said
from stillwatch_range.upstream.answer import Answer, Json, Stop, arguments, inner, pieces
from stillwatch_range.upstream.ids import Mint
from stillwatch_range.upstream.seals import Seals

_STOPS: dict[Stop, str] = {
    "end": "stop",
    "calls": "tool_calls",
    "length": "length",
    "refused": "stop",
}


def mint_id(mint: Mint) -> str:
    """The id of an answer."""
    return mint.chat()


def content(_: Json, plan: Plan, mint: Mint, __: Seals, ___: str, ____: int) -> list[Block]:
    """The blocks of an answer, with their ids; this format does not show thoughts."""
    said: list[Block] = [Said(plan.say)] if plan.say else []
    return [*said, *(Called(mint.call(), call.name, call.input) for call in plan.calls)]


def whole(_: Json, answer: Answer) -> Json:
    """An answer that is not streamed."""
    choice = {
        "index": 0,
        "message": _message(answer),
        "logprobs": None,
        "finish_reason": _STOPS[answer.stop],
    }
    return {**_head(answer, "chat.completion"), "choices": [choice], "usage": _usage(answer)}


def _head(answer: Answer, kind: str) -> Json:
    return {
        "id": answer.id,
        "object": kind,
        "created": answer.created_s,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": None,
    }


def _message(answer: Answer) -> Json:
    text = _text(answer) or None
    refused = answer.stop == "refused"
    message: Json = {
        "role": "assistant",
        "content": None if refused else text,
        "refusal": text if refused else None,
        "annotations": [],
    }
    calls = list(_calls(answer))
    return {**message, "tool_calls": calls} if calls else message


def _text(answer: Answer) -> str:
    return "".join(block.text for block in answer.content if isinstance(block, Said))


def _calls(answer: Answer) -> Iterator[Json]:
    for block in answer.content:
        if isinstance(block, Called):
            function = {"name": block.name, "arguments": arguments(block)}
            yield {"id": block.id, "type": "function", "function": function}


def _usage(answer: Answer) -> Json:
    usage = answer.usage
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.read, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.thinking, "audio_tokens": 0},
    }


def events(body: Json, answer: Answer) -> Iterator[Json]:
    """The chunks of a stream, without its closing line."""
    head = _head(answer, "chat.completion.chunk")
    yield _chunk(head, {"role": "assistant", "content": "", "refusal": None})
    field = "refusal" if answer.stop == "refused" else "content"
    for piece in pieces(_text(answer)):
        yield _chunk(head, {field: piece})
    for index, call in enumerate(_calls(answer)):
        function = call["function"]
        opened = {**call, "function": {**function, "arguments": ""}}
        yield _chunk(head, {"tool_calls": [{"index": index, **opened}]})
        for piece in pieces(function["arguments"]):
            delta = {"index": index, "function": {"arguments": piece}}
            yield _chunk(head, {"tool_calls": [delta]})
    yield _chunk(head, {}, _STOPS[answer.stop])
    if inner(body, "stream_options", "include_usage"):
        yield {**head, "choices": [], "usage": _usage(answer)}


def _chunk(head: Json, delta: Json, reason: str | None = None) -> Json:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {**head, "choices": [choice]}
