"""The model of a story knows where a conversation stands from the conversation alone."""

import dataclasses

import pytest

from stillwatch_range.record.script import Place, StoryScript
from stillwatch_range.record.story import Delegate, Shell, Turn
from stillwatch_range.upstream.script import Heard, Offered, Utterance
from tests.range.record.small import small_story

STORY = small_story([("mira", "claude", ""), ("ole", "claude", "")])
MIRA, OLE = STORY.sessions
BASH, READ, EDIT = (Offered(name, {}) for name in ("Bash", "Read", "Edit"))


def heard(*talk, tools=(BASH, READ, EDIT)):
    return Heard("messages", [Utterance(*said) for said in talk], tools, {}, "acct")


def opened(session, calls=0):
    return [("user", session.turns[0].prompt), ("assistant", "", calls)]


def test_a_conversation_begins_with_its_first_step():
    """The calls are in the client's own terms, with paths as the machine has them."""
    cue = StoryScript(STORY.sessions).cue(heard(("user", MIRA.turns[0].prompt)))
    assert [call.name for call in cue.plan.calls] == ["Bash", "Read"]
    path = cue.plan.calls[1].input["file_path"]
    assert path.startswith("/home/mira/")
    assert path.endswith("/tides/tides.py")
    assert cue.note == Place(MIRA.id, 0)


def test_calls_count_the_steps():
    """Two calls were the first step, the third is the second, then comes the answer."""
    script = StoryScript(STORY.sessions)
    assert [c.name for c in script.cue(heard(*opened(MIRA, 2))).plan.calls] == ["Edit"]
    assert script.cue(heard(*opened(MIRA, 3))).plan.say == MIRA.turns[0].answer


def test_calls_that_a_relay_wrote_out_as_words_count_too():
    """Otherwise a client behind claude-code-proxy would do its first step for ever."""
    said = ("assistant", "A look first.\n[Tool: Bash (ID: a)]\nInput: {}\n\n[Tool: Read (ID: b)]")
    cue = StoryScript(STORY.sessions).cue(heard(opened(MIRA)[0], said, ("user", "ok")))
    assert [call.name for call in cue.plan.calls] == ["Edit"]


def test_prompts_that_two_people_share_are_told_apart_by_how_the_talk_began():
    """Many people type the same short things."""
    assert MIRA.turns[1].prompt == OLE.turns[1].prompt
    script = StoryScript(STORY.sessions)
    for session in (MIRA, OLE):
        talk = [*opened(session, 3), ("user", session.turns[1].prompt)]
        assert script.cue(heard(*talk)).note == Place(session.id, 1)


def test_reminders_around_a_prompt_do_not_matter():
    """Clients add texts of their own to what is typed."""
    text = f"<system-reminder>be good</system-reminder>\n{MIRA.turns[0].prompt}"
    assert StoryScript(STORY.sessions).cue(heard(("user", text))).note == Place(MIRA.id, 0)


def test_a_request_without_tools_asks_for_a_title():
    """Coding clients name their conversations with a request on the side."""
    cue = StoryScript(STORY.sessions).cue(heard(("user", MIRA.turns[0].prompt), tools=()))
    assert not cue.plan.calls
    assert cue.plan.say == "Hello, this is mira: count"


def test_unknown_conversations_are_left_to_the_server():
    """They are not of the story."""
    assert StoryScript(STORY.sessions).cue(heard(("user", "who are you?"))) is None


def test_refused_steps_are_busy_unless_this_provider_never_refuses():
    """The second provider of a fallback takes what the first one refuses."""
    turn = dataclasses.replace(MIRA.turns[0], refused=frozenset({0}))
    session = dataclasses.replace(MIRA, turns=(turn,))
    asked = heard(("user", turn.prompt))
    assert StoryScript([session]).cue(asked).busy
    assert not StoryScript([session], refusing=False).cue(asked).busy


def test_a_sub_agent_has_a_conversation_of_its_own():
    """It belongs to the same session and turn."""
    sent = Turn("Look for callers, in brief.", ((Shell("ls"),),), "None.")
    turn = Turn("Find out who calls it.", ((Delegate("Find", sent),),), "Nobody.")
    session = dataclasses.replace(MIRA, turns=(turn,))
    cue = StoryScript([session]).cue(heard(("user", sent.prompt)))
    assert cue.plan.calls[0].input["command"] == "ls"
    assert cue.note == Place(MIRA.id, 0)


def test_two_sessions_that_begin_alike_are_refused():
    """Nothing could tell them apart behind a relay."""
    with pytest.raises(ValueError, match="told apart"):
        StoryScript([MIRA, dataclasses.replace(OLE, turns=MIRA.turns)])


def test_a_client_without_the_tool_gets_the_answer_at_once():
    """A request on the side may offer other tools than the client's own."""
    other = Offered("WebSearch", {})
    cue = StoryScript(STORY.sessions).cue(heard(("user", MIRA.turns[0].prompt), tools=(other,)))
    assert cue.plan.say == MIRA.turns[0].answer
