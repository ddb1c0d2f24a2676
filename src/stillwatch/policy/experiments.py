"""What rules under trial did: their effect and their cost, each with an interval.

A rule that acts on a share of accounts draws them by a hash of its id and the account, so accounts
in the share and outside of it differ by chance alone. Both are met by the rule: those outside are
logged as its shadows. They are compared from the moment when the rule meets them for the first
time, which the draw cannot influence.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from msgspec import Struct

from stillwatch.policy.engine import drawn
from stillwatch.policy.intervals import Estimate, Numbers, difference, mean, proportion, ratio
from stillwatch.policy.log_reading import DAY_S, Log, Met
from stillwatch.policy.rules import Rule

INNOCENT = ("ordinary", "undecided", "none")
"""Verdicts of accounts that nothing is known against."""

LEAST_DAYS = 1.0
"""An account is compared only if it was watched for so long after the rule met it first, and for
before and after if it was watched for so long before as well."""


class Compared(Struct, frozen=True):
    """Accounts in a rule's share against accounts outside of it, in requests a day and account.

    Attributes:
        treated, untreated: how many accounts.
        left_out: accounts that joined the share later, or were watched for too short a time.
        treated_after, untreated_after: requests sent since the rule met them, whatever the answer,
            as far as the log holds them.
        after: treated less untreated.
        answered: the same for requests that were answered.
        change: treated less untreated of what changed since before the rule met them; None where
            the log leaves out requests that no rule met.
    """

    treated: int
    untreated: int
    left_out: int
    treated_after: Estimate | None
    untreated_after: Estimate | None
    after: Estimate | None
    answered: Estimate | None
    change: Estimate | None


class Experiment(Struct, frozen=True):
    """What a rule under trial did, or would have done.

    Attributes:
        stage: waiting, shadow, enforced or ended, at the time of the report.
        requests: that it met; `held` are those it held back.
        accounts: that it met; `held_accounts` are those of which it held something back.
        request_share: of all requests; None where the log leaves out those that no rule met.
        account_share: of all accounts; None where the log leaves some out.
        innocent: share of the accounts it met with an innocent verdict; None without verdicts.
        appealed: share of the accounts it held back that appealed; None without a book of cases.
        compared: for a rule with a share; None for one in shadow.
    """

    rule: str
    outcome: str
    owner: str
    purpose: str
    stage: str
    until_s: float
    share: float
    requests: int
    held: int
    accounts: int
    held_accounts: int
    request_share: Estimate | None
    account_share: Estimate | None
    innocent: Estimate | None
    appealed: Estimate | None
    compared: Compared | None


class Beside(Struct, frozen=True):
    """What is known besides the log.

    Attributes:
        verdicts: of a hunt, by account; None where none were given.
        appeals: accounts that appealed, by rule; None without a book of cases.
    """

    verdicts: Mapping[str, str] | None = None
    appeals: Mapping[str, Collection[str]] | None = None


def experiments(rules: Sequence[Rule], log: Log, beside: Beside, now_s: float) -> list[Experiment]:
    """The rules under trial, each with what the log says of it.

    Args:
        rules: of a folder; those that are fully enforced are left out.
        log: of the gateway.
        beside: verdicts and appeals.
        now_s: seconds since 1970 UTC.
    """
    return [_one(rule, log, beside, now_s) for rule in rules if rule.experiment]


def _one(rule: Rule, log: Log, beside: Beside, now_s: float) -> Experiment:
    met = log.met(rule.id, rule.until_s)
    held = [name for name, times in zip(met.accounts, met.held, strict=True) if times]
    return Experiment(
        rule=rule.id,
        outcome=rule.outcome,
        owner=rule.owner,
        purpose=rule.purpose,
        stage=rule.stage(now_s),
        until_s=rule.until_s,
        share=rule.share(now_s),
        requests=int(met.requests.sum()),
        held=int(met.held.sum()),
        accounts=len(met.accounts),
        held_accounts=len(held),
        request_share=ratio(*log.of_all(rule.id)) if log.has_all else None,
        account_share=proportion(len(met.accounts), log.accounts) if log.has_all else None,
        innocent=_innocent(met, beside),
        appealed=_appealed(rule, held, beside),
        compared=_compared(rule, met, log) if rule.enforces else None,
    )


def _innocent(met: Met, beside: Beside) -> Estimate | None:
    if beside.verdicts is None:
        return None
    words = [beside.verdicts.get(name, "none") for name in met.accounts]
    return proportion(sum(word in INNOCENT for word in words), len(words))


def _appealed(rule: Rule, held: Sequence[str], beside: Beside) -> Estimate | None:
    if beside.appeals is None:
        return None
    appealed = beside.appeals.get(rule.id, ())
    return proportion(sum(name in appealed for name in held), len(held))


def _compared(rule: Rule, met: Met, log: Log) -> Compared:
    end_s = min(rule.until_s, log.last_s)
    first, last = rule.shares[0][1], rule.share(end_s)
    places = np.array([drawn(rule.id, name) for name in met.accounts])
    days_after = (end_s - met.first_s) / DAY_S
    days_before = (met.first_s - log.first_s) / DAY_S
    watched = days_after >= LEAST_DAYS
    inside, outside = watched & (places < first), watched & (places >= last)
    both = days_before >= LEAST_DAYS
    after = _rate(met.after, days_after)
    change = after - _rate(met.before, days_before)
    answered = _rate(met.answered, days_after)
    return Compared(
        treated=int(inside.sum()),
        untreated=int(outside.sum()),
        left_out=len(places) - int((inside | outside).sum()),
        treated_after=mean(after[inside]),
        untreated_after=mean(after[outside]),
        after=difference(after[inside], after[outside]),
        answered=difference(answered[inside], answered[outside]),
        change=difference(change[inside & both], change[outside & both]) if log.has_all else None,
    )


def _rate(requests: Numbers, days: Numbers) -> Numbers:
    """Requests a day; of accounts that were not watched for long it is not used."""
    return requests / np.maximum(days, LEAST_DAYS)
