"""What a model says on each wire: a call of a tool, or words; whole and as events.

Every event carries the number of its request and its own, so no two events of a run are equal.
"""

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
USAGE = {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}
ARGUMENTS = {
    "Bash": {"command": "cat notes.txt", "description": "Read the note"},
    "exec_command": {"cmd": "cat notes.txt"},
    "read_note": {"path": "notes.txt"},
}
"""Tools of Claude Code, of Codex and of the tests, with what they are called with."""


@dataclass(frozen=True)
class Answer:
    """One answer: as a whole, and as events on the wire."""

    whole: Json
    events: list[bytes]


def events_of(number: int, steps: list[Json]) -> list[bytes]:
    """Events; a comment makes each the only one of its kind."""
    return [_event(f"{number}.{n}", data) for n, data in enumerate(steps)]


def _event(place: str, data: Json) -> bytes:
    name = f"event: {data['type']}\n" if "type" in data else ""
    return f": event {place}\n{name}data: {json.dumps(data)}\n\n".encode()


def _offered(body: Json) -> str | None:
    """The first tool on offer that we know how to call."""
    names = [
        one.get("name") or one.get("function", {}).get("name") for one in body.get("tools", [])
    ]
    return next((name for name in names if name in ARGUMENTS), None)


class Messages:
    """Anthropic Messages."""

    path = "/v1/messages"

    def wanted(self, body: Json) -> str | None:
        parts = [one["content"] for one in body["messages"] if isinstance(one["content"], list)]
        done = any(part.get("type") == "tool_result" for content in parts for part in content)
        return None if done else _offered(body)

    def calling(self, number: int, body: Json, tool: str) -> Answer:
        block = {"type": "tool_use", "id": f"toolu_{number}", "name": tool}
        said = json.dumps(ARGUMENTS[tool])
        deltas = [{"type": "input_json_delta", "partial_json": one} for one in (said[:9], said[9:])]
        whole = block | {"input": ARGUMENTS[tool]}
        return self._answer(number, body, "tool_use", (whole, block | {"input": {}}, deltas))

    def saying(self, number: int, body: Json, pieces: list[str]) -> Answer:
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
        block = {"type": "text", "text": ""}
        return self._answer(
            number, body, "end_turn", (block | {"text": "".join(pieces)}, block, deltas)
        )

    def _answer(
        self, number: int, body: Json, reason: str, block: tuple[Json, Json, list[Json]]
    ) -> Answer:
        content, start, deltas = block
        whole = {
            "id": f"msg_{number}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": [content],
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": USAGE,
        }
        began = whole | {"content": [], "stop_reason": None}
        events = [
            {"type": "message_start", "message": began},
            {"type": "content_block_start", "index": 0, "content_block": start},
            *({"type": "content_block_delta", "index": 0, "delta": one} for one in deltas),
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": reason, "stop_sequence": None},
                "usage": USAGE,
            },
            {"type": "message_stop"},
        ]
        return Answer(whole, events_of(number, events))


class Chat:
    """OpenAI Chat Completions."""

    path = "/v1/chat/completions"

    def wanted(self, body: Json) -> str | None:
        done = any(one["role"] == "tool" for one in body["messages"])
        return None if done else _offered(body)

    def calling(self, number: int, body: Json, tool: str) -> Answer:
        said = json.dumps(ARGUMENTS[tool])
        call = {"index": 0, "id": f"call_{number}", "type": "function"}
        deltas: list[Json] = [
            {"tool_calls": [call | {"function": {"name": tool, "arguments": said[:9]}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": said[9:]}}]},
        ]
        done = call | {"function": {"name": tool, "arguments": said}}
        message = {"content": None, "tool_calls": [done]}
        return self._answer(number, body, "tool_calls", (message, deltas))

    def saying(self, number: int, body: Json, pieces: list[str]) -> Answer:
        deltas: list[Json] = [{"content": piece} for piece in pieces]
        return self._answer(number, body, "stop", ({"content": "".join(pieces)}, deltas))

    def _answer(
        self, number: int, body: Json, reason: str, message: tuple[Json, list[Json]]
    ) -> Answer:
        content, deltas = message
        head = {"id": f"chatcmpl-{number}", "created": 1, "model": body["model"]}
        role = {"role": "assistant"}
        choice = {"index": 0, "message": role | content, "finish_reason": reason}
        usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
        whole = head | {"object": "chat.completion", "choices": [choice], "usage": usage}
        begun = head | {"object": "chat.completion.chunk"}
        steps = [(one, None) for one in (role, *deltas)] + [({}, reason)]
        chunks = [
            begun | {"choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
            for delta, end in steps
        ]
        end = f": event {number}.end\ndata: [DONE]\n\n".encode()
        return Answer(whole, [*events_of(number, chunks), end])


class Responses:
    """OpenAI Responses."""

    path = "/v1/responses"

    def wanted(self, body: Json) -> str | None:
        items = body["input"] if isinstance(body["input"], list) else []
        done = any(one.get("type") == "function_call_output" for one in items)
        return None if done else _offered(body)

    def calling(self, number: int, body: Json, tool: str) -> Answer:
        item = {
            "id": f"fc_{number}",
            "type": "function_call",
            "call_id": f"call_{number}",
            "name": tool,
            "arguments": json.dumps(ARGUMENTS[tool]),
            "status": "completed",
        }
        begun = item | {"arguments": "", "status": "in_progress"}
        place = {"item_id": item["id"], "output_index": 0}
        delta = {"type": "response.function_call_arguments.delta", "delta": item["arguments"]}
        return self._answer(number, body, (item, begun, [delta | place]))

    def saying(self, number: int, body: Json, pieces: list[str]) -> Answer:
        part = {"type": "output_text", "text": "".join(pieces), "annotations": []}
        item = {
            "id": f"msg_{number}",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
        place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
        first = {"type": "response.content_part.added", "part": part | {"text": ""}} | place
        deltas = [
            {"type": "response.output_text.delta", "delta": piece} | place for piece in pieces
        ]
        begun = item | {"status": "in_progress", "content": []}
        return self._answer(number, body, (item, begun, [first, *deltas]))

    def _answer(self, number: int, body: Json, item: tuple[Json, Json, list[Json]]) -> Answer:
        done, begun, deltas = item
        whole = {
            "id": f"resp_{number}",
            "object": "response",
            "created_at": 1,
            "status": "completed",
            "model": body["model"],
            "output": [done],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": USAGE,
        }
        steps: list[Json] = [
            {
                "type": "response.created",
                "response": whole | {"status": "in_progress", "output": []},
            },
            {"type": "response.output_item.added", "output_index": 0, "item": begun},
            *deltas,
            {"type": "response.output_item.done", "output_index": 0, "item": done},
            {"type": "response.completed", "response": whole},
        ]
        counted = [one | {"sequence_number": n} for n, one in enumerate(steps)]
        return Answer(whole, events_of(number, counted))


WIRES = (Messages(), Chat(), Responses())
