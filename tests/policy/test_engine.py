"""Rules decide: which one, for whom, from when until when."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.policy.engine import Policy, in_share
from stillwatch.policy.facts import FACT_NAMES, MOST_BUSY, WORDS, Facts, version_number

from .writing import DAY_S, HEAD, NOW_S, rule

TARGETS = '[local]\nwire = "chat"\nbase_url = "http://127.0.0.1:8000/v1"\nmodel = "qwen3"\n'
EXTRA = {
    "throttle": '@rate("10/min") @retry_after("30s")',
    "reroute": '@to("local")',
}


def load(folder, *rules, **more):
    return Policy.load(folder(*rules, **more), NOW_S)


def test_what_no_rule_forbids_is_allowed(folder):
    """Nobody has to write what is permitted."""
    policy = load(folder, rule("relays", "block", 'context.verdict == "relay"'))
    assert policy.decide(Facts(account="a"), NOW_S).outcome == "allow"
    assert policy.decide(Facts(account="a", verdict="relay"), NOW_S).outcome == "block"


@pytest.mark.parametrize("outcome", ["flag", "throttle", "step-up", "block", "reroute"])
def test_every_outcome_carries_what_it_needs(folder, outcome):
    """Texts for people, a rate for throttles, a target for reroutes."""
    made = rule("one", outcome, more=EXTRA.get(outcome, ""))
    decision = load(folder, made, targets=TARGETS).decide(Facts(account="a"), NOW_S)
    assert (decision.outcome, decision.rule) == (outcome, "one")
    assert ("help@example.com" in decision.message) == (outcome in {"throttle", "step-up", "block"})
    assert (decision.rate is not None) == (outcome == "throttle")
    assert (decision.to is not None) == (outcome == "reroute")
    if outcome == "throttle":
        assert (decision.rate.burst, decision.rate.every_s) == (10, 6.0)
        assert decision.retry_after_s == 30
    if outcome == "reroute":
        assert (decision.to.name, decision.to.model) == ("local", "qwen3")


@given(order=st.permutations(["flag", "throttle", "reroute", "step-up", "block"]))
def test_the_strictest_rule_decides_and_all_are_listed(tmp_path_factory, order):
    """The order in the file means nothing."""
    place = tmp_path_factory.mktemp("policy")
    (place / "settings.toml").write_text('appeal = "x@example.com"')
    (place / "targets.toml").write_text(TARGETS)
    rules = [rule(f"a-{one}", one, more=EXTRA.get(one, "")) for one in order]
    (place / "r.cedar").write_text("\n".join(rules))
    decision = Policy.load(place, NOW_S).decide(Facts(account="a"), NOW_S)
    assert decision.outcome == "block"
    assert decision.flags == ("a-step-up", "a-reroute", "a-throttle", "a-flag")


def test_of_two_throttles_the_slower_decides(folder):
    """A stricter rate is not hidden by a looser one that stands before it."""
    policy = load(
        folder,
        rule("loose", "throttle", more='@rate("100/min")'),
        rule("tight", "throttle", more='@rate("5/min")'),
    )
    assert policy.decide(Facts(account="a"), NOW_S).rule == "tight"


def test_a_rule_in_shadow_only_says_what_it_would_do(folder):
    """Shadow is what a rule is in unless it says otherwise."""
    quiet = '@owner("x") @purpose("y") @until("2027-06-30")'
    decision = load(folder, rule("trial", "block", head=quiet)).decide(Facts(account="a"), NOW_S)
    assert (decision.outcome, decision.rule, decision.shadows) == ("allow", None, ("trial",))


def test_a_rule_begins_and_ends_by_itself(folder):
    """A day alone is its beginning in @from and its end in @until, in UTC."""
    head = '@owner("x") @purpose("y") @mode("enforce") @from("2027-01-16") @until("2027-01-17")'
    policy = load(folder, rule("short", "block", head=head))
    midnight = NOW_S - 8 * 3600 + DAY_S
    facts = Facts(account="a")
    said = [policy.decide(facts, midnight + hours * 3600).outcome for hours in (-1, 0, 47, 48)]
    assert said == ["allow", "block", "block", "allow"]


def test_a_rule_whose_review_was_forgotten_only_watches(folder):
    """Nothing is enforced for ever because somebody forgot it."""
    head = '@owner("x") @purpose("y") @mode("enforce") @review("2027-01-31")'
    policy = load(folder, rule("standing", "block", head=head))
    facts = Facts(account="a")
    assert policy.decide(facts, NOW_S).outcome == "block"
    later = policy.decide(facts, NOW_S + 30 * DAY_S)
    assert (later.outcome, later.shadows) == ("allow", ("standing",))


def test_rules_that_have_ended_are_not_looked_at(folder):
    """They stay in the list of rules, and cost nothing."""
    old = HEAD.replace("2027-06-30", "2026-12-31")
    policy = load(folder, rule("gone", "block", "context.busy > 1", head=old))
    assert [one.id for one in policy.rules] == ["gone"]
    assert policy.names_used == frozenset()
    assert policy.decide(Facts(account="a", busy=9), NOW_S).outcome == "allow"


@given(accounts=st.lists(st.text(), unique=True, min_size=1, max_size=20))
def test_an_account_stays_in_a_share_or_out_of_it(tmp_path_factory, accounts):
    """In every process, at any time, after every reload; and a larger share keeps who was in."""
    place = tmp_path_factory.mktemp("policy")
    (place / "settings.toml").write_text('appeal = "x@example.com"')

    def outcomes(share):
        made = rule("trial", "block", more=f'@share("{share}")')
        (place / "r.cedar").write_text(made)
        policy = Policy.load(place, NOW_S)
        return [policy.decide(Facts(account=one), NOW_S).outcome for one in accounts]

    small, again, large = outcomes(0.3), outcomes(0.3), outcomes(0.6)
    assert small == again
    assert all(b == "block" for a, b in zip(small, large, strict=True) if a == "block")
    assert set(outcomes(1)) == {"block"}


def test_a_share_is_about_as_large_as_it_says_and_its_own(folder):
    """Two rules with one share do not pick the same accounts."""
    policy = load(
        folder,
        rule("one", "block", more='@share("0.2")'),
        rule("two", "block", more='@share("0.2")'),
    )
    names = [f"acct_{n}" for n in range(20_000)]
    first, second = ([in_share(one, name, NOW_S) for name in names] for one in policy.rules)
    for drawn in (first, second):
        assert abs(sum(drawn) / len(names) - 0.2) < 5 * math.sqrt(0.16 / len(names))
    both = sum(a and b for a, b in zip(first, second, strict=True)) / len(names)
    assert abs(both - 0.04) < 5 * math.sqrt(0.0384 / len(names))


def test_a_share_grows_on_its_days_and_keeps_who_was_in(folder):
    """Accounts are thinned out step by step, none of them to and fro."""
    steps = '@share("0.2, 0.5 from 2027-01-20, 1 from 2027-02-01T12:00:00Z")'
    policy = load(folder, rule("pools", "block", more=steps))
    names = [f"acct_{n}" for n in range(400)]

    def held(days):
        at = NOW_S + days * DAY_S
        facts = (Facts(account=name) for name in names)
        return {one.account for one in facts if policy.decide(one, at).outcome == "block"}

    first, second, last = held(0), held(10), held(20)
    assert first < second < last == set(names)
    assert (50 < len(first) < 110, 160 < len(second) < 240) == (True, True)


def test_accounts_out_of_the_share_are_listed_as_shadows(folder):
    """They are what the share is compared with."""
    policy = load(folder, rule("trial", "block", more='@share("0.5")'))
    for name in (f"acct_{n}" for n in range(50)):
        decision = policy.decide(Facts(account=name), NOW_S)
        inside = in_share(policy.rules[0], name, NOW_S)
        assert (decision.outcome == "block") == inside
        assert decision.shadows == (() if inside else ("trial",))


def test_a_request_of_unknown_version_has_none(folder):
    """A rule about old clients never meets one whose age is not known."""
    policy = load(folder, rule("old", "block", "context has version && context.version < 2001091"))
    for version, outcome in [((), "allow"), ((2, 1, 90), "block"), ((2, 1, 91), "allow")]:
        assert policy.decide(Facts(account="a", version=version), NOW_S).outcome == outcome


numbers = st.integers(0, 999)


@given(st.tuples(numbers, numbers, numbers), st.tuples(numbers, numbers, numbers))
def test_version_numbers_keep_their_order(one, other):
    """Rules compare versions as numbers."""
    assert (version_number(one) < version_number(other)) == (one < other)


def test_accounts_and_organisations_are_told_by_name(folder):
    """A rule may name who it is about."""
    policy = load(
        folder,
        rule("one", "flag").replace("principal,", 'principal == Account::"a",', 1),
        rule("all-of-o", "block").replace("principal,", 'principal in Organisation::"o",', 1),
    )
    assert policy.names_used == {"account", "organisation"}
    asked = [("a", ""), ("b", ""), ("a", "o"), ("b", "o"), ("b", "p")]
    said = [policy.decide(Facts(account=one, organisation=of), NOW_S).rule for one, of in asked]
    assert said == ["one", None, "all-of-o", "all-of-o", None]


def test_a_model_can_be_named_as_the_resource(folder):
    """`resource == Model::"x"` reads the model."""
    policy = load(folder, rule("m", "flag").replace("resource)", 'resource == Model::"x")', 1))
    assert policy.names_used == {"model"}
    assert policy.decide(Facts(account="a", model="x"), NOW_S).outcome == "flag"
    assert policy.decide(Facts(account="a", model="y"), NOW_S).outcome == "allow"


def test_more_threads_than_are_counted_are_the_most(folder):
    """`busy` is capped where live state caps it."""
    policy = load(folder, rule("many", "flag", f"context.busy > {MOST_BUSY}"))
    assert policy.decide(Facts(account="a", busy=10_000), NOW_S).outcome == "allow"


def test_a_rule_that_cannot_be_worked_out_follows_its_owners_choice(folder):
    """Open: it does not apply. Closed: it does."""
    when = "context.busy + 9223372036854775807 > 0"
    policy = load(
        folder,
        rule("open", "block", when),
        rule("closed", "flag", when, more='@fails("closed")'),
    )
    assert policy.decide(Facts(account="a", busy=1), NOW_S).rule == "closed"


def test_when_stillwatch_fails_rules_hold_as_their_owners_chose(folder):
    """Only enforced rules with @fails("closed") act on what nobody could look at."""
    policy = load(
        folder,
        rule("open", "block"),
        rule("closed", "step-up", more='@fails("closed")'),
        rule("shadow", "block", more='@fails("closed")', head=HEAD.replace("enforce", "shadow")),
    )
    decision = policy.failed("", NOW_S)
    assert (decision.rule, decision.fails, decision.shadows) == ("closed", "closed", ("shadow",))
    open_only = load(folder, rule("open", "block"))
    assert open_only.failed("", NOW_S).outcome == "allow"


def test_the_kill_switch_turns_everything_into_observation(folder):
    """What would have been done is listed."""
    policy = load(folder, rule("one", "block"), rule("two", "flag"))
    decision = policy.decide(Facts(account="a"), NOW_S).watched()
    assert (decision.outcome, decision.rule) == ("flag", None)
    assert decision.shadows == ("one",)
    assert decision.flags == ("two",)


CLIENTS = ["", "codex", "claude-cli"]
facts = st.builds(
    Facts,
    account=st.sampled_from(["a", "b", "c", "\0", ""]),
    organisation=st.sampled_from(["", "o", "p", "\0"]),
    plan=st.sampled_from(["", "pro"]),
    verdict=st.sampled_from(WORDS["verdict"]),
    grade=st.sampled_from(WORDS["grade"]),
    level=st.sampled_from(WORDS["level"]),
    client=st.sampled_from(CLIENTS),
    version=st.sampled_from([(), (1,), (2, 1, 90), (2, 1, 91)]),
    sealed=st.sampled_from(WORDS["sealed"]),
    region=st.sampled_from(["", "EU", "US"]),
    network=st.sampled_from(["", "tor"]),
    model=st.sampled_from(["", "m", "gpt-x"]),
    wire=st.sampled_from(WORDS["wire"]),
    mark=st.sampled_from(["", "date-line"]),
    busy=st.sampled_from([0, 1, 7]),
)
CONDITIONS = [
    'context.verdict == "relay" && context.grade == "pool"',
    "context has version && context.version < 2001091",
    'principal == Account::"a"',
    '[Account::"a", Account::"b"].contains(principal)',
    'principal in Organisation::"o"',
    'principal in [Organisation::"o", Organisation::"p"]',
    'resource == Model::"m"',
    'context.model like "gpt-*" && context.client != "codex"',
    '!["EU", "US"].contains(context.region)',
    "context.busy > 5",
    'if context.mark == "" then context.network == "tor" else context.wire == "chat"',
    'context.sealed == "foreign" || context.level == "act"',
    'context.plan == "pro"',
]


@given(
    several=st.lists(facts, min_size=1, max_size=12),
    conditions=st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=4, unique=True),
)
def test_a_remembered_answer_is_the_fresh_one(tmp_path_factory, several, conditions):
    """Whatever the rules read, what is left out of the memory's key changes nothing."""
    place = tmp_path_factory.mktemp("policy")
    (place / "settings.toml").write_text('appeal = "x@example.com"')
    rules = [rule(f"r{n}", "flag", one) for n, one in enumerate(conditions)]
    (place / "r.cedar").write_text("\n".join(rules))
    policy = Policy.load(place, NOW_S)
    warm = [policy.decide(one, NOW_S) for one in several * 2]
    fresh = [Policy.load(place, NOW_S).decide(one, NOW_S) for one in several]
    assert warm == fresh * 2


def test_names_used_are_what_the_rules_read(folder):
    """The gateway finds out nothing else."""
    for condition, names in [
        ("context.busy > 5", {"busy"}),
        ('context.model like "gpt-*" && context.client != "codex"', {"model", "client"}),
        ("true", set()),
    ]:
        assert load(folder, rule("r", "flag", condition)).names_used == names
    assert set(FACT_NAMES) == set(Facts.__struct_fields__)
