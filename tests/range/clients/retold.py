"""Turns a recorded conversation into a session that the emulation can play again."""

import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import zstandard

from stillwatch_range.clients import open_client
from stillwatch_range.model import (
    Ask,
    Called,
    Machine,
    Person,
    Reply,
    Repository,
    Said,
    Session,
    Step,
    Thought,
    Turn,
    World,
)
from stillwatch_range.play import play

DAY = Path(__file__).parents[3] / "examples" / "day"
OURS = Path(__file__).parent / "recordings"
WORLD = World(seed=1, start_us=0, end_us=1 << 62, sources=(), detail="full")


def requests(path: Path, holding: str) -> list[dict[str, Any]]:
    """Requests of a capture whose line holds a text, in their order."""
    opened = zstandard.open if path.suffix == ".zst" else gzip.open
    with opened(path, "rb") as file:
        lines = io.TextIOWrapper(file, encoding="utf-8")
        return [json.loads(line)["request"] for line in lines if holding in line]


@dataclass
class Event:
    """What a history tells: a prompt, an answer, or a result under an id."""

    kind: str
    text: str = ""
    blocks: tuple[Any, ...] = ()
    id: str = ""
    failed: bool = False
    took_s: float = 0.0


def retold(events: list[Event], call_of: Any) -> tuple[list[Turn], list[Reply]]:
    """Turns and the replies that they got, from the events of a history."""
    results = {event.id: event for event in events if event.kind == "result"}
    for place, event in enumerate(events):
        event.took_s = place / 10  # results stand in the order in which they came
    turns: list[Turn] = []
    replies: list[Reply] = []
    for event in events:
        if event.kind == "prompt":
            turns.append(Turn(event.text, ()))
        elif event.kind == "answer":
            replies.append(Reply(200, 0, content=event.blocks))
            called = [block for block in event.blocks if isinstance(block, Called)]
            calls = tuple(call_of(block, results.get(block.id)) for block in called)
            turns[-1] = replace(turns[-1], steps=(*turns[-1].steps, Step(calls=calls)))
    turns[-1] = replace(turns[-1], steps=(*turns[-1].steps, Step("The end.")))
    return turns, [*replies, Reply(200, 0, content=(Said("The end.", "msg_1"),))]


def asked(session: Session, replies: list[Reply]) -> list[Ask]:
    """The requests that the emulation makes for a session, answered as recorded."""
    act = play(session, open_client(session, WORLD, 1))
    left = iter(replies)
    made = []
    ask = next(act, None)
    while ask is not None:
        made.append(ask)
        try:
            reply = Reply(200, ask.at_us) if _is_side(ask) else next(left)
            ask = act.send(replace(reply, at_us=ask.at_us + 1_000_000))
        except StopIteration:
            break
    return made


def _is_side(ask: Ask) -> bool:
    return "tools" not in ask.body and "opencode" in str(ask.headers)


def setting(client: str, version: str, cwd: str, start_us: int, **changes: Any) -> Session:
    """A session in a folder on a Linux machine; changes are fields of person and machine."""
    home, _, name = cwd.rpartition("/")
    machine = Machine(
        host="box",
        system="linux",
        release=changes.pop("release", "6.8.0-9-generic"),
        arch="x64",
        user="ada",
        home=home,
        shell="/bin/bash",
        zone=changes.pop("zone", "Etc/UTC"),
        locale="en_US.UTF-8",
        ip="192.0.2.9",
        asn=64496,
    )
    repository = Repository(
        name=name,
        remote=changes.pop("remote", ""),
        language="python",
        files=changes.pop("files", {}),
        commits=changes.pop("commits", ()),
        test="",
    )
    person = Person(
        id="p",
        name=changes.pop("name", "Ada"),
        mail="ada@example.org",
        language="en",
        zone=machine.zone,
        machines=(machine,),
        repositories=(repository,),
        client=client,
        version=version,
        seed=3,
    )
    return Session(person, machine, client, version, start_us, (), repository, **changes)


def message_events(items: list[dict[str, Any]]) -> Iterator[Event]:
    """Events of a history on the messages wire, the client's own reminders left out."""
    for item in items:
        content = item["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if item["role"] == "assistant":
            yield Event("answer", blocks=tuple(_block(block) for block in blocks))
        elif item["role"] == "user" and blocks[0]["type"] == "tool_result":
            for block in blocks:
                text = block["content"]
                text = text if isinstance(text, str) else text[0]["text"]
                failed = block.get("is_error", False)
                yield Event("result", text, id=block["tool_use_id"], failed=failed)
        elif item["role"] == "user":
            yield Event("prompt", blocks[-1]["text"])


def _block(block: dict[str, Any]) -> Thought | Said | Called:
    if block["type"] == "thinking":
        return Thought(block["thinking"], block["signature"])
    if block["type"] == "text":
        return Said(block["text"])
    return Called(block["id"], block["name"], block["input"])


def chat_events(items: list[dict[str, Any]]) -> Iterator[Event]:
    """Events of a history on the chat wire."""
    for item in items:
        content = item["content"]
        text = content if isinstance(content, str) or content is None else content[-1]["text"]
        if item["role"] == "user":
            yield Event("prompt", text)
        elif item["role"] == "tool":
            yield Event("result", text, id=item["tool_call_id"])
        elif item["role"] == "assistant":
            calls = tuple(
                Called(
                    call["id"],
                    call["function"]["name"],
                    json.loads(call["function"]["arguments"]),
                )
                for call in item.get("tool_calls", ())
            )
            yield Event("answer", blocks=((Said(text),) if text else ()) + calls)


def responses_events(items: list[dict[str, Any]]) -> Iterator[Event]:
    """Events of a history on the responses wire; items of one answer are put together."""
    blocks: tuple[Any, ...] = ()
    for item in items:
        block = _responses_block(item)
        if block is not None:
            blocks += (block,)
            continue
        if blocks:
            yield Event("answer", blocks=blocks)
            blocks = ()
        if item.get("type") == "function_call_output":
            yield Event("result", item["output"], id=item["call_id"])
        elif item["role"] == "user":
            content = item["content"]
            text = content if isinstance(content, str) else content[-1]["text"]
            if not text.startswith("<environment_context>"):
                yield Event("prompt", text)
    if blocks:
        yield Event("answer", blocks=blocks)


def _responses_block(item: dict[str, Any]) -> Thought | Said | Called | None:
    kind = item.get("type")
    if kind == "reasoning":
        return Thought("", item["encrypted_content"], item["id"])
    if kind == "function_call":
        return Called(item["call_id"], item["name"], json.loads(item["arguments"]))
    if kind == "message" and item["role"] == "assistant":
        return Said(item["content"][0]["text"], item["id"])
    return None


def fact(pattern: str, text: str) -> str:
    """The first group of a pattern, or nothing."""
    found = re.search(pattern, text)
    return found[1] if found else ""
