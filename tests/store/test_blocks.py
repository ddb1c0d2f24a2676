"""Texts of requests become blocks, once a conversation, and what they are made of is kept once."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from stillwatch.sources.inputs import find_inputs
from stillwatch.store.engine import engine
from stillwatch.store.frames import collect
from stillwatch.store.ingest import ingest
from stillwatch.store.prepare import prepare
from stillwatch.store.store import opened
from stillwatch.traits.intents import Intent
from tests.store.threads_of import KEY, KEYS
from tests.traffic import Talk, write

Rows = list[dict[str, Any]]
ASKED = "Grade the answer from 1 to 10 according to the rubric."


def read(folder: Path, lines: list[dict[str, Any]], files: int = 1) -> tuple[Rows, Rows, Rows]:
    """Blocks, texts and exchanges of some lines, read from so many files."""
    place = folder / "in"
    for number in range(files):
        write(place / f"t{number}.jsonl", lines[number::files])
    with opened(folder / "store", KEYS) as store:
        ingest(find_inputs([place]), store, KEY)
        with engine(folder / "store") as running:
            tables, _ = prepare(store, running)
            return (
                collect(tables.blocks).to_pylist(),
                running.rows("texts", "SELECT * FROM anchors").to_pylist(),
                collect(tables.exchanges).to_pylist(),
            )


def talk(name: str, *says: str, system: str = "You grade essays.") -> list[dict[str, Any]]:
    """The lines of a conversation."""
    chat = Talk(name, system=system)
    lines = []
    for place, text in enumerate(says):
        chat.say(text)
        lines.append(chat.send(name, place, tool=False))
    return lines


def test_each_text_is_a_block_once_a_conversation(tmp_path: Path) -> None:
    """A system text and the turns give a block where they are new, not with every request."""
    blocks, texts, exchanges = read(tmp_path, talk("one", "First words.", "Second words.", ASKED))
    assert Counter(row["place"] for row in blocks) == {"system": 1, "user": 3}
    rows = {row["exchange"]: row["row"] for row in exchanges}
    by_row = Counter(row["row"] for row in blocks)
    assert [by_row[rows[f"ex one turn {turn}"]] for turn in (1, 2, 3)] == [2, 1, 1]
    assert {row["block"] for row in texts} == {row["block"] for row in blocks}


@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_system_text_is_the_same_block_in_every_wire_format(tmp_path: Path, role: str) -> None:
    """As a message of its own, as in OpenAI's chat format, it has the name that it has apart."""
    chat = talk("one", "First words.")
    messages = [{"role": role, "content": "You grade essays."}]
    messages.append({"role": "user", "content": "Other words."})
    body = {"model": "m", "messages": messages}
    request = {"method": "POST", "path": "/v1/chat/completions", "headers": {}, "body": body}
    line = {"time": "2026-07-01T12:00:00Z", "account": "two", "request": request}
    blocks, _, _ = read(tmp_path, [*chat, line])
    systems = [row for row in blocks if row["place"] == "system"]
    assert {row["account"] for row in systems} == {"one", "two"}
    assert len({row["block"] for row in systems}) == 1


def test_blocks_carry_what_the_text_asks_and_where_it_stood(tmp_path: Path) -> None:
    """Length and intents of a text, and the account and thread of its exchange, are joined."""
    blocks, _, exchanges = read(tmp_path, talk("one", ASKED))
    block = next(row for row in blocks if row["place"] == "user")
    assert (block["words"], block["intents"]) == (11, Intent.GRADE)
    for name in ("row", "account", "ts_us", "thread", "owner", "root"):
        assert block[name] == exchanges[0][name]


def test_equal_texts_have_one_name(tmp_path: Path) -> None:
    """White space does not tell texts apart; accounts and files have no names of their own."""
    lines = [*talk("one", "Same  words\nhere."), *talk("two", " Same words here. ")]
    blocks, texts, _ = read(tmp_path, lines, files=2)
    assert len(blocks) == 4
    assert len(texts) == len({row["block"] for row in texts}) == 2
    assert {row["account"] for row in blocks} == {"one", "two"}


def test_a_block_of_a_turn_is_the_prompt_of_its_exchange(tmp_path: Path) -> None:
    """The name of a user turn is the hash that the exchange has for its last turn."""
    blocks, _, exchanges = read(tmp_path, talk("one", "First words."))
    names = {row["block"] for row in blocks if row["place"] == "user"}
    assert names == {exchanges[0]["prompt"]}


def test_a_program_names_its_system_text_each_time(tmp_path: Path) -> None:
    """A new conversation with every request has its system text each time, and one sketch."""
    lines = [line for name in "abc" for line in talk("one", f"Task {name} of the list.")]
    for number, line in enumerate(lines):
        line["id"] = f"ex {number}"
    blocks, texts, _ = read(tmp_path, lines)
    assert Counter(row["place"] for row in blocks) == {"system": 3, "user": 3}
    assert len(texts) == 4


@pytest.mark.parametrize(("stop", "expected"), [("refusal", True), ("end_turn", False)])
def test_refusals_are_kept(tmp_path: Path, stop: str, *, expected: bool) -> None:
    """An exchange says whether its answer refuses, and nothing where there is no answer."""
    refusing, failing = talk("one", "First words."), talk("two", "Other words.")
    refusing[0]["response"]["body"]["stop_reason"] = stop
    failing[0]["response"] = {"status": 429, "body": {"type": "error", "error": {"type": "x"}}}
    _, _, exchanges = read(tmp_path, [*refusing, *failing])
    said = {row["account"]: row["refused"] for row in exchanges}
    assert said == {"one": expected, "two": None}
