"""Work becomes a story that a real client can play."""

import dataclasses

from stillwatch_range.model import SECOND_US, Call, Session, Step, Turn
from stillwatch_range.record.story import Delegate, EditFile, ReadFile, Shell
from stillwatch_range.record.story_of import Casting, story_of
from tests.range.record.small import TIDES, person, turns

SOMEONE = person("mira")
WORK = Session(SOMEONE, SOMEONE.machines[0], "", "", 5 * SECOND_US, turns("mira"), TIDES)


def cast(work=WORK, client="claude", most=4, said=None):
    return story_of(work, Casting("s", client, "road", most), set() if said is None else said)


def test_calls_become_actions_without_their_results():
    """The tools are really run."""
    steps = cast().turns[0].steps
    assert [type(action) for step in steps for action in step] == [Shell, ReadFile, EditFile]


def test_the_last_words_are_the_answer():
    """And what is said before a step is its note."""
    first = cast().turns[0]
    assert first.answer == "So, mira."
    assert first.notes == ("A look first.", "")


def test_the_repository_lies_where_the_person_keeps_their_work():
    """Under the home, as the generator has it."""
    assert cast().repository.endswith("/tides")


def test_a_prompt_that_says_the_same_again_is_left_out():
    """The server could not tell the two turns apart."""
    again = dataclasses.replace(WORK, turns=(*turns("mira"), turns("mira")[1]))
    assert len(cast(again).turns) == 2


def test_an_opening_that_is_taken_gives_no_session():
    """Behind a relay nothing else tells two conversations apart."""
    said = set()
    assert cast(said=said)
    assert cast(said=said) is None


def test_sub_agents_go_to_clients_that_have_them():
    """Others look by themselves."""
    helper = Turn(
        "Find the callers.", (Step("", "", (Call("read", {"path": "a"}, ""),)), Step("x"))
    )
    call = Call("agent", {"title": "Find", "prompt": "Find the callers."}, "", work=(helper,))
    work = dataclasses.replace(
        WORK, turns=(Turn("Who calls it?", (Step("", "", (call,)), Step("y"))),)
    )
    assert isinstance(cast(work).turns[0].steps[0][0], Delegate)
    assert isinstance(cast(work, "codex").turns[0].steps[0][0], Shell)


def test_search_is_a_command():
    """Every client has a shell."""
    call = Call("search", {"pattern": "it's", "path": "src"}, "")
    work = dataclasses.replace(WORK, turns=(Turn("Where?", (Step("", "", (call,)), Step("y"))),))
    assert cast(work).turns[0].steps[0][0].command == """grep -rn -- 'it'"'"'s' src"""


def test_only_so_many_turns_are_played():
    """A recording has an end."""
    assert len(cast(most=1).turns) == 1
