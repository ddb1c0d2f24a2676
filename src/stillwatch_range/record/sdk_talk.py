"""A small program of its own: hold conversations through a Python SDK.

It runs as one of the people, with nothing but the SDKs, and reads what to do as JSON from standard
input: `{"client", "url", "key", "headers", "model", "params", "workers", "talks": [{"system", "turns", "tools"}]}`.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic  # type: ignore[import-not-found]  # in the environment of the SDKs
import openai  # type: ignore[import-not-found]

Json = dict[str, Any]

RUN = {
    "name": "run",
    "description": "Run a shell command in the project folder and return what it prints.",
    "input_schema": {
        "type": "object",
        "properties": {"command": {"type": "string"}},
        "required": ["command"],
    },
}


def over_messages(spec: Json, talk: Json) -> None:
    """Talk through the anthropic SDK, with a shell tool where the talk asks for one."""
    client = anthropic.Anthropic(
        base_url=spec["url"], api_key=spec["key"], default_headers=spec["headers"]
    )
    more: Json = {"max_tokens": 2048, **spec["params"]}
    if talk["system"]:
        more["system"] = talk["system"]
    if talk["tools"]:
        more["tools"] = [RUN]
    said: list[Any] = []
    for prompt in talk["turns"]:
        said.append({"role": "user", "content": prompt})
        while True:
            call = {"model": spec["model"], "messages": said, **more}
            answer = client.messages.create(**call)
            content = [block.model_dump(exclude_none=True) for block in answer.content]
            said.append({"role": "assistant", "content": content})
            if answer.stop_reason != "tool_use":
                break
            said.append({"role": "user", "content": [ran(b) for b in content if "input" in b]})


def ran(block: Json) -> Json:
    """Run what the model asked for."""
    done = subprocess.run(  # noqa: S602  # what a model with a shell does
        block["input"]["command"], shell=True, capture_output=True, text=True, check=False
    )
    text = (done.stdout + done.stderr).strip() or "(no output)"
    return {"type": "tool_result", "tool_use_id": block["id"], "content": text[:4000]}


def over_responses(spec: Json, talk: Json) -> None:
    """Talk through the openai SDK's Responses API, history sent along each time."""
    client = openai.OpenAI(
        base_url=spec["url"] + "/v1", api_key=spec["key"], default_headers=spec["headers"]
    )
    items: list[Any] = []
    for prompt in talk["turns"]:
        items.append({"role": "user", "content": prompt})
        answer = client.responses.create(
            model=spec["model"],
            input=items,
            store=False,
            instructions=talk["system"] or None,
            include=["reasoning.encrypted_content"],
            **spec["params"],
        )
        items += [item.model_dump(exclude_none=True) for item in answer.output]


def over_chat(spec: Json, talk: Json) -> None:
    """Talk through the openai SDK's chat completions."""
    client = openai.OpenAI(
        base_url=spec["url"] + "/v1", api_key=spec["key"], default_headers=spec["headers"]
    )
    said: list[Any] = [{"role": "system", "content": talk["system"]}] if talk["system"] else []
    for prompt in talk["turns"]:
        said.append({"role": "user", "content": prompt})
        answer = client.chat.completions.create(
            model=spec["model"], messages=said, **spec["params"]
        )
        said.append({"role": "assistant", "content": answer.choices[0].message.content})


def main() -> None:
    """Hold all the conversations of the request."""
    spec = json.load(sys.stdin)
    ways = {
        "sdk-messages": over_messages,
        "sdk-responses": over_responses,
        "sdk-chat": over_chat,
    }
    way = ways[spec["client"]]
    with ThreadPoolExecutor(spec["workers"]) as pool:
        for future in [pool.submit(way, spec, talk) for talk in spec["talks"]]:
            future.result()


if __name__ == "__main__":
    main()
