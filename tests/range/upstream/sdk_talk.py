"""Run by an interpreter that has both SDKs: talks to the server, prints what it got."""

import json
import sys
import urllib.request
from hashlib import blake2b

import anthropic
import openai

URL = sys.argv[1]
SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
PROMPT = "what does the clock do?"


def claude(key="sk-a"):
    return anthropic.Anthropic(base_url=URL, api_key=key, max_retries=0)


def gpt(key="sk-o"):
    return openai.OpenAI(base_url=f"{URL}/v1", api_key=key, max_retries=0)


def messages(stream):
    talk = [{"role": "user", "content": PROMPT}]
    tools = [{"name": "run", "description": "Run it", "input_schema": SCHEMA}]
    calls = []
    while True:
        asked = {"model": "claude-opus-5-5", "max_tokens": 4000, "messages": talk, "tools": tools,
                 "thinking": {"type": "enabled", "budget_tokens": 2000}}  # fmt: skip
        if stream:
            with claude().messages.stream(**asked) as events:
                got = events.get_final_message()
        else:
            got = claude().messages.create(**asked)
        talk.append({"role": "assistant", "content": got.content})
        used = [block for block in got.content if block.type == "tool_use"]
        if not used:
            return {"calls": calls, "answer": got.content[-1].text}
        calls += [block.name for block in used]
        results = [{"type": "tool_result", "tool_use_id": block.id, "content": "a.py b.py"}
                   for block in used]  # fmt: skip
        talk.append({"role": "user", "content": results})


def chat(stream):
    talk = [{"role": "user", "content": PROMPT}]
    tools = [{"type": "function", "function": {"name": "run", "parameters": SCHEMA}}]
    calls = []
    while True:
        asked = {"model": "gpt-5", "messages": talk, "tools": tools}
        if stream:
            with gpt().chat.completions.stream(**asked) as events:
                got = events.get_final_completion().choices[0].message
        else:
            got = gpt().chat.completions.create(**asked).choices[0].message
        if not got.tool_calls:
            return {"calls": calls, "answer": got.content}
        calls += [call.function.name for call in got.tool_calls]
        asked_for = [{"id": call.id, "type": "function",
                      "function": {"name": call.function.name,
                                   "arguments": call.function.arguments}}
                     for call in got.tool_calls]  # fmt: skip
        talk.append({"role": "assistant", "content": got.content, "tool_calls": asked_for})
        talk += [{"role": "tool", "tool_call_id": call["id"], "content": "a.py"}
                 for call in asked_for]  # fmt: skip


def responses(stream):
    talk = [{"role": "user", "content": PROMPT}]
    tools = [{"type": "function", "name": "run", "parameters": SCHEMA, "strict": False}]
    calls = []
    while True:
        asked = {"model": "gpt-5", "input": talk, "tools": tools, "store": False,
                 "include": ["reasoning.encrypted_content"]}  # fmt: skip
        if stream:
            with gpt().responses.stream(**asked) as events:
                got = events.get_final_response()
        else:
            got = gpt().responses.create(**asked)
        talk += [item.model_dump(exclude_none=True) for item in got.output]
        used = [item for item in got.output if item.type == "function_call"]
        if not used:
            return {"calls": calls, "answer": got.output_text}
        calls += [item.name for item in used]
        talk += [{"type": "function_call_output", "call_id": item.call_id, "output": "a.py"}
                 for item in used]  # fmt: skip


def control(account, value):
    url = f"{URL}/range/accounts/{account}"
    request = urllib.request.Request(url, json.dumps(value).encode())
    urllib.request.urlopen(request).close()


def errors():
    kinds = []
    for kind, key, status in (
        (claude, "sk-a2", {"requests": 1, "tokens": 1}),
        (claude, "sk-a2", {"requests": 9, "tokens": 999, "banned": True}),
        (gpt, "sk-o2", {"requests": 1, "tokens": 1}),
        (gpt, "sk-o2", {"requests": 9, "tokens": 999, "banned": True}),
    ):
        said = [{"role": "user", "content": "hi"}]

        def ask(kind=kind, key=key, said=said):
            if kind is claude:
                claude(key).messages.create(model="m", max_tokens=9, messages=said)
            else:
                gpt(key).chat.completions.create(model="m", messages=said)

        if "banned" not in status:
            ask()
        control(NAMES[key], status)
        try:
            ask()
            ask()
        except (anthropic.APIStatusError, openai.APIStatusError) as error:
            kinds.append(type(error).__name__)
    return kinds


def names():
    return {
        key: f"acct_{blake2b(key.encode(), digest_size=6).hexdigest()}"
        for key in ("sk-a2", "sk-o2")
    }


NAMES = names()
said = {}
for way in (messages, chat, responses):
    said[way.__name__] = way(stream=False)
    said[f"{way.__name__} stream"] = way(stream=True)
said["errors"] = errors()
said["models"] = [[model.id for model in kind().models.list()] for kind in (claude, gpt)]
counted = claude().messages.count_tokens(model="m", messages=[{"role": "user", "content": PROMPT}])
said["tokens"] = counted.input_tokens
sys.stdout.write(json.dumps(said))
