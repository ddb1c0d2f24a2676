"""What a request shows of its environment as it is."""

from stillwatch.audit.paths_plain import Texts, set_aside

HELD = Texts(
    [
        {"home": "/home/rowan", "zone": "UTC"},
        {"home": "/srv/people/build", "zone": "Asia/Shanghai"},
    ]
)


def test_a_text_of_the_environment_gives_way_to_its_name():
    """What differs beside it can then be seen."""
    texts = ["In /home/rowan: go.", "In /srv/people/build: go!"]
    assert set_aside(texts, HELD) == (
        ["In {home}: go.", "In {home}: go!"],
        {"home": ["/home/rowan", "/srv/people/build"]},
    )


def test_other_spellings_are_known_and_kept_apart():
    """A name made of the path, and the end of it."""
    texts = ["home-rowan rowan", "srv-people-build build"]
    replaced, _ = set_aside(texts, HELD)
    assert replaced == ["{home as a name} {home at its end}"] * 2


def test_a_word_that_stands_there_anyway_is_no_sign():
    """UTC in a sentence that every run sends is not the zone of those that run in it."""
    texts = ["Times are UTC.", "Times are UTC."]
    assert set_aside(texts, HELD) == (texts, {})


def test_a_mark_inside_such_a_text_keeps_it_from_giving_way():
    """A look-alike slash makes it another text."""
    texts = ["In /home/rowan", "In /srv\u2215people/build"]
    one, other = set_aside(texts, HELD)[0]
    assert one == "In {home}"
    assert "\u2215" in other
