"""What the provider turns away: limits, overload, closed accounts, signatures that are not good."""

import pytest

from stillwatch_range.clients.encode import Result, items
from stillwatch_range.model import SECOND_US, Called, Said, Thought
from stillwatch_range.upstream.limits import Limit, Limits
from stillwatch_range.upstream.provider import ProviderSettings
from tests.range.upstream.asks import (
    CALM,
    START,
    WIRES,
    Kept,
    account,
    ask,
    decoded,
    provider,
    turn,
)

BANNED = {"messages": 403, "chat": 401, "responses": 401}


def history(form, reply):
    return [*items(form, "user", [Said("go on")]), *turn(form, reply)]


@pytest.mark.parametrize("form", WIRES)
def test_too_many_requests_are_told_when_to_come_back(form):
    """After its share an account gets 429 and a time after which it is served; others are not hit."""
    sink = Kept()
    settings = ProviderSettings(limits={"payg": Limit(3, 1e9)}, overload_share=0)
    one = provider(sink, settings)
    assert [one.serve(ask(form), account()).status for _ in range(4)] == [200, 200, 200, 429]
    refused = one.serve(ask(form), account())
    assert dict(sink.last["response"]["headers"])["retry-after"] == str(int(refused.retry_after_s))
    assert decoded(sink.lines[-1]).response.error_type
    assert one.serve(ask(form), account("two")).ok
    later = START + int(refused.retry_after_s * SECOND_US)
    assert one.serve(ask(form, at_us=later), account()).ok


def test_fresh_tokens_are_limited_and_cached_ones_are_not():
    """A large request counts as much as it is long; one that is larger than a minute's share passes."""
    limits = Limits({"payg": Limit(1000, 10_000)})
    assert limits.wait_s("a", "payg", 9_000, START) == 0
    assert limits.wait_s("a", "payg", 9_000, START) == pytest.approx(48)
    assert limits.wait_s("a", "payg", 0, START) == 0
    assert limits.wait_s("b", "other", 90_000, START) == 0


def test_a_limit_of_its_own_lasts_until_taken_back():
    """An account's own limit stands before its plan's."""
    limits = Limits({"payg": Limit(1000, 1e9)})
    limits.set("a", Limit(1, 1e9))
    assert [limits.wait_s("a", "payg", 1, START) > 0 for _ in range(2)] == [False, True]
    limits.set("a", None)
    assert limits.wait_s("a", "payg", 1, START) == 0


@pytest.mark.parametrize("form", WIRES)
def test_a_closed_account_is_refused_from_its_day_on(form):
    """Before, it is served; after, it gets the wire's own error."""
    sink = Kept()
    one = provider(sink)
    closed = account(banned_us=START + 1)
    assert one.serve(ask(form), closed).ok
    reply = one.serve(ask(form, at_us=START + 1), closed)
    assert reply.status == BANNED[form]
    assert reply.error
    assert decoded(sink.lines[-1]).response.status == BANNED[form]


@pytest.mark.parametrize("form", WIRES)
def test_some_requests_meet_an_overloaded_provider(form):
    """About as many as the settings say, with a status that SDKs try again."""
    one = provider(settings=ProviderSettings(overload_share=0.5, limits={}))
    statuses = [one.serve(ask(form), account()).status for _ in range(200)]
    busy = [status for status in statuses if status != 200]
    assert set(busy) == {529 if form == "messages" else 503}
    assert 60 < len(busy) < 140


@pytest.mark.parametrize("form", ["messages", "responses"])
def test_a_signature_is_good_for_whom_it_was_made(form):
    """Its own account and others of that organisation may send it back; strangers may not."""
    one = provider()
    sent = history(form, one.serve(ask(form), account("one", "org_a")))
    assert one.serve(ask(form, sent), account("one", "org_a")).ok
    assert one.serve(ask(form, sent), account("other", "org_a")).ok
    refused = one.serve(ask(form, sent), account("two", "org_b"))
    assert refused.status == 400
    assert refused.error in ("invalid_request_error", "invalid_encrypted_content")
    assert one.serve(ask(form, sent), account("one", "org_a")).ok


@pytest.mark.parametrize("form", ["messages", "responses"])
def test_a_signature_that_was_never_made_is_refused(form):
    """Whether made up, cut, changed, or from another provider."""
    one = provider()
    reply = one.serve(ask(form), account())
    foreign = provider(seed=8).serve(ask(form), account()).content[0].signature
    good = reply.content[0].signature
    for bad in ("", "Eq", "gAAAA", "no base64 at all!", good[:-8], "A" + good[1:], foreign):
        talk = items(form, "assistant", [Thought("hm", bad), Said("so")])
        assert one.serve(ask(form, talk), account()).status == 400, bad


def test_signatures_may_be_good_for_everybody():
    """Where the settings do not bind them, only those never made are refused."""
    one = provider(settings=ProviderSettings(bound_signatures=False, overload_share=0))
    sent = history("messages", one.serve(ask(), account("one")))
    assert one.serve(ask(talk=sent), account("two")).ok
    made_up = items("messages", "assistant", [Thought("hm", "EqQB"), Said("so")])
    assert one.serve(ask(talk=made_up), account("two")).status == 400


def test_text_about_signatures_is_no_signature():
    """Tool inputs and results may speak of signatures as they like."""
    call = Called("toolu_01", "sign", {"signature": "mine", "data": "x"})
    talk = [
        *items("messages", "assistant", [call]),
        *items("messages", "user", [Result("toolu_01", '{"signature":"abc"}')]),
    ]
    assert provider().serve(ask(talk=talk), account()).ok


def test_the_place_of_a_wrong_signature_is_named():
    """The error names the message and the block."""
    sink = Kept()
    talk = [
        *items("messages", "user", [Said("hi")]),
        *items("messages", "assistant", [Said("so"), Thought("hm", "bad")]),
    ]
    provider(sink, CALM).serve(ask(talk=talk), account())
    assert sink.last["response"]["body"]["error"]["message"].startswith("messages.1.content.1: ")
