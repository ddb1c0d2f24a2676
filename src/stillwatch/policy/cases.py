"""A table of cases: facts, and what the rules of a folder are to make of them.

The files `cases/*.toml` stand in the policy folder, so rules and what is expected of them are
changed and read together.
"""

import math
import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.policy.decision import Decision, Outcome
from stillwatch.policy.engine import Policy
from stillwatch.policy.facts import FACT_NAMES, WORDS, Facts, read_version
from stillwatch.policy.folder import Folder
from stillwatch.policy.problems import Problem

CASES = "cases"
NOBODY = "acct_test"
"""The account of a case that names none."""

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*case[ \t]*\]\]", re.MULTILINE)
_HINT = (
    "A case has name, facts and outcome, and where they are asked for at, rule, shadows, to, says "
    "and enforced."
)


class _Written(Struct, forbid_unknown_fields=True, kw_only=True):
    """A case as it stands in its file."""

    name: str
    outcome: Outcome
    facts: dict[str, Any] = {}
    at: Any = None  # a date or a time of TOML
    rule: str | None = None
    shadows: list[str] | None = None
    to: str | None = None
    says: str | None = None
    enforced: bool = False


class Case(Struct, frozen=True, kw_only=True):
    """One case.

    Attributes:
        file, line: where it stands.
        name: what it is about, for people.
        facts: of the request.
        at_s: when it comes, seconds since 1970 UTC; None for the time of the test.
        outcome: what is to happen.
        rule: which rule is to decide; None where it does not matter.
        shadows: which rules are to apply without acting; None where it does not matter.
        to: the target of a reroute; None where it does not matter.
        says: words that the person is to read; None where it does not matter.
        enforced: every rule is taken as enforced for all accounts, also those in shadow.
    """

    file: str
    line: int
    name: str
    facts: Facts
    at_s: float | None
    outcome: Outcome
    rule: str | None
    shadows: tuple[str, ...] | None
    to: str | None
    says: str | None
    enforced: bool


class Result(Struct, frozen=True):
    """What came of a case.

    Attributes:
        wrong: what came otherwise than it was to, one sentence each; empty where it passed.
    """

    case: Case
    decision: Decision
    wrong: tuple[str, ...]


def read_cases(folder: Path) -> tuple[list[Case], list[Problem]]:
    """The cases of a policy folder, and what is wrong with them.

    Args:
        folder: with `cases/*.toml`.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in sorted((folder / CASES).glob("*.toml")):
        name = f"{CASES}/{path.name}"
        try:
            text = path.read_text("utf-8")
            entries = tomllib.loads(text)
        except OSError as error:
            problems.append(
                Problem(name, 0, f"It cannot be read: {error.strerror}.", "Look at it.")
            )
            continue
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            hint = "Correct the line it names."
            problems.append(Problem(name, 0, f"It is not TOML: {error}.", hint))
            continue
        lines = [text.count("\n", 0, one.start()) + 1 for one in _HEADER.finditer(text)]
        _take(name, entries, lines, cases, problems)
    return cases, problems


def _take(
    file: str,
    entries: dict[str, Any],
    lines: Sequence[int],
    cases: list[Case],
    problems: list[Problem],
) -> None:
    listed = entries.get("case")
    if set(entries) != {"case"} or not isinstance(listed, list):
        problems.append(Problem(file, 0, "It holds no table of cases.", "Begin each: [[case]]."))
        return
    for place, entry in enumerate(listed):
        line = lines[place] if len(lines) == len(listed) else 0
        try:
            cases.append(_case(file, line, entry))
        except (msgspec.ValidationError, ValueError) as error:
            problems.append(Problem(file, line, f"{error}.", _HINT))


def _case(file: str, line: int, entry: object) -> Case:
    written = msgspec.convert(entry, _Written)
    return Case(
        file=file,
        line=line,
        name=written.name,
        facts=_facts(written.facts),
        at_s=_seconds(written.at),
        outcome=written.outcome,
        rule=written.rule,
        shadows=None if written.shadows is None else tuple(written.shadows),
        to=written.to,
        says=written.says,
        enforced=written.enforced,
    )


def _seconds(at: object) -> float | None:
    """A date or a time of TOML as seconds since 1970 UTC.

    Raises:
        ValueError: it is neither.
    """
    if at is None:
        return None
    if not isinstance(at, date):
        hint = "write it without quotation marks, as in at = 2027-03-02"
        raise ValueError(f"at is no date; {hint}")  # noqa: TRY004  # told like the others
    moment = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, tzinfo=UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _facts(given: dict[str, Any]) -> Facts:
    """Facts from what a case says; a version is written as in `"2.1.91"`.

    Raises:
        ValueError: a fact is unknown, or never has that value.
    """
    for name, value in given.items():
        if name not in FACT_NAMES:
            raise ValueError(f"There is no fact {name!r}; facts are {', '.join(FACT_NAMES)}")
        if name in WORDS and value not in WORDS[name]:
            known = ", ".join(one or '""' for one in WORDS[name])
            raise ValueError(f"{name} is never {value!r}, it is one of {known}")
    values = {"account": NOBODY, **given}
    version = values.get("version")
    if isinstance(version, str):
        values["version"] = read_version(version)
        if version and not values["version"]:
            raise ValueError(f"{version!r} is no version; write it like 2.1.91")
    return msgspec.convert(values, Facts)


def run_cases(folder: Folder, cases: Sequence[Case], now_s: float) -> list[Result]:
    """Put cases before the rules of a folder.

    Args:
        folder: without problems.
        cases: of `read_cases`.
        now_s: the time of cases that name none, seconds since 1970 UTC.
    """
    written = Policy(folder.rules, folder.settings, folder.targets, -math.inf)
    enforced = as_enforced(folder)
    results = []
    for case in cases:
        policy = enforced if case.enforced else written
        decision = policy.decide(case.facts, now_s if case.at_s is None else case.at_s)
        results.append(Result(case, decision, tuple(_differences(case, decision))))
    return results


def as_enforced(folder: Folder) -> Policy:
    """The rules of a folder as if each were enforced for all accounts; dates still hold.

    Args:
        folder: without problems.
    """
    rules = [
        msgspec.structs.replace(rule, enforces=True, shares=((-math.inf, 1.0),))
        for rule in folder.rules
    ]
    return Policy(rules, folder.settings, folder.targets, -math.inf)


def _differences(case: Case, decision: Decision) -> list[str]:
    """What came otherwise than it was to."""
    found = []
    if decision.outcome != case.outcome:
        found.append(f"The outcome is {decision.outcome}, and was to be {case.outcome}.")
    if case.rule is not None and (decision.rule or "") != case.rule:
        came = decision.rule or "no rule"
        found.append(f"It was decided by {came}, and was to be by {case.rule or 'no rule'}.")
    if case.shadows is not None and sorted(decision.shadows) != sorted(case.shadows):
        came, meant = (", ".join(sorted(one)) or "none" for one in (decision.shadows, case.shadows))
        found.append(f"Rules in shadow are {came}, and were to be {meant}.")
    to = decision.to.name if decision.to else ""
    if case.to is not None and to != case.to:
        found.append(f"It goes to {to or 'no other model'}, and was to go to {case.to}.")
    if case.says is not None and case.says not in decision.message:
        found.append(f"The text does not say {case.says!r}.")
    return found
