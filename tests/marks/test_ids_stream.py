"""Sealed ids put into answers on their way through a gateway."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.marks.ids import IdReader, IdSealer
from stillwatch.marks.ids_stream import (
    ALL_KINDS,
    LONGEST_LINE,
    IdRewriter,
    rewrite_body,
    rewrite_stream,
)
from stillwatch.marks.secrets import new_file

NOW_S = 1_795_000_000.0
MSG = "msg_01XFDUDYJgAACzvnptvVoYEL"
CALL = "toolu_01T1x1fJ34qAmk2tNTrN7Up6"
CHAT = "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT"
FUNCTION = "call_DdmO9pD3xa9XTPNJ32zg2hcA"
HEX = "67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b11"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return new_file(tmp_path_factory.mktemp("keys") / "marks.json", NOW_S)


@pytest.fixture(scope="module")
def sealer(keys):
    return IdSealer(keys, lambda: NOW_S + 60)


@pytest.fixture(scope="module")
def reader(keys):
    return IdReader(keys)


def events(*values, name="event"):
    """Server-sent events as a provider writes them."""
    return "".join(f"{name}: {v.get('type')}\ndata: {json.dumps(v)}\n\n" for v in values).encode()


ANTHROPIC = events(
    {"type": "message_start", "message": {"id": MSG, "content": [], "usage": {"input_tokens": 3}}},
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "tool_use", "id": CALL, "name": "Bash", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "input_json_delta", "partial_json": f'{{"id": "{CALL}"'},
    },
    {"type": "content_block_stop", "index": 0},
    {"type": "message_stop"},
)
CHATTED = events(
    {"id": CHAT, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]},
    {"id": CHAT, "choices": [{"delta": {"tool_calls": [{"index": 0, "id": FUNCTION}]}}]},
    {"id": CHAT, "choices": [{"delta": {"tool_calls": [{"index": 0, "id": None}]}}]},
    {"id": CHAT, "choices": [{"delta": {"content": CHAT}, "finish_reason": None}]},
) + (b"data: [DONE]\n\n")
RESPONDED = events(
    {"type": "response.created", "response": {"id": f"resp_{HEX}", "output": []}},
    {
        "type": "response.output_item.added",
        "item": {"type": "function_call", "id": f"fc_{HEX}", "call_id": FUNCTION, "name": "shell"},
    },
    {
        "type": "response.function_call_arguments.delta",
        "item_id": f"fc_{HEX}",
        "delta": f'{{"item_id": "fc_{HEX}"}}',
    },
    {
        "type": "response.completed",
        "response": {
            "id": f"resp_{HEX}",
            "output": [
                {"type": "function_call", "id": f"fc_{HEX}", "call_id": FUNCTION},
                {"type": "message", "id": f"msg_{HEX}", "content": [{"text": "hi"}]},
                {"type": "reasoning", "id": f"rs_{HEX}", "summary": []},
            ],
        },
    },
)
STREAMS = {"anthropic": (ANTHROPIC, 2), "chat": (CHATTED, 2), "responses": (RESPONDED, 5)}
every_stream = pytest.mark.parametrize("name", STREAMS)
ID = re.compile(rb"(?:toolu|msg|resp|fc|rs|call)_[0-9A-Za-z]{24,50}|chatcmpl-[0-9A-Za-z]{29}")


def known(raw, reader, account="acct_1"):
    """The sealed ids of an account that stand in a text."""
    found = dict.fromkeys(name.decode() for name in ID.findall(raw))
    return [one for one in found if reader.check(one, account, NOW_S + 90).own]


@every_stream
def test_ids_of_a_stream_are_sealed_and_nothing_else_changes(name, sealer, reader):
    """Same length, the same id the same everywhere, and all that is no id stays."""
    raw, distinct = STREAMS[name]
    out = b"".join(rewrite_stream([raw], sealer, "acct_1", ALL_KINDS))
    assert len(out) == len(raw)
    assert len(known(out, reader)) == distinct
    assert ID.sub(b"ID", out) == ID.sub(b"ID", raw)


@every_stream
@pytest.mark.parametrize("size", [1, 7, 64, 1_000])
def test_how_a_stream_is_cut_does_not_matter(name, size, sealer, reader):
    """Pieces of any length give the same stream, but for the ids drawn."""
    raw, distinct = STREAMS[name]
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
    out = b"".join(rewrite_stream(pieces, sealer, "acct_1", ALL_KINDS))
    assert len(known(out, reader)) == distinct
    assert ID.sub(b"ID", out) == ID.sub(b"ID", raw)


def test_no_event_is_held_back(sealer):
    """When a piece ends with a line, all of it goes on at once."""
    rewriter = IdRewriter(sealer, "acct_1")
    for line in ANTHROPIC.splitlines(keepends=True):
        assert len(rewriter.feed(line)) == len(line)
    assert rewriter.end() == b""


def test_what_the_model_wrote_is_left_alone(sealer, reader):
    """Ids in texts and arguments are the model's words."""
    out = b"".join(rewrite_stream([ANTHROPIC], sealer, "acct_1"))
    assert json.dumps(f'{{"id": "{CALL}"')[1:-1].encode() in out
    body = {"id": MSG, "content": [{"type": "tool_use", "id": CALL, "input": {"id": "toolu_1"}}]}
    body["content"].append({"type": "text", "text": f"the id is {CALL}, and {FUNCTION}"})
    sealed = json.loads(rewrite_body(json.dumps(body).encode(), sealer, "acct_1"))
    assert sealed["content"][1] == body["content"][1]
    assert sealed["content"][0]["input"] == body["content"][0]["input"]
    assert sealed["content"][0]["id"] != CALL


