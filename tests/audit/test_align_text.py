"""Texts compared to the character."""

from hypothesis import given
from hypothesis import strategies as st

from stillwatch.audit.align_text import reference, sites, versions

WORDS = st.lists(st.sampled_from(["Today's", "date", "is", " ", "\n", "-", "11", "\u2019", "a b"]))


def spans(base, *texts):
    found = sites(base, texts)
    assert found is not None
    return [(site.start, site.end, site.texts) for site in found]


def test_a_changed_sign_is_a_site_of_one_character():
    """The letters beside it are not part of it, whatever the sign is."""
    base = "Today's date"
    assert spans(base, "Today\u2019s date", "Today\u02bcs date", base) == [
        (5, 6, ("\u2019", "\u02bc", "'"))
    ]


def test_two_changes_beside_each_other_stay_two():
    """Separators of a date are two sites, and the day between them is none."""
    assert spans("on 2026-11-23.", "on 2026/11/23.") == [(7, 8, ("/",)), (10, 11, ("/",))]


def test_what_is_added_is_a_site_without_length():
    """A space at the end of a line."""
    assert spans("one\ntwo", "one \ntwo") == [(3, 3, (" ",))]


def test_a_word_for_another_is_not_taken_apart():
    """Letters that two words share by chance do not split them."""
    assert spans("user rowan here", "user robin here") == [(5, 10, ("robin",))]


def test_texts_with_nothing_in_common_have_no_sites():
    """They are compared as wholes."""
    assert sites("abc def ghi", ["zzz"]) is None


def test_long_texts_that_are_others_are_versions():
    """Most lines must be the same to be compared line by line."""
    one = "".join(f"line {n} of the first\n" for n in range(40))
    other = "".join(f"row {n}: of another one\n" for n in range(40))
    first, second, third = versions([one, one + "and more\n", other])
    assert first == second != third


@given(st.lists(WORDS.map("".join), min_size=1, max_size=5))
def test_every_text_can_be_made_again_from_its_sites(texts):
    """Nothing is lost: the reference with a text's sites put in is that text."""
    base = reference(texts)
    found = sites(base, texts)
    for number, text in enumerate(texts if found is not None else []):
        at, made = 0, ""
        for site in found:
            made += base[at : site.start] + site.texts[number]
            at = site.end
        assert made + base[at:] == text
