"""Scenario files: what they hold, and how a wrong one is told."""

import pytest

from stillwatch.errors import InputError, SettingsError
from stillwatch_range.scenario.file import find, read, shipped

HEAD = """
name = "small"
start = 2026-06-03T00:00:00Z
days = 0.5
sources = ["oasst-a"]
"""


def written(folder, text):
    file = folder / "small.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_is_in_order(name):
    """A scenario that comes along can be read, and says what it is for."""
    scenario = read(find(name))
    assert scenario.name == name
    assert scenario.about
    assert scenario.parts


def test_a_table_becomes_a_part_with_its_count(tmp_path):
    """`count` and `name` belong to the scenario, the other fields to the part."""
    file = written(tmp_path, HEAD + '[[relay]]\nkind = "sub2api"\ncount = 3\nname = "shop"\n')
    (part,) = read(file).parts
    assert (part.kind, part.name, part.count, part.spec.kind) == ("relay", "shop", 3, "sub2api")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[relay]]\nkind = "sub2api"\ncolour = 1\n', "colour"),
        ('[[relay]]\nkind = "sub2api"\ncount = 0\n', "count"),
        ('[[twin]]\nkind = "nobody"\n', "nobody"),
        ("days = 1\n", "small.toml"),
        ('[[relay]]\nkind = "crs"\nname = "a"\n[[relay]]\nkind = "crs"\nname = "a"\n', "one name"),
    ],
)
def test_a_wrong_table_is_named(tmp_path, text, said):
    """The error says which table of which file, and what is wrong with it."""
    with pytest.raises((SettingsError, InputError), match=said) as caught:
        read(written(tmp_path, HEAD + text))
    assert "small.toml" in caught.value.message


def test_a_length_of_nothing_is_refused(tmp_path):
    """A scenario without any time holds nothing."""
    with pytest.raises(SettingsError, match="days"):
        read(written(tmp_path, HEAD.replace("0.5", "0")))


def test_an_unknown_name_lists_the_known_ones():
    """Somebody who mistypes a scenario sees which there are."""
    with pytest.raises(InputError) as caught:
        find("first-lok")
    assert "first-look" in caught.value.hint
