"""The provider in process: answers, ids, usage and captures."""

import re

import msgspec
import pytest

from stillwatch_range.clients.encode import items
from stillwatch_range.model import SECOND_US, Plan, Planned, Said
from stillwatch_range.upstream.provider import ProviderSettings
from tests.range.upstream.asks import (
    CALL,
    PLAN,
    START,
    WIRES,
    Kept,
    account,
    ask,
    decoded,
    parts_in,
    parts_of,
    provider,
    turn,
)

IDS = {
    "messages": (r"msg_01[1-9A-HJ-NP-Za-km-z]{22}", r"toolu_01[1-9A-HJ-NP-Za-km-z]{22}"),
    "chat": (r"chatcmpl-[0-9A-Za-z]{29}", r"call_[0-9A-Za-z]{24}"),
    "responses": (r"resp_[0-9a-f]{50}", r"call_[0-9A-Za-z]{24}"),
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("form", WIRES)
def test_what_the_client_hears_is_what_the_capture_says(form, stream):
    """Each wire, streamed or not, decodes to the blocks of the reply."""
    sink = Kept()
    reply = provider(sink).serve(ask(form, stream=stream), account())
    exchange = decoded(sink.lines[0])
    assert reply.ok
    assert parts_of(exchange) == parts_in(reply)
    assert exchange.response.id == reply.id
    assert exchange.response.usage.input_tokens is not None
    assert ("events" in sink.last["response"]) == stream


@pytest.mark.parametrize("form", WIRES)
def test_ids_have_the_providers_shapes_and_never_repeat(form):
    """Ids look like each API's own; two answers share none."""
    one = provider()
    replies = [one.serve(ask(form), account()) for _ in range(20)]
    answer, call = IDS[form]
    calls = [reply.content[-1].id for reply in replies]
    assert all(re.fullmatch(answer, reply.id) for reply in replies)
    assert all(re.fullmatch(call, name) for name in calls)
    assert len({*calls, *(reply.id for reply in replies)}) == 40


@pytest.mark.parametrize("form", WIRES)
def test_the_same_seed_gives_the_same_bytes(form):
    """Everything that is drawn comes from the seed."""

    def lines(seed):
        sink = Kept()
        one = provider(sink, ProviderSettings(), seed)
        history = items(form, "user", [Said("hello")])
        for number in range(5):
            reply = one.serve(ask(form, history, at_us=START + number * SECOND_US), account())
            history = [*history, *turn(form, reply)] if reply.ok else history
        return sink.lines

    assert lines(1) == lines(1)
    assert lines(1) != lines(2)


def test_no_key_and_no_truth_is_captured():
    """Values of headers with secrets are left out; nothing tells who was behind it."""
    sink = Kept()
    provider(sink).serve(ask(), account())
    assert b"sk-secret" not in sink.lines[0]
    assert b"somebody-7" not in sink.lines[0]
    assert sink.last["request"]["headers"] == [
        ["Host", "api"],
        ["X-Api-Key", "<redacted>"],
        ["authorization", "<redacted>"],
    ]


def test_the_capture_holds_when_who_and_where_from():
    """Time, duration, account, organisation and address stand as the format says."""
    sink = Kept()
    reply = provider(sink).serve(ask(), account())
    line = sink.last
    assert line["time"] == "2026-09-21T14:13:20.000Z"
    assert line["account"] == "acct_one"
    assert line["organization"] == "org_one"
    assert line["client"] == {"ip": "203.0.113.7", "asn": 64500}
    assert START < reply.at_us == pytest.approx(START + line["duration_ms"] * 1000, abs=1000)


def test_short_requests_keep_their_text():
    """The text of the body stands beside it up to a number of items, in the sender's style."""
    sink = Kept()
    one = provider(sink)
    one.serve(ask(raw_text='{"model": "x"}'), account())
    assert sink.last["request"]["raw"] == '{"model": "x"}'
    one.serve(ask(), account())
    assert msgspec.json.decode(sink.last["request"]["raw"]) == sink.last["request"]["body"]
    one.serve(ask(talk=items("messages", "user", [Said("a")]) * 4), account())
    assert "raw" not in sink.last["request"]


@pytest.mark.parametrize("form", ["messages", "responses"])
def test_thoughts_are_shown_as_far_as_the_request_asks(form):
    """Without being asked for, a thought or its text stays out."""
    one = provider()
    hidden = {
        "messages": {"thinking": {"type": "adaptive", "display": "omitted"}},
        "responses": {"reasoning": {"effort": "low"}},
    }[form]
    thought = one.serve(ask(form, **hidden), account()).content[0]
    assert thought.text == ""
    assert len(thought.signature) > 100
    off = {"messages": {"thinking": None}, "responses": {"include": None}}[form]
    first = one.serve(ask(form, **off), account()).content[0]
    assert isinstance(first, Said) if form == "messages" else not first.signature


def test_the_cache_follows_what_the_account_sent_before():
    """What was marked is read by the next request of that account, not by another's, nor later."""
    sink = Kept()
    one = provider(sink)
    system = [{"type": "text", "text": "s" * 6000, "cache_control": {"type": "ephemeral"}}]

    def usage(who, at_s, talk):
        more = {"system": system, "tools": True}
        reply = one.serve(ask(talk=talk, at_us=START + at_s * SECOND_US, **more), account(who))
        return reply, sink.last["response"]["body"]["usage"]

    marked = {"role": "user", "content": [{"type": "text", "text": "look at this " * 200}]}
    plain = msgspec.Raw(msgspec.json.encode(marked))
    marked["content"][0]["cache_control"] = {"type": "ephemeral"}
    first = [msgspec.Raw(msgspec.json.encode(marked))]
    reply, cold = usage("one", 0, first)
    _, warm = usage("one", 60, [plain, *turn("messages", reply)])
    assert cold["cache_read_input_tokens"] == 0
    assert warm["cache_read_input_tokens"] == cold["cache_creation_input_tokens"] > 4000
    assert usage("two", 61, first)[1]["cache_read_input_tokens"] == 0
    assert usage("one", 1000, first)[1]["cache_read_input_tokens"] == 0


def test_openai_wires_read_the_cache_by_themselves():
    """Without any mark, whole beginnings come back from the cache, in steps of 128 tokens."""
    sink = Kept()
    one = provider(sink)
    talk = items("chat", "user", [Said("look at this " * 500)])
    reply = one.serve(ask("chat", talk), account())
    one.serve(ask("chat", [*talk, *turn("chat", reply)]), account())
    read = sink.last["response"]["body"]["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert read >= 1024
    assert read % 128 == 0


@pytest.mark.parametrize(
    ("form", "limit", "found"),
    [
        ("messages", "max_tokens", ("stop_reason", "max_tokens")),
        ("responses", "max_output_tokens", ("status", "incomplete")),
        ("chat", "max_completion_tokens", None),
    ],
)
def test_an_answer_ends_at_the_limit_that_was_set(form, limit, found):
    """A request for few tokens gets few, and is told so."""
    sink = Kept()
    plan = Plan("word " * 100)
    reply = provider(sink).serve(ask(form, plan=plan, **{limit: 5}), account())
    body = sink.last["response"]["body"]
    assert reply.content[0].text == plan.say[:20]
    if found:
        assert body[found[0]] == found[1]
    else:
        assert body["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("form", WIRES)
def test_a_refused_answer_says_so(form, stream):
    """The provider's filter shows in each wire's own way."""
    sink = Kept()
    plan = Plan("That is not on offer.", refused=True)
    assert provider(sink).serve(ask(form, plan=plan, stream=stream), account()).ok
    assert b"refusal" in sink.lines[0]
    assert decoded(sink.lines[0]).response.message is not None


def test_longer_answers_take_longer():
    """Time follows what is written."""
    one = provider()
    long = sum(one.serve(ask(plan=Plan("w " * 4000)), account()).at_us - START for _ in range(9))
    short = sum(one.serve(ask(plan=Plan("w")), account()).at_us - START for _ in range(9))
    assert long > 3 * short


def test_several_calls_come_in_one_answer():
    """Calls of one step keep their order and get ids of their own."""
    plan = Plan(calls=(CALL, Planned("Read", {"file_path": "/a"})))
    reply = provider().serve(ask(plan=plan), account())
    assert [call.name for call in reply.content] == ["Bash", "Read"]
    assert PLAN.calls == (CALL,)
