"""The OpenAI Responses format: reading a conversation, answering as JSON or as a stream."""

import json
import time
from collections.abc import Iterator

from stillwatch_range.record.server import ids
from stillwatch_range.record.server.dialects import tool_call
from stillwatch_range.record.server.reply import Json, Reply, pieces, tokens
from stillwatch_range.record.server.stage import Cue, Utterance


def talk(body: Json) -> list[Utterance]:
    """Reduce the input items of a request."""
    items = body.get("input", [])
    if isinstance(items, str):
        return [Utterance("user", items)]
    return [_utterance(item) for item in items]


def _utterance(item: Json) -> Utterance:
    if item.get("type") == "function_call":
        return Utterance("assistant", calls=1)
    content: str | list[Json] = item.get("content") or ""
    if not isinstance(content, str):
        content = "\n".join(part.get("text", "") for part in content)
    role: str = item.get("role") or item.get("type") or ""
    return Utterance(role, content)


def offered(body: Json) -> list[str]:
    """Names of the tools that a request offers."""
    return [tool["name"] for tool in body.get("tools") or [] if "name" in tool]


def reply(body: Json, cue: Cue, root: str) -> Reply:
    """Answer a request in the shape that it asks for."""
    output = list(_output(body, cue, root))
    response = _response(body, output)
    if body.get("stream"):
        events = tuple(
            {**event, "sequence_number": number} for number, event in enumerate(_events(response))
        )
        return Reply(events=events)
    return Reply(body=response)


def _output(body: Json, cue: Cue, root: str) -> Iterator[Json]:
    if "reasoning.encrypted_content" in (body.get("include") or ()):
        yield {
            "id": ids.responses_id("rs"),
            "type": "reasoning",
            "summary": [],
            "encrypted_content": ids.sealed_reasoning(),
        }
    if cue.say:
        text = {"type": "output_text", "text": cue.say, "annotations": [], "logprobs": []}
        yield {
            "id": ids.responses_id("msg"),
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": [text],
        }
    for action in cue.calls:
        call = tool_call(action, offered(body), root)
        yield {
            "id": ids.responses_id("fc"),
            "type": "function_call",
            "status": "completed",
            "name": call.name,
            "arguments": json.dumps(call.input, ensure_ascii=False),
            "call_id": ids.call_id(),
        }


def _response(body: Json, output: list[Json]) -> Json:
    read = tokens(json.dumps(body, ensure_ascii=False))
    written = tokens(json.dumps(output, ensure_ascii=False))
    return {
        "id": ids.responses_id("resp"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "model": body.get("model", ""),
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "store": False,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": read + written,
        },
    }


def _events(response: Json) -> Iterator[Json]:
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    for index, item in enumerate(response["output"]):
        opened = {**item, "status": "in_progress"} if item["type"] != "reasoning" else item
        if item["type"] == "message":
            opened["content"] = []
        if item["type"] == "function_call":
            opened["arguments"] = ""
        yield {"type": "response.output_item.added", "output_index": index, "item": opened}
        yield from _parts(index, item)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.completed", "response": response}


def _parts(index: int, item: Json) -> Iterator[Json]:
    place = {"item_id": item["id"], "output_index": index}
    if item["type"] == "function_call":
        yield {
            "type": "response.function_call_arguments.done",
            **place,
            "arguments": item["arguments"],
        }
    elif item["type"] == "message":
        part = item["content"][0]
        place["content_index"] = 0
        yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
        for piece in pieces(part["text"]):
            yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
        yield {
            "type": "response.output_text.done",
            **place,
            "text": part["text"],
            "logprobs": [],
        }
        yield {"type": "response.content_part.done", **place, "part": part}
