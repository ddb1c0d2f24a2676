"""Request bodies of the three wires that hold the plain texts of a grammar, and keys."""

from stillwatch.marks.codeword import codeword

KEY = bytes(range(32))
OTHER_KEY = bytes(range(32, 64))
RESULTS = ("Read", "Bash", "Grep", "Edit", "Task")


def region(grammar, name):
    return grammar.region(name).plain


def tools(grammar):
    return [(r.tool, r.plain) for r in grammar.at("tool")]


def framed(grammar, tool, text):
    """A result of a tool in the plain frame of the client."""
    for frame in grammar.at("result"):
        if frame.tool == tool:
            return frame.plain.replace("{result}", text)
    return text


def asked(grammar, text):
    """What stands in a human turn: the words and the fresh line."""
    return f"{text}\n{grammar.at('fresh')[0].plain}"


def anthropic(grammar, *turns):
    """A conversation with a call of every tool after each human turn."""
    messages = []
    for number, turn in enumerate(turns):
        parts = [{"type": "text", "text": asked(grammar, turn)}]
        if number == 0:
            parts.insert(0, {"type": "text", "text": region(grammar, "reminder")})
        messages.append({"role": "user", "content": parts})
        for tool in RESULTS:
            call = f"toolu_{number}_{tool}"
            messages.append(
                {
                    "role": "assistant",
                    "content": [{"type": "tool_use", "id": call, "name": tool, "input": {}}],
                }
            )
            result = framed(grammar, tool, f"{turn} gave 7")
            messages.append(
                {
                    "role": "user",
                    "content": [{"type": "tool_result", "tool_use_id": call, "content": result}],
                }
            )
    return {
        "model": "m",
        "system": [{"type": "text", "text": region(grammar, "system")}],
        "tools": [
            {"name": name, "description": text, "input_schema": {"type": "object"}}
            for name, text in tools(grammar)
        ],
        "messages": messages,
        "max_tokens": 100,
    }


def chat(grammar, *turns):
    """The same for Chat Completions."""
    messages = [{"role": "system", "content": region(grammar, "system")}]
    for number, turn in enumerate(turns):
        before = region(grammar, "reminder") + "\n" if number == 0 else ""
        messages.append({"role": "user", "content": before + asked(grammar, turn)})
        for tool in RESULTS:
            call = f"call_{number}_{tool}"
            function = {"name": tool, "arguments": "{}"}
            messages.append(
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": call, "type": "function", "function": function}],
                }
            )
            result = framed(grammar, tool, f"{turn} gave 7")
            messages.append({"role": "tool", "tool_call_id": call, "content": result})
    return {
        "model": "m",
        "messages": messages,
        "tools": [
            {"type": "function", "function": {"name": name, "description": text}}
            for name, text in tools(grammar)
        ],
    }


def responses(grammar, *turns):
    """The same for Responses."""
    items = []
    for number, turn in enumerate(turns):
        before = region(grammar, "reminder") + "\n" if number == 0 else ""
        part = {"type": "input_text", "text": before + asked(grammar, turn)}
        items.append({"type": "message", "role": "user", "content": [part]})
        for tool in RESULTS:
            call = f"call_{number}_{tool}"
            items.append(
                {"type": "function_call", "call_id": call, "name": tool, "arguments": "{}"}
            )
            result = framed(grammar, tool, f"{turn} gave 7")
            items.append({"type": "function_call_output", "call_id": call, "output": result})
    return {
        "model": "m",
        "instructions": region(grammar, "system"),
        "input": items,
        "tools": [
            {"type": "function", "name": name, "description": text, "parameters": {}}
            for name, text in tools(grammar)
        ],
    }


WIRES = {"anthropic": anthropic, "chat": chat, "responses": responses}


def differing(reading, key, grammar):
    """Sites that were read and are not as the key says."""
    word = int.from_bytes(codeword(key, grammar.name, grammar.width), "little")
    return ((reading.bits ^ word) & reading.known).bit_count()
