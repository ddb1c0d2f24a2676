"""What rules under trial did, from the log that the gateway writes."""

import random

import pytest

from stillwatch.errors import InputError
from stillwatch.policy.engine import Policy, in_share
from stillwatch.policy.experiments import Beside, experiments
from stillwatch.policy.facts import Facts
from stillwatch.policy.log import encode, logged
from stillwatch.policy.log_reading import Log

from .writing import DAY_S, HEAD, NOW_S, rule

SHADOW = HEAD.replace("enforce", "shadow")
POOL = 'context.verdict == "relay"'


def write(file, policy, sent, *, all_of_them=True):
    """The log of a gateway: decisions about requests of (account, verdict, day)."""
    with file.open("wb") as log:
        for account, verdict, day in sorted(sent, key=lambda one: one[2]):
            now_s = NOW_S + day * DAY_S
            decision = policy.decide(Facts(account=account, verdict=verdict), now_s)
            if all_of_them or decision.rule or decision.shadows:
                log.write(encode(logged(decision, account, now_s)))
    return Log(file)


def report(policy, log, now_s=NOW_S + 30 * DAY_S, **beside):
    return experiments(policy.rules, log, Beside(**beside), now_s)


def test_a_rule_in_shadow_says_what_it_would_hold_back(folder, tmp_path):
    """Requests and accounts that it met, and what share of all they are."""
    policy = Policy.load(folder(rule("pools", "block", POOL, head=SHADOW)), NOW_S)
    sent = [(f"acct_{n}", "relay" if n < 5 else "ordinary", n / 10) for n in range(20)] * 3
    (one,) = report(policy, write(tmp_path / "log.jsonl", policy, sent))
    assert (one.stage, one.requests, one.accounts, one.held) == ("shadow", 15, 5, 0)
    assert one.request_share.value == one.account_share.value == 0.25
    assert one.request_share.low < 0.25 < one.request_share.high
    assert one.compared is None
    assert (one.innocent, one.appealed) == (None, None)


def test_innocent_and_appealed_accounts_are_counted(folder, tmp_path):
    """An account without a verdict is innocent too."""
    policy = Policy.load(folder(rule("pools", "block", more='@share("0.5")')), NOW_S)
    names = [f"acct_{n}" for n in range(40)]
    log = write(tmp_path / "log.jsonl", policy, [(name, "none", 0) for name in names])
    inside = [name for name in names if in_share(policy.rules[0], name, NOW_S)]
    verdicts = {"acct_0": "relay", "acct_1": "harvest", "acct_2": "undecided"}
    appeals = {"pools": {inside[0]}, "other": set(inside)}
    (one,) = report(policy, log, verdicts=verdicts, appeals=appeals)
    assert one.innocent.value == 38 / 40
    assert one.appealed.value == pytest.approx(1 / len(inside))
    assert one.held == one.held_accounts == len(inside)


def test_accounts_in_a_share_are_compared_with_those_outside(folder, tmp_path):
    """Where those in the share go home the difference is found, and its interval is clear of 0."""
    head = HEAD.replace('@until("2027-06-30")', '@from("2027-01-25") @until("2027-06-30")')
    policy = Policy.load(folder(rule("pools", "block", head=head, more='@share("0.5")')), NOW_S)
    one = policy.rules[0]
    draw = random.Random(7)
    sent = []
    for name in (f"acct_{n}" for n in range(60)):
        daily = draw.randint(4, 8)
        for day in range(20):
            stays = day <= 10 or not in_share(one, name, NOW_S) or day % 5 == 0
            sent += [(name, "none", day + n / daily) for n in range(daily if stays else 1)]
    (found,) = report(policy, write(tmp_path / "log.jsonl", policy, sent))
    compared = found.compared
    assert compared.treated + compared.untreated == 60
    assert compared.after.high < 0
    assert compared.change.high < 0
    assert compared.answered.value == 0  # no status was logged
    assert compared.treated_after.value - compared.untreated_after.value == pytest.approx(
        compared.after.value
    )


def test_a_draw_that_does_nothing_is_found_to_do_nothing(folder, tmp_path):
    """The interval holds 0 in about 95 of 100 trials; of these 30 in at least 26."""
    held = 0
    for trial in range(30):
        name = rule(f"trial-{trial}", "flag", more='@share("0.5")')
        policy = Policy.load(folder(name), NOW_S)
        draw = random.Random(trial)
        sent = [
            (f"acct_{account}", "none", draw.random() * 5)
            for account in range(20)
            for _ in range(draw.randint(2, 12))
        ]
        (found,) = report(policy, write(tmp_path / "log.jsonl", policy, sent))
        held += found.compared.after.low <= 0 <= found.compared.after.high
    assert held >= 26


def test_a_log_of_met_requests_alone_says_nothing_of_all(folder, tmp_path):
    """What was left out cannot be a share of anything."""
    policy = Policy.load(folder(rule("pools", "block", POOL, more='@share("0.5")')), NOW_S)
    sent = [(f"acct_{n}", "relay" if n < 10 else "none", day) for n in range(20) for day in (0, 3)]
    (one,) = report(policy, write(tmp_path / "log.jsonl", policy, sent, all_of_them=False))
    assert (one.requests, one.accounts) == (20, 10)
    assert (one.request_share, one.account_share, one.compared.change) == (None, None, None)
    assert one.compared.after is not None


def test_a_rule_past_its_end_is_reported_as_ended(folder, tmp_path):
    """It is still told what it did."""
    short = SHADOW.replace("2027-06-30", "2027-01-31")
    policy = Policy.load(folder(rule("old", "block", head=short)), NOW_S)
    log = write(tmp_path / "log.jsonl", policy, [("a", "none", day) for day in range(30)])
    (one,) = report(policy, log)
    assert (one.stage, one.requests) == ("ended", 17)


def test_accounts_that_joined_later_are_left_out(folder, tmp_path):
    """They are neither treated from the start nor untreated."""
    steps = '@share("0.3, 0.6 from 2027-01-20")'
    policy = Policy.load(folder(rule("pools", "flag", more=steps)), NOW_S)
    sent = [(f"acct_{n}", "none", day) for n in range(50) for day in (0, 10)]
    (one,) = report(policy, write(tmp_path / "log.jsonl", policy, sent))
    late = NOW_S + 10 * DAY_S
    joined = [
        n
        for n in range(50)
        if in_share(policy.rules[0], f"acct_{n}", late)
        and not in_share(policy.rules[0], f"acct_{n}", NOW_S)
    ]
    assert joined
    assert one.compared.left_out == len(joined)


def test_a_torn_log_is_read_as_far_as_it_goes(folder, tmp_path):
    """Lines that are not whole are counted; a log without any whole line is refused."""
    policy = Policy.load(folder(rule("pools", "block", head=SHADOW)), NOW_S)
    file = tmp_path / "it's a [log]*.jsonl"
    write(file, policy, [("a", "none", 0), ("b", "none", 1)])
    with file.open("ab") as log:
        log.write(b'{"at":"2027-01-15T08:00:00Z","acc')
    read = Log(file)
    assert (read.requests, read.accounts, read.skipped) == (2, 2, 1)
    (tmp_path / "empty.jsonl").touch()
    for name in ("empty.jsonl", "missing.jsonl"):
        with pytest.raises(InputError):
            Log(tmp_path / name)


def test_rules_that_are_fully_enforced_are_no_experiments(folder, tmp_path):
    """They act on everyone: there is nothing to compare."""
    policy = Policy.load(folder(rule("plain", "flag")), NOW_S)
    assert report(policy, write(tmp_path / "log.jsonl", policy, [("a", "none", 0)])) == []
