"""`stillwatch policy test`: put a table of cases before the rules of a folder."""

import time
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from stillwatch.cli.policy.shown import (
    Json,
    PolicyFolder,
    print_json,
    show_problems,
    usable,
)
from stillwatch.policy.cases import Result, read_cases, run_cases
from stillwatch.report.words import count, plain

TEST = """Put the cases of a policy folder before its rules.

Cases stand in FOLDER/cases/*.toml: facts of a request, and the outcome that is to come. Exit code 1
says that one came otherwise; what came instead is printed.

    [[case]]
    name = "the old tool, a day after the ban"
    at = 2027-03-02
    facts = { client = "old-tool", version = "2.1.91" }
    outcome = "block"
    rule = "no-old-tool"

A rule in shadow lets requests pass: name it in `shadows`, or write `enforced = true` to see what it
will do.

For example:

    stillwatch policy test policies/banned-tool
"""


def try_cases(folder: PolicyFolder, /, *, json: Json = False) -> int:
    """Test a folder; the help text is `TEST`."""
    found = usable(folder)
    cases, problems = read_cases(folder)
    results = run_cases(found, cases, time.time())
    failed = [one for one in results if one.wrong]
    if json:
        print_json({"cases": [_as_data(one) for one in results], "problems": problems})
        return 1 if failed or problems else 0
    show_problems(problems)
    console = Console(soft_wrap=True, highlight=False)
    for one in failed:
        _show(console, one)
    console.print(Text(_summary(results, failed, problems), style="bold"))
    return 1 if failed or problems else 0


def _summary(
    results: Sequence[Result], failed: Sequence[Result], problems: Sequence[object]
) -> str:
    if not results and not problems:
        return "No cases: write some to cases/*.toml in the folder (see --help)."
    said = f"{count(len(results) - len(failed), 'case')} passed, {len(failed)} failed"
    if problems:
        said += f", {count(len(problems), 'problem')} in the tables"
    return f"{said}.".capitalize()


def _show(console: Console, one: Result) -> None:
    place = f"{one.case.file}:{one.case.line}" if one.case.line else one.case.file
    console.print(Text(f"{place}: {plain(one.case.name)}", style="bold"))
    for sentence in one.wrong:
        console.print(Text(f"  {plain(sentence)}"))


def _as_data(one: Result) -> dict[str, object]:
    case, came = one.case, one.decision
    return {
        "file": case.file,
        "line": case.line,
        "name": case.name,
        "passed": not one.wrong,
        "wrong": one.wrong,
        "outcome": came.outcome,
        "rule": came.rule,
        "shadows": came.shadows,
        "flags": came.flags,
    }
