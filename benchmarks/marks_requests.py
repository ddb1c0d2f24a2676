"""Requests for measuring seals: the coding agent's conversations, of a wanted size."""

import json
import random
from typing import Any

from stillwatch.marks.grammar import Grammar

TEXT = (
    "the value of a name is read from this file when it starts and then kept in memory while "
    "other parts use return import class def self error line path test index list count result"
)
WORDS = TEXT.split()
ODD = "Caf\u00e9 \u201cna\u0308ive\u201d \ufb01le \u2014 done\u2026"
"""What normal forms and folding change."""
TOOLS = ("Read", "Bash", "Grep", "Edit", "Task")
SPACES = ("", "    ", "        ")


def conversation(
    grammar: Grammar, size: int, calls: int = 20, seed: int = 1, per_turn: int = 5
) -> dict[str, Any]:
    """An unsealed Messages request of about `size` bytes with a number of tool calls."""
    draw = random.Random(seed)
    fixed = sum(len(region.plain) for region in grammar.regions)
    each = max(100, (size - fixed - 250 * calls) // max(1, calls))
    messages: list[dict[str, Any]] = [_typed(grammar, "Find out why the parser fails.", first=True)]
    for number in range(calls):
        tool = TOOLS[number % len(TOOLS)]
        call = f"toolu_{number:022d}"
        asked = {"type": "tool_use", "id": call, "name": tool, "input": {"path": f"src/{number}"}}
        text = _framed(grammar, tool, lines(draw, each))
        result = {"type": "tool_result", "tool_use_id": call, "content": text}
        messages += [
            {"role": "assistant", "content": [{"type": "text", "text": "I look."}, asked]},
            {"role": "user", "content": [result]},
        ]
        if number % per_turn == per_turn - 1:
            done = {"type": "text", "text": f"{lines(draw, 200)}\n{ODD}"}
            messages.append({"role": "assistant", "content": [done]})
            messages.append(_typed(grammar, f"Now do step {number} as well."))
    return {
        "model": "claude-sonnet-4-5",
        "max_tokens": 8192,
        "system": [{"type": "text", "text": region.plain} for region in grammar.at("system")],
        "tools": [
            {
                "name": region.tool,
                "description": region.plain,
                "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
            }
            for region in grammar.at("tool")
        ],
        "messages": messages,
        "stream": True,
    }


def as_chat(body: dict[str, Any]) -> dict[str, Any]:
    """The same request for the chat wire."""
    system = "\n\n".join(part["text"] for part in body["system"])
    messages = [{"role": "system", "content": system}]
    for message in body["messages"]:
        messages += _chat_messages(message)
    tools = [
        {
            "type": "function",
            "function": {
                "name": tool["name"],
                "description": tool["description"],
                "parameters": tool["input_schema"],
            },
        }
        for tool in body["tools"]
    ]
    kept = {name: body[name] for name in ("model", "max_tokens", "stream")}
    return {**kept, "messages": messages, "tools": tools}


def _chat_messages(message: dict[str, Any]) -> list[dict[str, Any]]:
    parts = message["content"]
    texts = [part["text"] for part in parts if part["type"] == "text"]
    said = {"role": message["role"], "content": "\n\n".join(texts)}
    calls = [
        {
            "id": part["id"],
            "type": "function",
            "function": {"name": part["name"], "arguments": json.dumps(part["input"])},
        }
        for part in parts
        if part["type"] == "tool_use"
    ]
    results = [
        {"role": "tool", "tool_call_id": part["tool_use_id"], "content": part["content"]}
        for part in parts
        if part["type"] == "tool_result"
    ]
    return results or [{**said, "tool_calls": calls} if calls else said]


def talk() -> dict[str, Any]:
    """An unsealed chat without tools, for the chat assistant's grammar."""
    said = [{"role": "user", "content": f"Question {n}, please?"} for n in range(5)]
    yes = {"role": "assistant", "content": "Yes."}
    messages = [message for one in said for message in (one, yes)][:-1]
    system = {"role": "system", "content": "Be kind."}
    return {"model": "gpt-5", "max_tokens": 500, "messages": [system, *messages]}


def lines(draw: random.Random, size: int) -> str:
    """Text like a file's, in lines."""
    out: list[str] = []
    while size > 0:
        words = draw.choices(WORDS, k=draw.randint(3, 12))
        out.append(draw.choice(SPACES) + " ".join(words))
        size -= len(out[-1]) + 1
    return "\n".join(out)


def _typed(grammar: Grammar, text: str, *, first: bool = False) -> dict[str, Any]:
    line = grammar.at("fresh")[0].plain
    parts = [{"type": "text", "text": f"{text}\n\n{line}"}]
    if first:
        parts[:0] = [{"type": "text", "text": r.plain} for r in grammar.at("reminder")]
    return {"role": "user", "content": parts}


def _framed(grammar: Grammar, tool: str, text: str) -> str:
    for frame in grammar.at("result"):
        if frame.tool == tool:
            return frame.plain.replace("{result}", text)
    return text
