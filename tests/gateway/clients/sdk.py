"""Both vendors' SDKs, made to look alike: a turn on a wire, with a tool called if one is asked for."""

import json
from collections.abc import Callable
from typing import Any

QUESTION = "What does the note say?"
NOTE = "Buy cinnamon."
KEY = "sk-test"
MODEL = {"model": "m"}
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}}
FUNCTION = {"name": "read_note", "description": "Reads a note.", "parameters": SCHEMA}


def anthropic_turn(url: str, *, stream: bool, tools: bool) -> str:
    """A turn on Messages; its last words."""
    import anthropic  # noqa: PLC0415  # only where the SDKs are

    tool = {"name": "read_note", "description": "Reads a note.", "input_schema": SCHEMA}
    given: dict[str, Any] = MODEL | {"max_tokens": 99} | ({"tools": [tool]} if tools else {})
    said: list[Any] = [{"role": "user", "content": QUESTION}]
    with anthropic.Anthropic(base_url=url, api_key=KEY) as client:
        while True:
            if stream:
                with client.messages.stream(messages=said, **given) as events:
                    answer = events.get_final_message()
            else:
                answer = client.messages.create(messages=said, **given)
            (block,) = answer.content
            if block.type == "text":
                return block.text
            assert block.input == {"path": "notes.txt"}
            result = {"type": "tool_result", "tool_use_id": block.id, "content": NOTE}
            said += [
                {"role": "assistant", "content": [block.model_dump(exclude_none=True)]},
                {"role": "user", "content": [result]},
            ]


def chat_turn(url: str, *, stream: bool, tools: bool) -> str:
    """A turn on Chat Completions; its last words."""
    import openai  # noqa: PLC0415

    given: dict[str, Any] = MODEL | (
        {"tools": [{"type": "function", "function": FUNCTION}]} if tools else {}
    )
    said: list[Any] = [{"role": "user", "content": QUESTION}]
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY) as client:
        while True:
            answer = client.chat.completions.create(messages=said, stream=stream, **given)
            text, call, written = _gathered(answer) if stream else _whole(answer)
            if call is None:
                return text
            assert json.loads(written) == {"path": "notes.txt"}
            function = {"name": "read_note", "arguments": written}
            calls = [{"id": call, "type": "function", "function": function}]
            said += [
                {"role": "assistant", "content": None, "tool_calls": calls},
                {"role": "tool", "tool_call_id": call, "content": NOTE},
            ]


def responses_turn(url: str, *, stream: bool, tools: bool) -> str:
    """A turn on Responses; its last words."""
    import openai  # noqa: PLC0415

    given: dict[str, Any] = MODEL | ({"tools": [{"type": "function"} | FUNCTION]} if tools else {})
    said: list[Any] = [{"role": "user", "content": QUESTION}]
    with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY) as client:
        while True:
            answer = client.responses.create(input=said, stream=stream, **given)
            if stream:
                *_, last = answer
                assert last.type == "response.completed"
                answer = last.response
            (item,) = answer.output
            if item.type == "message":
                return answer.output_text
            assert json.loads(item.arguments) == {"path": "notes.txt"}
            result = {"type": "function_call_output", "call_id": item.call_id, "output": NOTE}
            said += [item.model_dump(exclude_none=True), result]


TURNS: dict[str, Callable[..., str]] = {
    "anthropic": anthropic_turn,
    "chat": chat_turn,
    "responses": responses_turn,
}


def _whole(answer: Any) -> tuple[str, str | None, str]:
    message = answer.choices[0].message
    if not message.tool_calls:
        return message.content, None, ""
    (call,) = message.tool_calls
    return "", call.id, call.function.arguments


def _gathered(chunks: Any) -> tuple[str, str | None, str]:
    text, call, written = "", None, ""
    for chunk in chunks:
        delta = chunk.choices[0].delta
        text += delta.content or ""
        for part in delta.tool_calls or ():
            call = part.id or call
            written += part.function.arguments or ""
    return text, call, written
