"""Requests for measuring seals: the coding agent's conversations, of a wanted size."""

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
