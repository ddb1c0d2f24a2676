"""Environment blocks of coding clients are read wherever they stand, and prose is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.exchange import Message, Text
from stillwatch.traits.declared import message_facts, system_facts


def found(*texts):
    return {(fact.kind, fact.value) for fact in system_facts(texts)}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            (
                "# Environment\n - Primary working directory: /home/ada/app\n - Platform: linux\n"
                " - Shell: bash\n - OS Version: Linux 6.1.0\n\nToday's date is 2026-11-22."
            ),
            {("cwd", "/home/ada/app"), ("os", "linux"), ("shell", "bash"), ("date", "2026-11-22")},
        ),
        (
            (
                "<env>\n  Working directory: /Users/grace/app\n  Platform: darwin\n"
                "  Today's date: Sun Nov 22 2026\n</env>"
            ),
            {("home", "/Users/grace"), ("os", "macos"), ("date", "2026-11-22")},
        ),
        (
            (
                "<environment_context>\n<cwd>/home/ada/app</cwd><shell>zsh</shell>"
                "<current_date>2026-11-22</current_date><timezone>Etc/UTC</timezone>"
            ),
            {("user", "ada"), ("shell", "zsh"), ("date", "2026-11-22"), ("timezone", "Etc/UTC")},
        ),
        (
            (
                "Today's date is Sunday, November 22, 2026.\nMy operating system is: win32\n"
                "I'm currently working in the directory: C:\\Users\\Linus\\app\n"
            ),
            {("os", "windows"), ("cwd", "c:/users/linus/app"), ("date", "2026-11-22")},
        ),
        (
            "- Platform: Linux-6.1.0-x86_64\n- Shell: SHELL=/bin/bash\n- Current date: 2026-11-22\n",
            {("os", "linux"), ("shell", "bash"), ("date", "2026-11-22")},
        ),
        ("Today\u2019s date is 2026/11/23.", {("date", "2026-11-23")}),
        ("Operating System: macOS Sonoma\nDefault Shell: /bin/zsh\n", {("os", "macos")}),
    ],
)
def test_each_known_block_gives_its_facts(text, facts):
    """The labels of several clients lead to the same kinds of facts."""
    assert facts <= found(text)


def test_values_of_closed_lists_are_their_own_label():
    """A date and a zone may be shown; a path never is."""
    facts = system_facts(
        ["<cwd>/home/ada/x</cwd><timezone>Etc/UTC</timezone> Current date: 2026-11-22"]
    )
    labels = {fact.kind: fact.label for fact in facts}
    assert labels["date"] == "2026-11-22"
    assert labels["timezone"] == "Etc/UTC"
    assert labels["cwd"] is None


@pytest.mark.parametrize(
    "text", ["Today's date is 2026-13-45.", "Time zone: Mars/Olympus", "<cwd>.</cwd>"]
)
def test_values_that_cannot_be_are_dropped(text):
    """A date that is none, a zone that is none, a directory that is relative."""
    assert found(text) == set()


def test_typed_words_declare_nothing():
    """A person may write about platforms and directories."""
    typed = Text("Platform: windows\nWorking directory: /home/eve/x\nToday's date is 2020-01-01.")
    assert message_facts(Message("user", (typed,))) == ()


def test_a_block_inside_a_user_turn_is_read():
    """Clients put their block in front of what was typed."""
    block = "<system-reminder>\nToday's date is 2026-11-22.\n</system-reminder>\nPlatform: windows"
    facts = message_facts(Message("user", (Text(block),)))
    assert [(fact.kind, fact.value, fact.origin) for fact in facts] == [
        ("date", "2026-11-22", "declared")
    ]


def test_a_system_turn_is_read_and_an_assistant_turn_is_not():
    """Only the client speaks for the client."""
    text = Text("Platform: linux")
    assert [fact.value for fact in message_facts(Message("system", (text,)))] == ["linux"]
    assert message_facts(Message("assistant", (text,))) == ()


@given(st.text(alphabet="<>/envsytm-rid Platform: workingdcy\n", max_size=300))
def test_any_text_is_read_without_failing(text):
    """Half-open tags and labels without values give nothing."""
    for fact in message_facts(Message("user", (Text(f"<env>{text}</env>{text}"),))):
        assert fact.origin == "declared"
