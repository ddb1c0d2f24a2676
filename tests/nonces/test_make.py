"""Making nonces."""

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.errors import SettingsError
from stillwatch.marks.foreign import scan_text
from stillwatch.nonces.make import draft, kinds, nonces
from stillwatch.nonces.phrases import SLOT, language, languages
from tests.nonces.shop import MADE

ALL = [(code, kind) for code in languages() for kind in kinds(code)]
every_kind = pytest.mark.parametrize(("code", "kind"), ALL, ids=["-".join(one) for one in ALL])
seeds = st.integers(0, 2**64)


def drawn(code, kind, seed):
    """A prompt drawn from a seed."""
    return draft(code, kind, random.Random(seed).randrange)


def test_there_are_kinds_in_many_languages():
    """Shops sell to all the world."""
    assert set(languages()) >= {"de", "en", "es", "fr", "ru", "zh"}
    assert {kinds(code) for code in languages()} == {kinds("en")}
    assert len(kinds("en")) >= 5


@every_kind
@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_every_prompt_carries_sixty_bits_and_reads_plainly(code, kind, seed):
    """No slot is left open, nothing looks hidden, and no value comes twice."""
    text, bits = drawn(code, kind, seed)
    assert bits >= 60
    assert SLOT.search(text) is None
    assert text == " ".join(text.split())
    assert not any(unicodedata.category(sign) in {"Cf", "Cc", "Co", "Cn"} for sign in text)
    assert list(scan_text(text)) == []
    assert unicodedata.normalize("NFKC", text)[-1] in ".?。"
    assert not any(character.isdigit() for character in text)


@settings(max_examples=100, deadline=None)
@given(one=seeds, other=seeds, place=st.sampled_from(ALL))
def test_prompts_differ_with_their_choices(one, other, place):
    """And only with them."""
    assert (drawn(*place, one) == drawn(*place, other)) == (one == other)


def test_no_two_of_a_hundred_thousand_are_alike():
    """Whoever draws them: the choices are many enough."""
    draw = random.Random(5)
    texts = {draft(*ALL[number % len(ALL)], draw.randrange).text for number in range(100_000)}
    assert len(texts) == 100_000


@every_kind
def test_the_bits_are_those_of_the_draw(code, kind):
    """Counting the choices that were asked for gives what is stated."""
    asked = 1

    def choose(values):
        nonlocal asked
        asked *= values
        return values - 1

    bits = draft(code, kind, choose).bits
    assert 2 ** (bits - 0.01) < asked < 2 ** (bits + 0.01)


@every_kind
def test_values_are_used_once_in_a_prompt(code, kind):
    """A guest who is invited twice gives an automaton away."""
    spoken = language(code)
    values = spoken.lists["name"]
    for seed in range(20):
        text = drawn(code, kind, seed).text
        slots = text.replace("{", "").split()
        named = [word.strip(".,:!?") for word in slots if word.strip(".,:!?") in values]
        assert len(named) == len(set(named))


def test_lists_hold_no_value_twice_and_every_slot_has_a_list():
    """The files of phrases are sound."""
    for code in languages():
        spoken = language(code)
        for name, values in spoken.lists.items():
            assert len(values) == len(set(values)), (code, name)
        for kind in spoken.kinds.values():
            wordings = [*kind.opening, *kind.closing, *(one for c in kind.clauses for one in c)]
            assert {slot for one in wordings for slot in SLOT.findall(one)} <= set(spoken.lists)


def test_nonces_take_turns_over_kinds_and_have_names_of_their_own():
    """Without a kind all of them come; the same words make one purchase."""
    made = list(nonces(10, MADE, code="fr", about="shop"))
    assert {one.kind for one in made} == set(kinds("fr"))
    assert len({one.nonce for one in made}) == len({one.text for one in made}) == 10
    assert {(one.about, one.language, one.made) for one in made} == {("shop", "fr", MADE)}
    assert {one.kind for one in nonces(3, MADE, kind="office")} == {"office"}


def test_a_nonce_shows_nothing_of_itself():
    """A trace or a log holds its name alone."""
    one = next(nonces(1, MADE, about="a shop"))
    assert one.nonce in repr(one)
    assert one.text not in repr(one)
    assert one.about not in repr(one)


@pytest.mark.parametrize(("code", "kind"), [("xx", None), ("en", "poetry")])
def test_what_is_not_there_is_named_with_what_is(code, kind):
    """The hint lists the choices."""
    with pytest.raises(SettingsError) as caught:
        list(nonces(1, MADE, code=code, kind=kind))
    assert ("en" if kind is None else "office") in caught.value.hint
