"""`stillwatch marks notice`: a text for a page on privacy."""

from typing import Annotated

from cyclopts import Parameter, validators

from stillwatch.cli.marks.machine import (
    DEFAULT_GRAMMAR,
    GrammarName,
    PolicyFile,
    Unsigned,
    policy_of,
)
from stillwatch.client.policy import Policy, check_signed
from stillwatch.marks.grammar import load
from stillwatch.marks.manifest import REGISTER_DAYS
from stillwatch.marks.notice import Operator, Rule, Rules
from stillwatch.marks.notice import notice as written
from stillwatch.marks.secrets import EPOCH_DAYS

NOTICE = """Write a text for a page on privacy, from the same list that the client runs on.

Add what the law asks for besides: the legal basis, and whom to complain to.

For example:

    stillwatch marks notice --name Example --contact privacy@example.com > notice.md

    stillwatch marks notice --name Example --contact privacy@example.com --policy policy.toml
"""
Days = validators.Number(gte=1)


def notice(
    *,
    name: Annotated[str, Parameter(help="Whose client it is.")],
    contact: Annotated[str, Parameter(help="Where to ask and to object.")],
    grammar: GrammarName = DEFAULT_GRAMMAR,
    policy: PolicyFile = None,
    epoch_days: Annotated[
        int, Parameter(help="Length of an epoch, as in the key file.", validator=Days)
    ] = EPOCH_DAYS,
    register_days: Annotated[
        int, Parameter(help="How long a revoked install stays registered.", validator=Days)
    ] = REGISTER_DAYS,
    unsigned: Unsigned = False,
) -> int:
    """Write the notice; the help text is `NOTICE`."""
    operator = Operator(name, contact, epoch_days, register_days, not unsigned)
    asked = policy_of(policy)
    check_signed(asked, operator.signs)
    print(written(load(grammar), operator, _rules(asked)), end="")  # noqa: T201  # the answer itself
    return 0


def _rules(policy: Policy | None) -> Rules | None:
    if policy is None:
        return None
    rules = (
        Rule(
            entry.fact,
            entry.name,
            (
                *entry.exact,
                *(f"ends in {end}" for end in entry.suffix),
                *(f"contains {part}" for part in entry.substring),
                *entry.zones,
            ),
            entry.why,
        )
        for entry in policy.entries
    )
    return Rules(policy.reads, tuple(rules), policy.in_seal)
