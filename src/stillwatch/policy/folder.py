"""A policy folder, read: its rules and targets, and everything that is wrong with it."""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from stillwatch.policy import cedar
from stillwatch.policy.annotations import SPEAKS, Annotations, Wrong
from stillwatch.policy.facts import WORDS
from stillwatch.policy.problems import Problem
from stillwatch.policy.reads import Reads, reads
from stillwatch.policy.rules import Rule
from stillwatch.policy.settings import (
    SETTINGS,
    TARGETS,
    Settings,
    Target,
    read_settings,
    read_targets,
)
from stillwatch.policy.statements import Statement, statements, too_much

T = TypeVar("T")
_MOST_BYTES = 4 * 1024 * 1024
_OPTIONAL = "unable to guarantee safety of access to optional attribute"


class Folder(Struct, frozen=True):
    """What a policy folder says.

    Attributes:
        rules: those that can be used, the strictest first.
        settings, targets: what they share.
        problems: what is wrong, in order of file and line; with any, the folder is not used.
    """

    rules: tuple[Rule, ...]
    settings: Settings
    targets: Mapping[str, Target]
    problems: tuple[Problem, ...]


def read(folder: Path) -> Folder:
    """Read a policy folder; nothing is raised for what is wrong in it.

    Args:
        folder: with `*.cedar`, `settings.toml`, `targets.toml`.
    """
    settings, problems = read_settings(folder)
    targets, more = read_targets(folder)
    problems += more
    rules: dict[str, Rule] = {}
    for statement in _statements(folder, problems):
        rule = _Reader(statement, settings, targets, problems).rule()
        if rule is None:
            continue
        if rule.id in rules:
            first = rules[rule.id]
            says = f"There is a rule {rule.id} in {first.file}:{first.line} already."
            problems.append(Problem(rule.file, rule.line, says, "Give one of them another @id."))
            continue
        rules[rule.id] = rule
    problems += _without_appeal(settings, rules)
    ordered = tuple(sorted(rules.values(), key=lambda rule: rule.rank))
    return Folder(ordered, settings, targets, tuple(sorted(problems)))


def _statements(folder: Path, problems: list[Problem]) -> list[Statement]:
    """All statements of all rule files."""
    found: list[Statement] = []
    before = len(problems)
    for file in sorted(folder.glob("*.cedar")):
        try:
            if file.stat().st_size > _MOST_BYTES:
                problems.append(Problem(file.name, 0, "It is larger than 4 MiB.", "Split it."))
                continue
            found += statements(file.name, file.read_text("utf-8"))
        except OSError as error:
            says = f"It cannot be read: {error.strerror}."
            problems.append(Problem(file.name, 0, says, "Check the file and its rights."))
        except UnicodeDecodeError:
            problems.append(Problem(file.name, 0, "It is not UTF-8.", "Save it as UTF-8."))
    if not found and len(problems) == before and not folder.is_dir():
        says = f"{folder} is a file." if folder.exists() else f"There is no folder {folder}."
        problems.append(
            Problem(folder.name or ".", 0, says, "Name the folder that holds the rules.")
        )
    elif not found and len(problems) == before:
        hint = "Name a folder that holds rules, in files that end in .cedar."
        problems.append(Problem(folder.name or ".", 0, "There are no rules here.", hint))
    return found


def _without_appeal(settings: Settings, rules: Mapping[str, Rule]) -> list[Problem]:
    if settings.appeal or not any(rule.outcome in SPEAKS for rule in rules.values()):
        return []
    says = "Rules hold people back, and nothing says where they can turn to."
    return [Problem(SETTINGS, 0, says, 'Add a line like appeal = "ai-access@example.com".')]


