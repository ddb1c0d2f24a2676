"""What a worker reads of marks, on every wire."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.marks.codeword import codeword
from stillwatch.marks.grammar import load
from stillwatch.marks.ids import IdSealer
from stillwatch.marks.seal import Sealer
from stillwatch.marks.secrets import new_file, read_file
from stillwatch.sources.blocks import Block
from stillwatch.sources.bookmark import NOWHERE
from stillwatch.store.parts import PARTS
from stillwatch.store.worker import MarkSetup, Setup, Worker
from tests.store.test_worker import LINE

NOW_S = 1_795_000_000
GRAMMAR = load("coding-agent")
KEY = b"i" * 32
PLAIN = {
    place: [region.plain for region in GRAMMAR.at(place)]
    for place in ("system", "tool", "reminder")
}
NAMES = [region.tool for region in GRAMMAR.at("tool")]
SYSTEM = "\n\n".join(PLAIN["system"])
FIRST = "\n\n".join([*PLAIN["reminder"], "Please mend the gate."])
FRAME = next(region.plain for region in GRAMMAR.at("result") if region.tool == "Bash")
RESULT = FRAME.replace("{result}", "done")
TOOLS = list(zip(NAMES, PLAIN["tool"], strict=True))


def anthropic(calls=()):
    """A request with results of calls."""
    body = {
        "model": "m",
        "system": SYSTEM,
        "tools": [{"name": name, "description": text} for name, text in TOOLS],
        "messages": [{"role": "user", "content": FIRST}],
    }
    for call in calls:
        body["messages"] += [
            {"role": "assistant", "content": [{"type": "tool_use", "id": call, "name": "Bash"}]},
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": call, "content": RESULT}],
            },
        ]
    return body


def chat():
    """The same on the wire of chat completions."""
    functions = [{"name": name, "description": text} for name, text in TOOLS]
    return {
        "model": "m",
        "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": FIRST}],
        "tools": [{"type": "function", "function": function} for function in functions],
    }


def responses():
    """The same on the wire of responses."""
    return {
        "model": "m",
        "instructions": SYSTEM,
        "input": [{"role": "user", "content": [{"type": "input_text", "text": FIRST}]}],
        "tools": [{"type": "function", "name": name, "description": text} for name, text in TOOLS],
    }


BODIES = {
    "/v1/messages": anthropic(),
    "/v1/chat/completions": chat(),
    "/v1/responses": responses(),
}


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("keys") / "marks.json"
    new_file(file, NOW_S - 10)
    return file


def line(body, path="/v1/messages", account="a", **changes):
    """A line of a capture."""
    request = {"method": "POST", "path": path, "body": body}
    return {"time": NOW_S + 60, "account": account, "request": request} | changes


def read(folder, keys_file, lines, grammar="coding-agent"):
    """The rows that a worker writes, by table."""
    (folder / PARTS).mkdir(exist_ok=True)
    worker = Worker(Setup(folder, "run", b"k" * 32, False, MarkSetup(keys_file, grammar)))
    data = "".join(json.dumps(one) + "\n" for one in lines).encode()
    parts = worker.read(Block("t.jsonl", "capture", 1, data, NOWHERE)).parts
    return {
        table: pq.read_table(folder / PARTS / name).to_pylist() for table, name in parts.items()
    }


@pytest.mark.parametrize("path", BODIES)
def test_a_seal_is_read_on_every_wire(path, tmp_path, keys_file):
    """All sites of system text, tools and reminder say what the codeword says."""
    body = Sealer(GRAMMAR, "in_1", KEY).seal(BODIES[path])
    (row,) = read(tmp_path, keys_file, [line(body, path)])["seals"]
    known = int.from_bytes(row["known"], "little")
    word = int.from_bytes(codeword(KEY, GRAMMAR.name, GRAMMAR.width), "little")
    assert int.from_bytes(row["bits"], "little") == word & known
    assert row["sites"] == known.bit_count() >= 200


def test_a_conversation_is_read_once(tmp_path, keys_file):
    """Turns that repeat add no rows; results that bring new sites add one."""
    sealer = Sealer(GRAMMAR, "in_1", KEY)
    bodies = [sealer.seal(anthropic([f"toolu_{n}" for n in range(count)])) for count in range(6)]
    rows = read(tmp_path, keys_file, [line(body) for body in bodies])["seals"]
    assert [row["sites"] for row in rows] == sorted({row["sites"] for row in rows})
    assert len(rows) == 2


def test_two_installs_with_one_opening_are_two(tmp_path, keys_file):
    """Customers of a relay who begin with the same words."""
    bodies = [Sealer(GRAMMAR, "x", bytes([n]) * 32).seal(anthropic()) for n in range(4)]
    rows = read(tmp_path, keys_file, [line(body) for body in bodies])["seals"]
    assert len({row["bits"] for row in rows}) == 4


def test_a_request_without_a_seal_is_noted(tmp_path, keys_file):
    """What was looked at and empty is not what was never looked at."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
    (row,) = read(tmp_path, keys_file, [line(body)])["seals"]
    assert row["sites"] == 0


def test_what_the_model_says_is_no_seal(tmp_path, keys_file):
    """A sealed text that an answer repeats does not count."""
    said = {"role": "assistant", "content": PLAIN["system"][0]}
    messages = [{"role": "user", "content": "hello"}, said, {"role": "user", "content": "thanks"}]
    rows = read(tmp_path, keys_file, [line({"model": "m", "messages": messages})])["seals"]
    assert [row["sites"] for row in rows] == [0]


def test_only_ids_of_others_are_noted(tmp_path, keys_file):
    """One's own ids, made-up ids and repetitions leave no row."""
    sealer = IdSealer(read_file(keys_file), lambda: NOW_S + 5)
    strange = sealer.issue("b", "toolu")
    calls = [sealer.issue("a", "toolu"), strange, "toolu_01T1x1fJ34qAmk2tNTrN7Up6"]
    lines = [line(anthropic(calls[:count])) for count in (1, 2, 3)]
    rows = read(tmp_path, keys_file, lines, grammar=None)
    assert "seals" not in rows
    (row,) = rows["sealed_ids"]
    assert (row["kind"], row["issued_us"]) == ("tool_call", (NOW_S + 5) * 1_000_000)
    assert row["artefact"] in {one["artefact"] for one in rows["presented"]}
    body = {"input": "go on", "previous_response_id": sealer.issue("b", "resp")}
    (row,) = read(tmp_path, keys_file, [line(body, "/v1/responses")], None)["sealed_ids"]
    assert row["kind"] == "message"


def test_no_text_is_stored(tmp_path, keys_file):
    """Bits, hashes and numbers only."""
    body = Sealer(GRAMMAR, "in_1", KEY).seal(anthropic(["toolu_1"]))
    rows = read(tmp_path, keys_file, [line(body)])["seals"]
    assert all(len(row["bits"]) == len(row["known"]) == GRAMMAR.width // 8 for row in rows)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=4))
def test_whatever_strangers_send_is_read(keys_file, lines):
    """With marks too, every line ends as an exchange or as a reject."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / PARTS).mkdir()
        worker = Worker(Setup(place, "run", b"k" * 32, True, MarkSetup(keys_file, "coding-agent")))
        data = "".join(json.dumps(one) + "\n" for one in lines).encode()
        outcome = worker.read(Block("t.jsonl", "capture", 1, data, NOWHERE))
    assert outcome.exchanges + outcome.rejects == len(lines)
