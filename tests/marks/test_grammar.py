"""Grammar files: what is read, and what is refused with which words."""

import pytest

from stillwatch.errors import InputError, SettingsError
from stillwatch.marks.grammar import load, parse, shipped

HEAD = 'stillwatch_grammar = 1\nname = "g"\nabout = "a"\n'


def region(text, **fields):
    fields = {"id": "r", "place": "system"} | fields
    lines = [f"{name} = {str(v).lower() if v is True else repr(v)}" for name, v in fields.items()]
    return "\n".join(["[[region]]", *lines, f"text = '''{text}'''\n"])


def test_the_plain_text_takes_the_first_way_of_every_site():
    """An unsealed client sends the first wordings."""
    found = parse(HEAD + region("It is [[4|big|large]] and [[0|new|fresh]]."), "f")
    assert found.regions[0].plain == "It is big and new."
    assert found.regions[0].text([1, 0, 0, 0, 1]) == "It is large and fresh."
    assert found.regions[0].filled([1, 0]) == "It is large and new."


def test_the_width_counts_lasting_sites_only():
    """Fresh sites have numbers of their own and no place in a codeword."""
    fresh = region("<note>[[9|a b|b a]]</note>", id="f", place="fresh")
    found = parse(HEAD + region("It is [[2|big|large]].") + fresh, "f")
    assert found.width == 3
    assert [site.number for site in found.fresh] == [9]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (region("[[0|a|a]]"), "both ways of site 0 are the same"),
        (region("[[0|a|b]] [[0|c|d]]"), "site 0 stands twice"),
        (region("[[9999|a|b]]"), "site 9999"),
        (region("[[0|a]] text"), "brackets that are no site"),
        (region("caf\u00e9"), "U+00E9"),
        (region("a") + region("b"), "share an id"),
        (region("a", place="tool"), "names no tool"),
        (region("a", place="result"), "0 times"),
        (region("a {result}"), "1 times"),
        (region("<note>\n[[0|a|b]]", place="reminder"), "ends in a site"),
        (region("[[0|a|b]] now", place="fresh"), "begins with a site"),
        (
            region("<note>", place="fresh") + region("<more>", place="fresh", id="s"),
            "two fresh lines",
        ),
        (region("a", place="moon"), "moon"),
        (region("a", colour="red"), "colour"),
    ],
)
def test_a_wrong_grammar_is_refused_with_the_place(text, says):
    """The message says what is wrong and where."""
    with pytest.raises(SettingsError) as error:
        parse(HEAD + text, "f.toml")
    assert says in error.value.message
    assert "f.toml" in error.value.message


def test_what_is_no_toml_and_other_formats_are_refused():
    """Broken files and files of a later format are told apart."""
    with pytest.raises(InputError):
        parse("not toml at all", "f")
    with pytest.raises(SettingsError, match="format 2"):
        parse(HEAD.replace("= 1", "= 2") + region("a"), "f")


def test_a_missing_file_names_what_comes_along(tmp_path):
    """The hint lists the grammars that can be had by name."""
    with pytest.raises(InputError) as error:
        load(tmp_path / "none.toml")
    assert "coding-agent" in error.value.hint


@pytest.mark.parametrize(("name", "least"), [("coding-agent", 256), ("chat-assistant", 160)])
def test_the_grammars_that_come_along_are_wide_enough(name, least):
    """Each has its sites in three regions or more, and no byte above 0x7F."""
    found = load(name)
    assert name in shipped()
    assert len(found.lasting) >= least
    assert len({site.region for site in found.lasting}) >= 3
    assert 6 <= len(found.fresh) <= 8
    assert all(r.text([1] * 2000).isascii() for r in found.regions)


def test_the_chat_grammar_can_be_added_to_any_client(assistant):
    """Every region of it is inserted where it is not there."""
    assert all(region.insert for region in assistant.regions)
    assert {region.place for region in assistant.regions} == {"system", "reminder", "fresh"}
