"""Voices, answers, names and addresses."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch_range.people import names
from stillwatch_range.people.addresses import address
from stillwatch_range.people.answers import answer
from stillwatch_range.people.grammar import MARK
from stillwatch_range.people.voice import at_home, retold, voice_of
from stillwatch_range.seeds import draw_for

TEXT = "Fix the bug in src/app/main.py where load_rows fails. It should not crash on empty files."
NOBODYS = [
    ipaddress.ip_network(text) for text in ("100.64.0.0/10", "198.18.0.0/15", "2001:db8::/32")
]
LANGUAGES = ["en", "de", "es", "fr", "pt", "ru", "zh", "ja", "hi", "ar", "sw"]


def test_voices_differ():
    """A hundred people put one request in at least ninety ways."""
    texts = {retold(draw_for(seed, "t"), voice_of(seed), TEXT, "en") for seed in range(100)}
    assert len(texts) >= 90


def test_short_words_are_shared():
    """What everybody types stays what everybody types, but for a capital."""
    assert {
        retold(draw_for(seed, "t"), voice_of(seed), "continue", "en").lower() for seed in range(50)
    } == {"continue"}


def test_requests_name_the_persons_own_code():
    """Files and functions of somebody else's request become the person's own, each one the same."""
    said = at_home(draw_for(1), voice_of(4), f"{TEXT} load_rows!", [("lib/own.go", "ReadAll")])
    assert "main.py" not in said
    assert "load_rows" not in said
    assert "lib/own.go" in said
    assert said.count("ReadAll") == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", [80, 400, 2000])
def test_answers_have_the_wanted_length(language, length):
    """An answer is about as long as wanted, and no mark of the grammar is left in it."""
    for seed in range(20):
        said = answer(draw_for(seed, language), "why do tides differ so much?", language, length)
        assert length * 0.4 - 40 < len(said) < length * 1.5 + 350
        assert not MARK.search(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_are_not_repeated(language):
    """Two answers to one prompt are never the same."""
    said = {
        answer(draw_for(seed, language), "why do tides differ?", language, 500)
        for seed in range(200)
    }
    assert len(said) == 200


@given(st.text(max_size=3000), st.sampled_from(LANGUAGES), st.integers(0, 2**32))
def test_any_prompt_can_be_answered_and_retold(prompt, language, seed):
    """Nothing that somebody types breaks the answers or the voices."""
    assert answer(draw_for(seed, "a"), prompt, language, 200)
    retold(draw_for(seed, "b"), voice_of(seed), prompt, language)
    at_home(draw_for(seed, "c"), voice_of(seed), prompt, [("a.py", "b")])


@pytest.mark.parametrize("kind", ["any", "home", "mobile", "office", "hosting"])
def test_addresses_belong_to_nobody(kind):
    """Every address is from reserved space, its network's number is private and owns the slice."""
    owners = {}
    for seed in range(3000):
        ip, asn = address(draw_for(seed, kind), kind)
        assert any(ipaddress.ip_address(ip) in network for network in NOBODYS)
        assert 64512 <= asn <= 65534
        assert owners.setdefault(ip, asn) == asn


def test_networks_are_big_and_small():
    """A few networks hold many people, and there are hundreds of them."""
    found = [address(draw_for(seed, "n"))[1] for seed in range(4000)]
    assert len(set(found)) > 300
    assert max(found.count(asn) for asn in set(found)) > 30


def test_names_come_from_many_cultures():
    """Names, logins and mail addresses vary; every culture can be asked for."""
    people = [names.name(draw_for(seed, "n")) for seed in range(400)]
    assert {who.culture for who in people} == set(names.cultures())
    assert len({who.full for who in people}) > 370
    for who in people[:50]:
        login = names.login(draw_for(1, who.full), who)
        assert login == login.lower()
        assert " " not in login
        assert names.mail(draw_for(1, who.full), who).endswith(".example")
