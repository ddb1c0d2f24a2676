"""Tables of cases: read, run, and told where they fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.policy.cases import read_cases, run_cases
from stillwatch.policy.folder import read

from .writing import HEAD, NOW_S, rule

SHADOW = HEAD.replace("enforce", "shadow")


@pytest.fixture
def run(folder):
    """Runs a table of cases against rules, and gives what was wrong with each."""

    def go(table, *rules):
        place = folder(*rules)
        (place / "cases").mkdir(exist_ok=True)
        (place / "cases" / "t.toml").write_text(table)
        cases, problems = read_cases(place)
        assert not problems
        return [result.wrong for result in run_cases(read(place), cases, NOW_S)]

    return go


def case(**fields):
    lines = (f"{name} = {value}" for name, value in fields.items())
    return "[[case]]\n" + "\n".join(lines) + "\n"


def test_a_case_passes_or_says_what_came_instead(run):
    """Outcome, rule, shadows and text are each held against what came."""
    rules = (
        rule("relays", "block", 'context.verdict == "relay"'),
        rule("soon", "block", head=SHADOW),
    )
    relay = '{ verdict = "relay" }'
    good = case(name='"a"', facts=relay, outcome='"block"', rule='"relays"', shadows='["soon"]')
    bad = case(name='"b"', outcome='"block"', rule='"soon"', says='"Sorry"', shadows="[]", to='"x"')
    first, second = run(good + bad, *rules)
    assert first == ()
    for word, sentence in zip(
        ("outcome", "no rule", "Rules in shadow", "goes to", "text"), second, strict=True
    ):
        assert word in sentence


def test_a_case_may_ask_what_a_rule_in_shadow_will_do(run):
    """`enforced` takes every rule as enforced for all accounts."""
    table = case(name='"now"', outcome='"allow"') + case(
        name='"later"', outcome='"block"', enforced="true"
    )
    assert run(table, rule("soon", "block", head=SHADOW, more='@share("0.001")')) == [(), ()]


def test_a_case_comes_at_its_day(run):
    """Or at the time of the test, where it names none."""
    table = "".join(
        case(name='"n"', outcome=f'"{outcome}"', **at)
        for outcome, at in [
            ("block", {}),
            ("block", {"at": "2027-06-30T23:59:59Z"}),
            ("allow", {"at": "2027-07-01"}),
            ("allow", {"at": "2027-07-01T01:30:00+01:00"}),
        ]
    )
    assert run(table, rule("one", "block")) == [(), (), (), ()]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[[case]]\nname = 1\noutcome = 'allow'", 1, "str"),
        ("\n[[case]]\nname = 'x'\noutcome = 'alow'", 2, "alow"),
        ("[[case]]\nname = 'x'\noutcome = 'allow'\ntypo = 1", 1, "typo"),
        (
            "[[case]]\nname = 'x'\noutcome = 'allow'\nfacts = {country = 'x'}",
            1,
            "no fact 'country'",
        ),
        ("[[case]]\nname = 'x'\noutcome = 'allow'\nfacts = {verdict = 'guilty'}", 1, "never"),
        ("[[case]]\nname = 'x'\noutcome = 'allow'\nfacts = {version = 'new'}", 1, "no version"),
        ("[[case]]\nname = 'x'\noutcome = 'allow'\nfacts = {busy = 'very'}", 1, "int"),
        ("[[case]]\nname = 'x'\noutcome = 'allow'\nat = 'soon'", 1, "no date"),
        ("[[case]\n", 0, "not TOML"),
        ("[case]\nname = 'x'", 0, "no table of cases"),
    ],
)
def test_a_case_that_cannot_be_used_is_named_with_its_line(folder, text, line, says):
    """What is wrong, where, and what a case may hold."""
    place = folder(rule("one", "flag"))
    (place / "cases").mkdir()
    (place / "cases" / "t.toml").write_text(text)
    cases, (problem,) = read_cases(place)
    assert cases == []
    assert (problem.file, problem.line) == ("cases/t.toml", line)
    assert says in problem.says
    assert problem.hint


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_table_breaks_the_reader(tmp_path_factory, table):
    """Whatever stands in the file is cases or problems."""
    place = tmp_path_factory.mktemp("policy") / "cases"
    place.mkdir()
    raw = table if isinstance(table, bytes) else table.encode("utf-8", "surrogatepass")
    (place / "t.toml").write_bytes(b"[[case]]\nname = 'x'\noutcome = 'allow'\n" + raw)
    cases, problems = read_cases(place.parent)
    assert bool(cases) or bool(problems)
