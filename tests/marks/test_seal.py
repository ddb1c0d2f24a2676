"""Sealing requests: what changes, what does not, and that caches hold."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.errors import KeyFileError
from stillwatch.marks.grammar import load
from stillwatch.marks.places import wire_of
from stillwatch.marks.read import Reader
from stillwatch.marks.seal import Sealer
from tests.marks.bodies import KEY, OTHER_KEY, WIRES, anthropic, differing

wires = pytest.mark.parametrize("wire", WIRES)


@wires
def test_a_sealed_request_reads_back_as_its_codeword(coding, reader, wire):
    """All 256 sites, on every wire, with the fresh line of every turn."""
    sealed = Sealer(coding, "in_1", KEY).seal(WIRES[wire](coding, "one", "two"), wire)
    reading = reader.read_body(sealed)
    assert reading.count == 256
    assert differing(reading, KEY, coding) == 0
    assert differing(reading, OTHER_KEY, coding) > 80
    assert [turn.known for turn in reading.turns] == [255, 255]


@wires
def test_nothing_but_the_declared_texts_changes(coding, wire):
    """Keys, their order, and all words of the user and the tools stay."""
    body = WIRES[wire](coding, "fix the parser", "and the docs")
    before = copy.deepcopy(body)
    sealed = Sealer(coding, "in_1", KEY).seal(body, wire)
    assert body == before
    plain = {region.plain for region in coding.regions}

    def same(one, other):
        if isinstance(one, dict):
            assert list(one) == list(other)
            for name in one:
                same(one[name], other[name])
        elif isinstance(one, list):
            assert len(one) == len(other)
            for mine, theirs in zip(one, other, strict=True):
                same(mine, theirs)
        elif one != other:
            frames = {text.partition("{result}")[2] for text in plain if "{result}" in text}
            assert any(text in one for text in plain | frames)

    same(before, sealed)


@wires
def test_sealing_twice_is_sealing_once(coding, assistant, wire):
    """A client that keeps sealed texts in its history sends the same again."""
    for grammar in (coding, assistant):
        sealer = Sealer(grammar, "in_1", KEY)
        once = sealer.seal(WIRES[wire](coding, "one", "two"), wire)
        assert sealer.seal(once, wire) == once


@wires
def test_earlier_turns_are_sealed_alike_in_every_request(coding, wire):
    """The sealed request of a turn begins the sealed request of the next: caches hold."""
    sealer = Sealer(coding, "in_1", KEY)
    conversation = "input" if wire == "responses" else "messages"
    short = sealer.seal(WIRES[wire](coding, "one", "two"), wire)
    long = sealer.seal(WIRES[wire](coding, "one", "two", "three"), wire)
    assert long[conversation][: len(short[conversation])] == short[conversation]
    assert {k: v for k, v in long.items() if k != conversation} == {
        k: v for k, v in short.items() if k != conversation
    }


def test_the_same_install_is_worded_anew_in_another_epoch(coding):
    """Keys of epochs differ, and so do the texts."""
    body = anthropic(coding, "one")
    texts = {json.dumps(Sealer(coding, "in_1", key).seal(body)) for key in (KEY, OTHER_KEY)}
    assert len(texts) == 2


def test_fresh_lines_follow_the_words_of_the_turn(coding, reader):
    """Other words, another number or another beginning give another line."""
    sealer = Sealer(coding, "in_1", KEY)

    def lines(*turns):
        return [t.bits for t in reader.read_body(sealer.seal(anthropic(coding, *turns))).turns]

    words = [f"word {n}" for n in range(12)]
    assert len({lines(word)[0] for word in words}) > 6
    assert len({lines(word, "go on")[1] for word in words}) > 6
    assert len(set(lines(*["go on"] * 12))) > 6


def test_a_grammar_that_inserts_adds_its_texts_to_any_request(assistant):
    """A bare chat request gets a system text, a note and a line; everything it said stays."""
    sealer = Sealer(assistant, "in_1", KEY)
    for body in (
        {"model": "m", "messages": [{"role": "user", "content": "hello"}]},
        {"model": "m", "system": "Be kind.", "messages": [{"role": "user", "content": "hello"}]},
        {"model": "m", "input": "hello"},
        {"model": "m", "messages": [{"role": "system", "content": "x"}]},
    ):
        sealed = sealer.seal(body)
        text = json.dumps(sealed)
        assert "You are an assistant" in text
        assert ("hello" in text) == ("hello" in json.dumps(body))
        assert ("<client-note>" in text) == ("hello" in text)
        assert sealer.seal(sealed) == sealed
        assert text.isascii()


def test_a_chat_without_a_system_message_gets_one(assistant):
    """All system texts go into one message at the beginning."""
    body = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
    sealed = Sealer(assistant, "in_1", KEY).seal(body, "chat")
    assert [message["role"] for message in sealed["messages"]] == ["system", "user"]
    reading = Reader(assistant).read_body(sealed)
    assert (reading.count, differing(reading, KEY, assistant)) == (170, 0)


def test_what_stands_where_a_system_text_belongs_is_not_overwritten(assistant):
    """A field of an unknown shape is passed over."""
    body = {"system": {"odd": 1}, "messages": [{"role": "user", "content": "hello"}]}
    assert Sealer(assistant, "in_1", KEY).seal(body, "anthropic")["system"] == {"odd": 1}


def test_a_grammar_that_does_not_insert_leaves_other_clients_alone(coding):
    """Where our plain texts do not stand, nothing is put."""
    body = {"model": "m", "system": "Other.", "messages": [{"role": "user", "content": "hello"}]}
    assert Sealer(coding, "in_1", KEY).seal(body) == body


def test_a_short_key_is_refused_and_not_shown(coding):
    """The error names the install and the length only."""
    with pytest.raises(KeyFileError) as error:
        Sealer(coding, "in_1", b"secret-bytes")
    assert "secret" not in error.value.message
    assert KEY.hex() not in repr(Sealer(coding, "in_1", KEY))
    assert repr(KEY) not in repr(Sealer(coding, "in_1", KEY))


@wires
def test_the_wire_is_told_from_the_body(coding, wire):
    """Callers need not say it."""
    assert wire_of(WIRES[wire](coding, "one")) == wire


SEALERS = [Sealer(load(name), "in_1", KEY) for name in ("coding-agent", "chat-assistant")]
READER = Reader(load("coding-agent"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "role",
                    "content",
                    "text",
                    "type",
                    "system",
                    "messages",
                    "input",
                    "tools",
                    "function",
                    "name",
                    "description",
                    "tool_calls",
                    "id",
                    "call_id",
                    "output",
                    "instructions",
                    "tool_use_id",
                ]
            )
            | st.text(max_size=5),
            inner | st.sampled_from(["user", "tool", "system", "tool_result", "tool_use", "Read"]),
            max_size=5,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(body=st.dictionaries(st.sampled_from(["messages", "input", "system", "tools"]), JSON))
def test_no_body_from_outside_makes_sealing_or_reading_fail(body):
    """Whatever its shape, a body is sealed or passed over, and left as it was."""
    before = copy.deepcopy(body)
    for sealer in SEALERS:
        for wire in (*WIRES, None):
            READER.read_body(sealer.seal(body, wire))
    assert body == before
