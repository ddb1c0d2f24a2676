"""A conversation stays one thread, whatever clients and relays do to it."""

import json

from tests.store.threads_of import count, threads_of
from tests.traffic import Talk, minted, prose


def test_a_growing_conversation_is_one_thread(tmp_path):
    """Two conversations of five turns are two threads."""
    one, two = Talk("one"), Talk("two")
    lines = [talk.send("a", at) for at in range(5) for talk in (one, two)]
    assert count(tmp_path, lines) == 2


def test_the_order_of_lines_does_not_matter(tmp_path):
    """Captures may be written in any order, and threads keep their names."""
    talk, other = Talk("one"), Talk("two")
    lines = [one.send("a", at) for at in range(6) for one in (talk, other)]
    forward = threads_of(tmp_path / "forward", lines)
    assert threads_of(tmp_path / "backward", lines[::-1]) == forward


def test_a_thread_survives_system_prompts_that_change_between_turns(tmp_path):
    """Dates and reminders move; the conversation stays."""
    talk = Talk("one")
    lines = []
    for turn in range(4):
        talk.system = f"You are an assistant. Today is day {turn}."
        lines.append(talk.send("a", turn))
    assert count(tmp_path, lines) == 1


def test_a_thread_survives_a_retry(tmp_path):
    """A request that was refused and sent again belongs to the same thread, even the first."""
    talk = Talk("one")
    first = talk.send("a", 0, refuse="overloaded") | {"id": "refused"}
    lines = [first, talk.send("a", 2), talk.send("a", 3, refuse="overloaded"), talk.send("a", 5)]
    assert count(tmp_path, lines) == 1


def test_a_thread_survives_edits_of_the_last_turn(tmp_path):
    """A person goes back one turn and asks something else."""
    talk = Talk("one")
    lines = [talk.send("a", 0, tool=False)]
    talk.say("Now do this.")
    lines.append(talk.send("a", 1, tool=False))
    del talk.messages[-2:]
    talk.say("No, do that instead.")
    lines.append(talk.send("a", 2, tool=False))
    assert count(tmp_path, lines) == 1


def test_a_thread_survives_re_encoding(tmp_path):
    """A string for a list, other spacing, tool results cleared, reminders put in."""
    talk = Talk("one")
    lines = [talk.send("a", 0), talk.send("a", 1)]
    text = talk.messages[0]["content"]
    reminder = "<system-reminder>\nToday's date is 2026-11-22.\n</system-reminder>"
    talk.messages[0] = {
        "role": "user",
        "content": [{"type": "text", "text": reminder}, {"type": "text", "text": f"{text}\n"}],
    }
    talk.messages[2]["content"][0]["content"] = "[Old tool result content cleared]"
    lines.append(talk.send("a", 2))
    assert count(tmp_path, lines) == 1


def test_a_thread_survives_the_compaction_of_its_history(tmp_path):
    """The history is replaced by a summary that an answer had given."""
    talk = Talk("one")
    lines = [talk.send("a", at) for at in range(4)]
    talk.say("Summarise the conversation so far.")
    lines.append(talk.send("a", 5, tool=False))
    summary = talk.messages[-1]["content"][0]["text"]
    after = Talk("after")
    after.say(f"This session is continued from an earlier one.\n\n{summary}\n\nGo on.")
    lines += [after.send("a", 10), after.send("a", 11)]
    assert count(tmp_path, lines) == 1


def test_a_thread_survives_a_history_cut_off_at_its_beginning(tmp_path):
    """Old turns are dropped; the ids of the later ones remain."""
    talk = Talk("one")
    lines = [talk.send("a", at) for at in range(4)]
    del talk.messages[1:3]
    lines.append(talk.send("a", 5))
    assert count(tmp_path, lines) == 1


def test_a_sub_agent_is_its_own_thread_in_its_parent_s_family(tmp_path):
    """Its first turn is an argument of a call that the parent's answer made."""
    brief = f"Search the code for {prose('brief', 20)}"
    parent = Talk("parent")
    first = parent.send("a", 0)
    call = first["response"]["body"]["content"][1]
    call["input"] = {"description": "search", "prompt": brief}
    child = Talk("child")
    child.say(brief)
    lines = [first, child.send("a", 1), child.send("a", 2), parent.send("a", 4)]
    stranger = Talk("stranger")
    lines.append(stranger.send("a", 3))
    assert count(tmp_path / "threads", lines) == 3
    assert count(tmp_path / "families", lines, "family") == 2


def test_a_thread_goes_on_in_another_account(tmp_path):
    """One hop keeps the thread, by what the other account was issued."""
    talk = Talk("one")
    lines = [talk.send("a", 0), talk.send("a", 1), talk.send("b", 2)]
    assert count(tmp_path, lines) == 1


def test_a_short_greeting_joins_nobody_across_accounts(tmp_path):
    """Two people who say hello and get the same short answer are two threads."""
    lines = []
    for account in ("a", "b"):
        talk = Talk(f"of {account}")
        talk.say("hello")
        line = talk.send(account, 0, tool=False)
        line["response"]["body"]["content"] = [{"type": "text", "text": "Hello!"}]
        talk.messages[-1]["content"] = "Hello!"
        talk.say("thanks")
        lines += [line, talk.send(account, 1, tool=False)]
    assert count(tmp_path, lines) == 2


def test_a_replayed_signature_does_not_join_threads(tmp_path):
    """A signature taken into a new conversation is a finding, not a link."""
    home = Talk("home")
    line = home.send("a", 0, tool=False)
    thinking = {"type": "thinking", "thinking": "...", "signature": minted("sig", "one") * 5}
    line["response"]["body"]["content"].insert(0, thinking)
    new = Talk("new")
    new.say("Please expand this.")
    new.messages.append(
        {"role": "assistant", "content": [thinking, {"type": "text", "text": "Yes."}]}
    )
    new.say("In full.")
    assert count(tmp_path, [line, new.send("a", 5)]) == 2


def test_the_same_conversation_through_another_format_is_one_thread(tmp_path):
    """A relay may translate; ids and turns stay."""
    talk = Talk("one")
    lines = [talk.send("a", 0), talk.send("a", 1)]
    messages = []
    for message in talk.messages:
        content = message["content"]
        if isinstance(content, str):
            messages.append({"role": "user", "content": content})
        elif message["role"] == "assistant":
            calls = [
                {
                    "id": part["id"],
                    "type": "function",
                    "function": {"name": "Bash", "arguments": json.dumps(part["input"])},
                }
                for part in content[1:]
            ]
            text = content[0]["text"]
            messages.append({"role": "assistant", "content": text, "tool_calls": calls})
        else:
            result = content[0]
            messages.append(
                {
                    "role": "tool",
                    "tool_call_id": result["tool_use_id"],
                    "content": result["content"],
                }
            )
    line = talk.send("a", 2)
    line["request"] |= {
        "path": "/v1/chat/completions",
        "body": {"model": "model-1", "messages": messages},
    }
    del line["response"]
    assert count(tmp_path, [*lines, line]) == 1
