"""Whose seal it is: the exact bound, searches, and the decisions with their innocent twins."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from stillwatch.marks.codebook import Codebook, Span
from stillwatch.marks.enrolled import Install
from stillwatch.marks.match import Matcher, Sender, check_fresh, decide, tail_log10
from stillwatch.marks.read import Reading
from stillwatch.marks.seal import Sealer
from stillwatch.marks.secrets import new_file
from tests.marks.bodies import anthropic

NOW = 1_780_000_000.0
INSTALLS = [
    Install("in_0", "acct_0", "org_0"),
    Install("in_1", "acct_1", "org_0"),
    Install("in_2", "acct_2"),
    *(Install(f"in_{n}", f"acct_{n}", f"org_{n}") for n in range(3, 300)),
]


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return new_file(tmp_path_factory.mktemp("keys") / "k.json", NOW).keys[0]


@pytest.fixture(scope="module")
def span(key):
    return Span(key, key.epoch(NOW))


@pytest.fixture(scope="module")
def book(coding, span):
    return Codebook(coding, [i.install for i in INSTALLS], [Span(span.key, span.epoch - 1), span])


@pytest.fixture(scope="module")
def matcher(book):
    return Matcher(book, INSTALLS)


@pytest.fixture(scope="module")
def sealed(coding, span):
    def by(install, *turns, epoch=span.epoch):
        sealer = Sealer(coding, install, span.key.install_key(install, epoch))
        return sealer.seal(anthropic(coding, *(turns or ("one", "two"))))

    return by


@given(st.integers(0, 300), st.data())
def test_the_tail_is_exact(tosses, data):
    """As a fraction of whole numbers says."""
    heads = data.draw(st.integers(0, tosses))
    exact = Fraction(sum(math.comb(tosses, k) for k in range(heads, tosses + 1)), 2**tosses)
    assert 10 ** tail_log10(tosses, heads) == pytest.approx(float(exact), rel=1e-9)
    assert tail_log10(tosses, heads) == pytest.approx(
        binom.logsf(heads - 1, tosses, 0.5) / math.log(10), abs=1e-6
    )


def test_a_seal_is_found_among_all_installs(reader, matcher, sealed, span):
    """Search names the install, the epoch and the bound."""
    row, bound = matcher.find(reader.read_body(sealed("in_77")))
    assert (row.install, row.span.epoch, row.agreed) == ("in_77", span.epoch, 256)
    exact = 256 * math.log10(2) - math.log10(600) - math.log10(2)
    assert bound == pytest.approx(-exact)


def test_a_seal_of_the_epoch_before_is_found_too(reader, matcher, sealed, span):
    """A client may seal with yesterday's key."""
    row, _ = matcher.find(reader.read_body(sealed("in_5", epoch=span.epoch - 1)))
    assert (row.install, row.span.epoch) == ("in_5", span.epoch - 1)


def test_half_of_the_sites_are_enough(reader, matcher, sealed):
    """Erased sites cost evidence, not correctness."""
    whole = reader.read_body(sealed("in_9"))
    draw = random.Random(1)
    known = sum(1 << n for n in draw.sample(range(256), 128))
    row, bound = matcher.find(Reading(whole.bits & known, known))
    assert row.install == "in_9"
    assert bound < -30


def test_few_sites_name_nobody(matcher):
    """Below the bound nothing is decided, even when all agree."""
    assert matcher.find(Reading(0, (1 << 38) - 1)) is None
    assert matcher.find(Reading(0, 0)) is None


def test_texts_that_nobody_sealed_are_found_with_nobody(matcher):
    """Random readings of any width match no install: the bound holds."""
    draw = random.Random(5)
    for _ in range(3_000):
        known = draw.getrandbits(256)
        assert matcher.find(Reading(draw.getrandbits(256) & known, known), "acct_5") is None


@pytest.mark.parametrize(
    ("install", "sender", "kind"),
    [
        ("in_0", Sender("acct_0", "org_0"), "owner"),
        ("in_1", Sender("acct_0", "org_0"), "owner"),
        ("in_2", Sender("acct_2", "org_9"), "owner"),
        ("in_2", Sender("acct_0", "org_0"), "resale"),
        ("in_2", Sender("acct_5", None), "resale"),
        ("in_7", Sender("acct_8", "org_8"), "resale"),
        ("in_7", Sender("acct_new", "org_7"), "owner"),
    ],
)
def test_an_install_is_its_owners_or_someone_elses(reader, matcher, sealed, install, sender, kind):
    """Colleagues share an organisation, also when accounts were moved; strangers do not."""
    decision = matcher.decide(reader.read_body(sealed(install)), sender)
    assert (decision.kind, decision.install.install) == (kind, install)
    assert decision.log10_p < -60
    assert decision.fresh.holds


