"""OpenAI's Responses API: answers as JSON or as a stream.

Fields and events as platform.openai.com/docs/api-reference/responses shows them (November 2026).
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from stillwatch_range.model import Block, Called, Plan, Said, Thought, Toolset
from stillwatch_range.upstream.answer import Answer, Json, arguments, inner, pieces
from stillwatch_range.upstream.ids import Mint
from stillwatch_range.upstream.seals import Seals

SEALED = "reasoning.encrypted_content"


def mint_id(mint: Mint) -> str:
    """The id of an answer."""
    return mint.responses("resp")


def content(
    body: Json, plan: Plan, mint: Mint, seals: Seals, holder: str, at_s: int
) -> list[Block]:
    """The blocks of an answer, with their ids and seals.

    A summary of a thought, and its encrypted form, are given where the request asks for them.
    """
    blocks: list[Block] = []
    if plan.thinking:
        summary = plan.thinking if inner(body, "reasoning", "summary") else ""
        seal = ""
        if SEALED in (body.get("include") or ()):
            seal = seals.reasoning(holder, plan.thinking, at_s)
        blocks.append(Thought(summary, seal, mint.responses("rs")))
    if plan.say:
        blocks.append(Said(plan.say, mint.responses("msg")))
    blocks += [Called(mint.call(), call.name, call.input) for call in plan.calls]
    return blocks


def whole(body: Json, answer: Answer) -> Json:
    """An answer that is not streamed; it repeats fields of the request."""
    cut = answer.stop == "length"
    tools = body.get("tools")
    return {
        "id": answer.id,
        "object": "response",
        "created_at": answer.created_s,
        "status": "incomplete" if cut else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": None,
        "max_output_tokens": body.get("max_output_tokens"),
        "model": answer.model,
        "output": [_item(block, answer) for block in answer.content],
        "parallel_tool_calls": body.get("parallel_tool_calls", True),
        "previous_response_id": body.get("previous_response_id"),
        "store": body.get("store", True),
        "tool_choice": body.get("tool_choice", "auto"),
        "tools": [] if isinstance(tools, Toolset) else tools or [],
        "usage": _usage(answer),
    }


def _item(block: Block, answer: Answer) -> Json:
    match block:
        case Thought():
            shown = [{"type": "summary_text", "text": block.text}] if block.text else []
            item: Json = {"id": block.id, "type": "reasoning", "summary": shown}
            return {**item, "encrypted_content": block.signature} if block.signature else item
        case Said():
            return {
                "id": block.id,
                "type": "message",
                "status": "completed",
                "role": "assistant",
                "content": [_part(block.text, answer)],
            }
        case Called():
            return {
                "id": f"fc_{blake2b(block.id.encode(), digest_size=25).hexdigest()}",
                "type": "function_call",
                "status": "completed",
                "name": block.name,
                "arguments": arguments(block),
                "call_id": block.id,
            }


def _part(text: str, answer: Answer) -> Json:
    if answer.stop == "refused":
        return {"type": "refusal", "refusal": text}
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _usage(answer: Answer) -> Json:
    usage = answer.usage
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.read},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.thinking},
        "total_tokens": usage.input + usage.output,
    }


def events(body: Json, answer: Answer) -> Iterator[Json]:
    """The events of a stream, numbered."""
    for number, event in enumerate(_events(whole(body, answer))):
        yield {**event, "sequence_number": number}


def _events(response: Json) -> Iterator[Json]:
    begun = {**response, "status": "in_progress", "incomplete_details": None}
    begun.update(output=[], usage=None)
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(response["output"]):
        yield {"type": "response.output_item.added", "output_index": index, "item": _opened(item)}
        yield from _parts(index, item)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": f"response.{response['status']}", "response": response}


def _opened(item: Json) -> Json:
    match item["type"]:
        case "message":
            return {**item, "status": "in_progress", "content": []}
        case "function_call":
            return {**item, "status": "in_progress", "arguments": ""}
        case _:
            return {**item, "summary": []}


def _parts(index: int, item: Json) -> Iterator[Json]:
    place: dict[str, Any] = {"item_id": item["id"], "output_index": index}
    match item["type"]:
        case "message":
            yield from _text({**place, "content_index": 0}, item["content"][0])
        case "function_call":
            for piece in pieces(item["arguments"]):
                kind = "response.function_call_arguments.delta"
                yield {"type": kind, **place, "delta": piece}
            done = "response.function_call_arguments.done"
            yield {"type": done, **place, "arguments": item["arguments"]}
        case _:
            for part in item["summary"]:
                yield from _summary({**place, "summary_index": 0}, part)


def _text(place: Json, part: Json) -> Iterator[Json]:
    field = "refusal" if part["type"] == "refusal" else "text"
    kind = "response.refusal" if field == "refusal" else "response.output_text"
    more: Json = {} if field == "refusal" else {"logprobs": []}
    yield {"type": "response.content_part.added", **place, "part": {**part, field: ""}}
    for piece in pieces(part[field]):
        yield {"type": f"{kind}.delta", **place, "delta": piece, **more}
    yield {"type": f"{kind}.done", **place, field: part[field], **more}
    yield {"type": "response.content_part.done", **place, "part": part}


def _summary(place: Json, part: Json) -> Iterator[Json]:
    kind = "response.reasoning_summary"
    yield {"type": f"{kind}_part.added", **place, "part": {**part, "text": ""}}
    for piece in pieces(part["text"]):
        yield {"type": f"{kind}_text.delta", **place, "delta": piece}
    yield {"type": f"{kind}_text.done", **place, "text": part["text"]}
    yield {"type": f"{kind}_part.done", **place, "part": part}
