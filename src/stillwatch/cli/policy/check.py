"""`stillwatch policy check`: can the rules of a folder be used, and where is each in its life?"""

import time

from rich.console import Console
from rich.text import Text

from stillwatch.cli.policy.shown import (
    Json,
    PolicyFolder,
    day,
    existing,
    finite,
    print_json,
    print_table,
    show_problems,
)
from stillwatch.policy.cases import read_cases
from stillwatch.policy.folder import Folder, read
from stillwatch.policy.notes import notes
from stillwatch.policy.problems import Problem
from stillwatch.policy.rules import Rule
from stillwatch.report.words import count, plain

CHECK = """Check the rules of a policy folder, and list what each is doing today.

Every problem is named with its file and line and with what to do. Exit code 1 says that there are
some; a folder with problems is not used.

For example:

    stillwatch policy check policies/banned-tool

    stillwatch policy check rules --json
"""
_COLUMNS = ("rule", "outcome", "mode", "today", "share", "owner", "from", "until", "review")


def check(folder: PolicyFolder, /, *, json: Json = False) -> int:
    """Check a folder; the help text is `CHECK`."""
    found = read(existing(folder))
    problems = sorted([*found.problems, *read_cases(folder)[1]])
    now_s = time.time()
    if json:
        print_json(_as_data(found, problems, now_s))
        return 1 if problems else 0
    if found.rules:
        print_table(_COLUMNS, [_row(rule, now_s) for rule in found.rules])
    show_problems(problems)
    told = Console(stderr=True, soft_wrap=True, highlight=False)
    for note in notes(found.rules):
        told.print(Text(plain(note)))
    counts = f"{count(len(found.rules), 'rule')}, {count(len(problems), 'problem')}."
    Console(stderr=True).print(Text(counts.capitalize(), style="bold"))
    return 1 if problems else 0


def stage(rule: Rule, now_s: float) -> str:
    """What a rule is doing, in words for people."""
    if rule.enforces and now_s >= rule.review_s and rule.stage(now_s) == "shadow":
        return "shadow: review is due"
    return {"waiting": "not begun"}.get(rule.stage(now_s), rule.stage(now_s))


def _row(rule: Rule, now_s: float) -> tuple[str, ...]:
    share = rule.share(now_s)
    return (
        rule.id,
        rule.outcome,
        "enforce" if rule.enforces else "shadow",
        stage(rule, now_s),
        "" if share >= 1 else f"{share:.3g}",
        rule.owner,
        day(rule.from_s),
        day(rule.until_s, last=True),
        day(rule.review_s, last=True),
    )


def _as_data(found: Folder, problems: list[Problem], now_s: float) -> dict[str, object]:
    return {
        "rules": [
            {
                "id": rule.id,
                "file": rule.file,
                "line": rule.line,
                "outcome": rule.outcome,
                "mode": "enforce" if rule.enforces else "shadow",
                "today": rule.stage(now_s),
                "share": rule.share(now_s),
                "owner": rule.owner,
                "purpose": rule.purpose,
                "from_s": finite(rule.from_s),
                "until_s": finite(rule.until_s),
                "review_s": finite(rule.review_s),
                "reads": sorted(rule.reads.names),
            }
            for rule in found.rules
        ],
        "problems": problems,
        "notes": notes(found.rules),
    }