def test_one_install_behind_many_owners_is_a_clone(reader, matcher, sealed):
    """Whatever account it stands behind this time."""
    reading = reader.read_body(sealed("in_7"))
    for sender in (Sender("acct_8", "org_8"), Sender("acct_7", "org_7")):
        assert matcher.decide(reading, sender, owners_behind=3).kind == "clone"
    assert matcher.decide(reading, Sender("acct_7", "org_7"), owners_behind=2).kind == "owner"


@pytest.mark.parametrize(
    ("sender", "kind"), [(Sender("acct_8", "org_8"), "clone"), (Sender("acct_7", "org_7"), "owner")]
)
def test_lasting_texts_without_their_key_are_a_clone(reader, matcher, sealed, sender, kind):
    """Who copies the texts cannot make the fresh lines for words of his own.

    The twin: behind its own account, a proxy that rewrites words for safety looks the same.
    """
    copied = sealed("in_7", *[f"word {n}" for n in range(6)])
    for message in copied["messages"]:
        last = message["content"][-1]
        if message["role"] == "user" and "text" in last:
            last["text"] = last["text"].replace("word", "term")
    decision = matcher.decide(reader.read_body(copied), sender)
    assert decision.kind == kind
    assert "fresh lines" in decision.says
    assert decision.fresh.holds is False


def test_without_fresh_lines_nothing_is_said_of_them(reader, matcher, sealed):
    """A relay that drops the lines makes no clone."""
    body = sealed("in_7")
    body["messages"] = [{"role": "user", "content": "hello"}]
    decision = matcher.decide(reader.read_body(body), Sender("acct_7", "org_7"))
    assert (decision.kind, decision.fresh.holds) == ("owner", None)


def test_turns_that_a_relay_adds_in_the_middle_make_no_clone(reader, matcher, sealed):
    """Lines before them still agree whole, so it is the same client behind another account."""
    body = sealed("in_7", *[f"word {n}" for n in range(7)])
    asked = [
        place
        for place, message in enumerate(body["messages"])
        if message["role"] == "user" and message["content"][-1].get("type") == "text"
    ]
    added = {"role": "user", "content": "The tool gave: 7"}
    body["messages"] = [*body["messages"][: asked[2]], added, *body["messages"][asked[2] :]]
    decision = matcher.decide(reader.read_body(body), Sender("acct_8", "org_8"))
    assert decision.kind == "resale"


@pytest.mark.parametrize("before", [0, 1, 2])
def test_turns_that_a_relay_puts_before_do_not_break_fresh_lines(reader, sealed, span, before):
    """The conversation's beginning is looked for among the first turns."""
    body = sealed("in_7", "one", "two", "three")
    pair = [{"role": "user", "content": "Rules."}, {"role": "assistant", "content": "Yes."}]
    body["messages"] = pair * before + body["messages"]
    key = span.key.install_key("in_7", span.epoch)
    fresh = check_fresh(reader.read_body(body), key)
    assert (fresh.agreed, fresh.read) == (24, 24)


def test_our_texts_without_a_seal_are_missing_one(coding, reader, matcher):
    """Plain wordings everywhere say that the seal was left out or normalised away."""
    reading = reader.read_body(anthropic(coding, "one"))
    assert matcher.decide(reading, Sender("acct_1")).kind == "missing"


def test_other_clients_are_not_missing_a_seal(reader, matcher):
    """Too old a client and any other software are nothing to us; one that claims to seal is."""
    reading = reader.read_body({"system": "Be kind.", "messages": []})
    assert matcher.decide(reading, Sender("acct_1")).kind == "none"
    assert matcher.decide(reading, Sender("acct_1", sealed_client=True)).kind == "missing"


def test_a_seal_of_nobody_enrolled_is_unknown(reader, matcher, sealed):
    """An install that is in no register, or of a key that has ended, names nobody."""
    decision = matcher.decide(reader.read_body(sealed("in_stranger")), Sender("acct_1"))
    assert (decision.kind, decision.install) == ("unknown", None)


def test_one_request_can_be_decided_without_a_matcher(reader, book, sealed):
    """The short way for a single request."""
    installs = {install.install: install for install in INSTALLS}
    reading = reader.read_body(sealed("in_7"))
    assert decide(reading, Sender("acct_7"), book, installs).kind == "owner"


def test_no_installs_match_nothing(coding, reader, sealed, span):
    """An empty register is no error."""
    reading = reader.read_body(sealed("in_7"))
    for book in (Codebook(coding, [], [span]), Codebook(coding, ["in_7"], [])):
        assert Matcher(book, []).decide(reading, Sender("acct_7")).kind == "unknown"


def test_nothing_that_is_shown_holds_a_key(reader, matcher, book, sealed, span):
    """Decisions and codebooks may end in logs."""
    decision = matcher.decide(reader.read_body(sealed("in_7")), Sender("acct_8"))
    secret = span.key.install_key("in_7", span.epoch)
    for shown in (repr(decision), repr(book), repr(matcher), repr(span)):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
