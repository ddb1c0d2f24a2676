"""What is found in a grammar before it is used."""

import builtins

import pytest

from stillwatch.errors import MissingExtra
from stillwatch.marks.check import check, tiktoken_counters
from stillwatch.marks.grammar import load, parse

HEAD = 'stillwatch_grammar = 1\nname = "g"\nabout = "a"\n'


def one(text):
    return parse(f"{HEAD}[[region]]\nid = 'r'\nplace = 'system'\ntext = '''{text}'''\n", "f")


def words(text):
    """A tokenizer of words."""
    return len(text.split())


@pytest.mark.parametrize("name", ["coding-agent", "chat-assistant"])
def test_the_grammars_that_come_along_have_no_problems(name):
    """Unique patterns, plain white space, no more words one way than the other."""
    found = check(load(name), {"words": words})
    assert found.problems == ()
    assert found.lasting == sum(r.sites for r in found.regions if r.place != "fresh")
    line = found.tokens[0]
    assert line.low == line.high == line.plain
    assert line.uneven == ()


def test_sites_that_cost_more_one_way_are_named():
    """With the difference, so that they can be mended."""
    found = check(one("It is [[3|big|very large]] and [[4|new|fresh]] now."), {"words": words})
    assert found.tokens[0].uneven == ((3, 1),)
    assert (found.tokens[0].low, found.tokens[0].high) == (6, 7)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("now it is [[0|big|large]] here\nand now it is big here", "can be misread"),
        ("[[0|a|b]]", "too little fixed text"),
        ("two  spaces [[0|big|large]] here", "white space"),
        ("It is [[0|big|large]] here", "fewer than 128"),
        ("It is [[0|big|large]] here", "in 1 regions"),
        ("It is [[0|big|large]] here", "no fresh line"),
        (" and ".join(f"word{n} [[{n}|big|large]] thing{n}" for n in range(9)), "more than 8"),
        ("is [[0|big|large]] here\nis [[1|big|large]] here", "come out the same"),
    ],
)
def test_what_should_be_mended_is_said(text, says):
    """In a sentence each."""
    assert any(says in problem for problem in check(one(text)).problems)


def test_two_installs_differ_at_half_of_the_sites(coding):
    """A comparison shows 128 of 256 sites, give or take."""
    low, mean, high = check(coding).shown
    assert (low, mean, high) == (112, 128, 144)


def test_without_tiktoken_the_line_that_installs_it_is_named(monkeypatch):
    """Counting tokens is asked for, so that its absence is an error."""
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "tiktoken":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra) as error:
        tiktoken_counters()
    assert "pip install tiktoken" in error.value.hint