def test_ids_that_an_upstream_looks_up_stay_unless_asked(sealer):
    """With the kinds that are free, a response's and its items' ids stay."""
    out = b"".join(rewrite_stream([RESPONDED], sealer, "acct_1"))
    assert f"resp_{HEX}".encode() in out
    assert f"fc_{HEX}".encode() in out


def test_each_response_has_its_own_ids(sealer):
    """The same upstream id in two responses gets two sealed ids."""
    body = json.dumps({"id": MSG, "content": []}).encode()
    assert rewrite_body(body, sealer, "acct_1") != rewrite_body(body, sealer, "acct_1")


def test_a_very_long_line_flows_on(sealer, reader):
    """Memory stays bounded, and what follows is sealed again."""
    rewriter = IdRewriter(sealer, "acct_1")
    long_line = b"data: " + b"x" * (LONGEST_LINE + 10)
    out = b"".join(
        rewriter.feed(long_line[at : at + 65_536]) for at in range(0, len(long_line), 65_536)
    )
    assert out.startswith(b"data: xxx")
    out += rewriter.feed(b"yy\n\n" + ANTHROPIC) + rewriter.end()
    assert len(out) == len(long_line) + 4 + len(ANTHROPIC)
    assert len(known(out, reader)) == 2


@given(
    pieces=st.lists(st.binary(max_size=40) | st.sampled_from([b'data: {"id":', b'"msg_01', b"\n"]))
)
def test_any_bytes_flow_through(pieces, sealer):
    """What is no event of ours passes as it is."""
    assert b"".join(rewrite_stream(pieces, sealer, "acct_1")) == b"".join(pieces)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"id": "msg_01XFDUDYJgAACzvnptvVoYEL"',
        b'{"id": ["msg_01XFDUDYJgAACzvnptvVoYEL"]}',
        b'{"id": "msg_01XFDUDYJgAACzvnptvVoYE0"}',
        b'{"error": {"message": "no such id msg_01XFDUDYJgAACzvnptvVoYEL"}}',
    ],
)
def test_what_is_no_answer_passes_as_it_is(raw, sealer):
    """Broken JSON, ids in odd places, ids of another alphabet."""
    assert rewrite_body(raw, sealer, "acct_1") == raw