class _Reader:
    """One statement becomes a rule; what is wrong goes to `problems`."""

    def __init__(
        self,
        statement: Statement,
        settings: Settings,
        targets: Mapping[str, Target],
        problems: list[Problem],
    ) -> None:
        self._statement = statement
        self._settings = settings
        self._targets = targets
        self._problems = problems

    def rule(self) -> Rule | None:
        """The rule, or None where it cannot stand."""
        before = len(self._problems)
        policy = self._policy()
        if policy is None:
            return None
        looks = reads(policy)
        self._check_types(looks)
        given = Annotations(policy.get("annotations", {}))
        for wrong in given.strangers():
            self._wrong(wrong.says, wrong.hint)
        rule = self._made(given, looks)
        return rule if len(self._problems) == before else None

    def _policy(self) -> cedar.Parsed | None:
        why = too_much(self._statement.text)
        if why:
            self._wrong(f"This is too much: {why}.", "Split the rule into smaller ones.")
            return None
        try:
            found = cedar.parsed(self._statement.text)
        except ValueError as error:
            hint = "The language is described on docs.cedarpolicy.com; see docs/policy.md."
            self._wrong(f"This is no rule: {error}.", hint)
            return None
        static = found["staticPolicies"]
        if found["templates"] or len(static) != 1:
            self._wrong("This is no whole rule.", "A rule is one `forbid (...)` with a semicolon.")
            return None
        policy: cedar.Parsed = next(iter(static.values()))
        if policy["effect"] != "forbid":
            hint = "Everything is permitted unless a rule forbids it; write exceptions as `unless`."
            self._wrong("A rule says what is forbidden, not what is permitted.", hint)
            return None
        return policy

    def _check_types(self, looks: Reads) -> None:
        for error in cedar.type_errors(self._statement.text):
            hint = "The table of facts in docs/policy.md lists what a rule may look at."
            if _OPTIONAL in error and "version" in error:
                hint = "Ask first whether it is known: context has version && context.version < ..."
            self._wrong(f"{error[:1].upper()}{error[1:]}.", hint)
        for fact, word in looks.strangers:
            known = ", ".join(one or '""' for one in WORDS[fact])
            self._wrong(f'{fact} is never "{word}".', f"It is one of: {known}.")

    def _made(self, given: Annotations, looks: Reads) -> Rule | None:
        outcome = self._take(given.outcome, "flag")
        enforces = self._take(lambda: given.one_of("mode", ("shadow", "enforce")), "") == "enforce"
        rate = self._take(given.rate, None) if outcome == "throttle" else None
        rule = Rule(
            id=self._take(given.id, ""),
            file=self._statement.file,
            line=self._statement.line,
            text=self._statement.text,
            reads=looks,
            outcome=outcome,
            reason=given.maybe("reason") or given.maybe("id"),
            message=self._message(given, outcome),
            owner=self._take(lambda: given.text("owner", "Say who answers for the rule."), ""),
            purpose=self._take(lambda: given.text("purpose", "Say what the rule is for."), ""),
            enforces=enforces,
            shares=self._take(given.shares, ((-math.inf, 1.0),)),
            from_s=self._time(given, "from", -math.inf),
            until_s=self._time(given, "until", math.inf),
            review_s=self._time(given, "review", math.inf),
            retry_after_s=self._take(given.retry_after_s, 0.0),
            rate=rate,
            target=self._target(given) if outcome == "reroute" else None,
            fails_closed=self._take(lambda: given.one_of("fails", ("open", "closed")), "")
            == "closed",
            approved=given.maybe("approved") or self._settings.approved,
        )
        self._check_end(rule)
        return rule

    def _message(self, given: Annotations, outcome: str) -> str:
        if outcome not in SPEAKS:
            return ""
        text = self._take(given.message, "")
        approved = given.maybe("approved") or self._settings.approved
        if "{approved}" in text and not approved:
            hint = "Add @approved to the rule, or `approved` to settings.toml."
            self._wrong("@message names {approved}, and no approved tool is named.", hint)
        if approved and "{approved}" not in text:
            text += " Approved: {approved}."
        if "{case}" not in text:
            text += " Case {case}."
        if outcome == "throttle" and "{wait}" not in text:
            text += " Try again in {wait}."
        if outcome != "throttle" and "{wait}" in text:
            self._wrong("@message names {wait}, and nothing waits.", "Only a throttle has a wait.")
        if "{from}" in text:
            text = text.replace("{from}", self._day(given))
        if "{appeal}" not in text:
            text += " If this is wrong: {appeal}."
        return text.replace("{approved}", approved).replace("{appeal}", self._settings.appeal)

    def _day(self, given: Annotations) -> str:
        from_s = self._time(given, "from", -math.inf)
        if from_s == -math.inf:
            self._wrong("@message names {from}, and the rule has no day.", "Add @from to the rule.")
            return ""
        return f"{datetime.fromtimestamp(from_s, UTC):%-d %B %Y}"

    def _target(self, given: Annotations) -> Target | None:
        known = ", ".join(sorted(self._targets)) or f"none; write {TARGETS}"
        name = self._take(lambda: given.text("to", f"Name a target of {TARGETS}: {known}."), "")
        if name and name not in self._targets:
            self._wrong(f"There is no target {name!r}.", f"Targets are: {known}.")
        return self._targets.get(name)

    def _time(self, given: Annotations, name: str, default: float) -> float:
        return self._take(lambda: given.time_s(name, default, last=name != "from"), default)

    def _check_end(self, rule: Rule) -> None:
        if math.isinf(rule.until_s) and (math.isinf(rule.review_s) or rule.experiment):
            hint = 'Add @until("2027-03-31"), the last day of the rule.'
            if not rule.experiment:
                hint = "Add @until, its last day, or @review, the last day before it only watches."
            self._wrong("Nothing ends the rule.", hint)
        if min(rule.until_s, rule.review_s) <= rule.from_s:
            self._wrong("The rule ends before it begins.", "Correct @from, @until or @review.")

    def _take(self, get: Callable[[], T], default: T) -> T:
        try:
            return get()
        except Wrong as wrong:
            self._wrong(wrong.says, wrong.hint)
            return default

    def _wrong(self, says: str, hint: str) -> None:
        self._problems.append(Problem(self._statement.file, self._statement.line, says, hint))
