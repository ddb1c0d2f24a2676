"""What is wrong with a policy folder is said with file, line, and what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import SettingsError
from stillwatch.policy.engine import Policy
from stillwatch.policy.folder import read

from .writing import HEAD, NOW_S, SETTINGS, rule

FORBID = "forbid (principal, action, resource);"
TARGET = '[local]\nwire = "chat"\nbase_url = "http://127.0.0.1:8000/v1"\nmodel = "qwen3"\n'


def head(**changes):
    """Annotations of a good rule, some of them changed; None leaves one out."""
    given_ = {
        "id": "one",
        "outcome": "block",
        "message": "No.",
        "owner": "x",
        "purpose": "y",
        "until": "2027-06-30",
    } | changes
    lines = (f'@{name}("{text}")' for name, text in given_.items() if text is not None)
    return " ".join(lines) + "\n" + FORBID


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (head(id=None), "@id is missing"),
        (head(id="No Name"), "no name for a rule"),
        (head(outcome=None), "@outcome is missing"),
        (head(outcome="ban"), "'ban' is not known"),
        (head(message=None), "@message is missing"),
        (head(message="Ask {boss}."), "names {'boss'}"),
        (head(owner=None), "@owner is missing"),
        (head(purpose=" "), "@purpose is missing"),
        (head(until=None), "Nothing ends the rule"),
        (head(until=None, review="2027-06-30"), "Nothing ends the rule"),
        (head(until="soon"), "no date"),
        (head(**{"from": "2027-07-02"}), "ends before it begins"),
        (head(mode="live"), "@mode 'live' is not known"),
        (head(fails="maybe"), "@fails 'maybe' is not known"),
        (head(share="0"), "no share"),
        (head(share="nan"), "no share"),
        (head(share="1.5"), "no share"),
        (head(share="0.1 from 2027-02-01"), "no share"),
        (head(share="0.1, 0.5"), "no share"),
        (head(share="0.5, 0.1 from 2027-02-01"), "does not grow"),
        (head(share="0.1, 0.5 from 2027-03-01, 0.9 from 2027-02-01"), "does not grow"),
        (head(outcome="throttle"), "@rate is missing"),
        (head(outcome="throttle", rate="often"), "no rate"),
        (head(outcome="throttle", rate="1/min", retry_after="later"), "no time"),
        (head(outcome="reroute", message=None), "@to is missing"),
        (head(outcome="reroute", message=None, to="moon"), "no target 'moon'"),
        (head(to="local"), "@to does nothing for the outcome block"),
        (head(outcome="flag"), "@message does nothing"),
        (head(ownr="z"), "@ownr is not known"),
        (rule("one", "flag", "context.country"), "country"),
        (rule("one", "flag", "context.busy"), "Bool"),
        (rule("one", "flag", "context.version > 1"), "optional attribute"),
        (rule("one", "flag", 'context.verdict == "guilty"'), 'verdict is never "guilty"'),
        (rule("one", "flag").replace("forbid", "permit"), "what is forbidden"),
        (rule("one", "flag")[:-1], "no rule"),
        ("forbid (principal, action", "no rule"),
        ('@id("x\nforbid (principal, action, resource);', "no rule"),
        ("forbid (principal == ?principal, action, resource);", "no whole rule"),
    ],
)
def test_every_mistake_in_a_rule_is_named_with_its_place(folder, text, says):
    """The third line, where the rule begins, and a hint."""
    place = folder("// a comment", "", text, targets=TARGET)
    found = read(place)
    assert found.rules == ()
    mine = [one for one in found.problems if says in one.says]
    assert mine, found.problems
    assert all((one.place, bool(one.hint)) == ("rules.cedar:3", True) for one in mine)
    with pytest.raises(SettingsError, match=r"rules\.cedar:3"):
        Policy.load(place, NOW_S)


def test_two_rules_of_one_name_are_told_apart(folder):
    """The second one is named, with the place of the first."""
    (problem,) = read(folder(rule("same", "flag"), rule("same", "flag"))).problems
    assert problem.place == "rules.cedar:3"
    assert "rules.cedar:1" in problem.says


@pytest.mark.parametrize(
    ("settings", "targets", "file", "says"),
    [
        ("appeal = 1", "", "settings.toml", "str"),
        ("apeal = 'x'", "", "settings.toml", "apeal"),
        ("appeal = ", "", "settings.toml", "not TOML"),
        ("", "", "settings.toml", "where they can turn to"),
        (SETTINGS, "[a]\nwire = 'chat'", "targets.toml", "base_url"),
        (SETTINGS, TARGET.replace("chat", "morse"), "targets.toml", "morse"),
        (SETTINGS, TARGET.replace("http://", "ftp://"), "targets.toml", "no plain http"),
        (SETTINGS, TARGET.replace("127", "me:secret@127"), "targets.toml", "no plain http"),
        (SETTINGS, TARGET + "key_env='A'\nkey_file='b'", "targets.toml", "both"),
        (SETTINGS, TARGET.replace("qwen3", ""), "targets.toml", "no model"),
        (SETTINGS, TARGET + "key='sk-secret'", "targets.toml", "key"),
    ],
)
def test_mistakes_in_settings_and_targets_are_named(folder, settings, targets, file, says):
    """And no secret that was put there by mistake is repeated."""
    place = folder(rule("one", "block"), settings=settings, targets=targets)
    problems = [one for one in read(place).problems if one.file == file]
    assert any(says in one.says for one in problems)
    assert all("secret" not in one.says + one.hint for one in problems)


def test_a_folder_without_rules_and_one_that_is_not_text(tmp_path):
    """Both are problems, not crashes."""
    (empty,) = read(tmp_path).problems
    assert "no rules here" in empty.says
    (tmp_path / "a.cedar").write_text("// soon")
    assert read(tmp_path).problems == (empty,)
    (tmp_path / "a.cedar").write_bytes(b"\xff\xfe")
    (tmp_path / "settings.toml").write_bytes(b"\xff")
    assert {one.says for one in read(tmp_path).problems} == {"It is not UTF-8."}


def test_messages_always_say_what_to_use_and_where_to_appeal(folder):
    """Whatever the author left out is added."""
    approved, plain = (
        Policy.load(folder(rule("one", "block", head=more + HEAD), settings=settings), NOW_S).rules[
            0
        ]
        for more, settings in [("", SETTINGS), ("", 'appeal = "help@example.com"')]
    )
    assert "Tool B" in approved.message
    assert "Tool B" not in plain.message
    for one in (approved, plain):
        assert "{case}" in one.message
        assert "help@example.com" in one.message


CEDAR = st.lists(
    st.sampled_from(
        [
            *("forbid", "permit", "(", ")", "principal", "action", "resource", ",", ";", "when"),
            *("{", "}", "[", "]", "&&", "==", "!", "-", "context", ".busy", '"', '"x"', "//", "\n"),
            *('@id("a")', '@outcome("flag")', "9223372036854775808", "if", "then", "else", "like"),
            *("Account::", "?principal", "\0", "é", "has", "in", "is", HEAD, FORBID),
        ]
    ),
    max_size=40,
).map(" ".join)


@given(text=CEDAR | st.text(max_size=300))
def test_no_text_breaks_the_reader(tmp_path_factory, text):
    """Whatever stands in a rule file is a rule or a SettingsError."""
    place = tmp_path_factory.mktemp("policy")
    (place / "settings.toml").write_text(SETTINGS)
    (place / "r.cedar").write_bytes(text.encode("utf-8", "surrogatepass"))
    problems = read(place).problems
    if problems:
        with pytest.raises(SettingsError):
            Policy.load(place, NOW_S)
    else:
        assert Policy.load(place, NOW_S).rules


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        rule("deep", "flag", "(" * 800 + "true" + ")" * 800),
        rule("long", "flag", " || ".join(["true"] * 60_000)),
        rule("bang", "flag", "!" * 20_000 + "true"),
        "@" * 40_000,
    ],
    ids=["brackets", "deep", "long", "bang", "at"],
)
def test_a_rule_that_would_break_the_parser_is_refused_before(folder, text):
    """A parser that runs out of stack would take the process with it."""
    found = read(folder(text))
    assert found.problems
    assert found.rules == ()
