"""Made-up answers: any client with any tools gets a conversation that ends."""

import pytest

from stillwatch_range.upstream.generated import Generated
from stillwatch_range.upstream.script import Heard, Offered, Utterance

TEXT = {"type": "string"}
CLAUDE = (
    Offered("Bash", {"command": TEXT, "description": TEXT}, ("command",)),
    Offered("Edit", {"file_path": TEXT, "old_string": TEXT, "new_string": TEXT}, ("file_path",)),
    Offered("Read", {"file_path": TEXT, "limit": {"type": "integer"}}, ("file_path",)),
)
CODEX = (Offered("exec_command", {"cmd": TEXT, "workdir": TEXT}, ("cmd",)),)
ODD = (Offered("look_up", {"place": {"enum": ["here"]}, "deep": {"type": "boolean"}}, ("place",)),)
PLACE = "<cwd>/home/ana/kiln</cwd>"


def conversation(tools, prompt):
    """Play a conversation to its end; gives the calls and what is said last."""
    talk = [Utterance("user", PLACE + "<system-reminder>fix all</system-reminder>" + prompt)]
    calls = []
    for _ in range(10):
        plan = Generated(3).cue(Heard("messages", talk, tools, {"model": "m"}, "a")).plan
        if not plan.calls:
            return calls, plan.say
        calls += plan.calls
        talk.append(Utterance("assistant", plan.say, len(plan.calls)))
        talk.append(Utterance("tool", "     1\timport os\n     2\timport sys  # and so on"))
        talk.append(Utterance("user", "<system-reminder>be brief</system-reminder>"))
    raise AssertionError("it does not end")


def test_an_agent_with_tools_lists_reads_edits_and_answers():
    """Asked for a change, it works in steps on the file that was named, in the folder given."""
    calls, answer = conversation(CLAUDE, "fix the clock in src/clock.py please")
    assert [call.name for call in calls] == ["Bash", "Read", "Edit", "Bash"]
    assert calls[1].input == {"file_path": "/home/ana/kiln/src/clock.py"}
    assert calls[2].input["old_string"] == "import os"
    assert calls[2].input["new_string"] != "import os"
    assert "fix the clock" in answer


def test_who_only_asks_gets_no_edit():
    """Without a word for a change it looks and answers."""
    calls, _ = conversation(CLAUDE, "what does the clock do?")
    assert [call.name for call in calls] == ["Bash", "Read"]


def test_a_shell_alone_is_enough():
    """Reading goes through the shell where there is no tool for it."""
    calls, _ = conversation(CODEX, "what is in notes.md?")
    assert [call.name for call in calls] == ["exec_command"] * 2
    assert "notes.md" in calls[1].input["cmd"]


@pytest.mark.parametrize("tools", [(), ODD])
def test_without_tools_that_fit_it_just_answers(tools):
    """No call is made to a tool whose use is not known."""
    calls, answer = conversation(tools, "name this session")
    assert calls == []
    assert answer


def test_the_same_request_gets_the_same_answer():
    """Nothing but the request and the seed matters."""
    assert conversation(CLAUDE, "add a test")[1] == conversation(CLAUDE, "add a test")[1]
