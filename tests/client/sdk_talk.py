"""Run by an interpreter that has both SDKs: talks to a model, first plainly, then sealed."""

import asyncio
import json
import sys
from pathlib import Path

import anthropic
import openai

from stillwatch.client import Choices, load_policy, sealed
from tests.client.installs import BODIES, GRAMMAR, NOW_S

URL, ENROLMENT, POLICY = sys.argv[1:]
EVENTS = []


def choices():
    policy = load_policy(Path(POLICY))
    return Choices(GRAMMAR, policy, report=EVENTS.append, clock=lambda: NOW_S)


def clients(kind, seal):
    """The four clients, sealed if asked."""
    made = (
        anthropic.Anthropic if kind == "sync" else anthropic.AsyncAnthropic,
        openai.OpenAI if kind == "sync" else openai.AsyncOpenAI,
    )
    claude = made[0](base_url=URL, api_key="sk-a", max_retries=0)
    gpt = made[1](base_url=f"{URL}/v1", api_key="sk-o", max_retries=0)
    if seal:
        claude, gpt = (sealed(one, Path(ENROLMENT), choices()) for one in (claude, gpt))
    return claude, gpt


def calls(claude, gpt):
    """What is asked, on every wire."""
    yield claude.messages.create, BODIES["/v1/messages"]
    yield gpt.chat.completions.create, BODIES["/v1/chat/completions"]
    yield gpt.responses.create, BODIES["/v1/responses"]


def text_of(answer):
    if hasattr(answer, "choices"):
        return answer.choices[0].message.content
    return answer.output_text if hasattr(answer, "output_text") else answer.content[0].text


def talk(seal):
    claude, gpt = clients("sync", seal)
    said = []
    for ask, body in calls(claude, gpt):
        said.append(text_of(ask(**body)))
        said.append(len(list(ask(**body, stream=True))))
    counted = {key: value for key, value in BODIES["/v1/messages"].items() if key != "max_tokens"}
    said.append(claude.messages.count_tokens(**counted).input_tokens)
    return said


async def talk_async(seal):
    claude, gpt = clients("async", seal)
    said = []
    for ask, body in calls(claude, gpt):
        said.append(text_of(await ask(**body)))
        said.append(len([event async for event in await ask(**body, stream=True)]))
    return said


out = {
    f"{kind} {'sealed' if seal else 'plain'}": talk(seal)
    if kind == "sync"
    else asyncio.run(talk_async(seal))
    for kind in ("sync", "async")
    for seal in (False, True)
}
out["events"] = [event.kind for event in EVENTS]
sys.stdout.write(json.dumps(out))
