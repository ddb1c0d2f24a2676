"""`stillwatch policy report`: what rules under trial did, from the log of decisions."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from msgspec.structs import asdict
from rich.console import Console
from rich.text import Text

from stillwatch.cli.policy.shown import Json, PolicyFolder, day, finite, print_json, usable
from stillwatch.cli.policy.trying import Verdicts, load_verdicts
from stillwatch.errors import InputError
from stillwatch.gateway.case_book import CaseBook
from stillwatch.policy.experiments import Beside, Compared, Experiment, experiments
from stillwatch.policy.intervals import Estimate
from stillwatch.policy.log_reading import Log
from stillwatch.report.words import count, number, plain

REPORT = """Say what rules under trial did: their effect and their cost, with 95% intervals.

A rule is under trial in shadow, or while it acts on a share of accounts. The log is the one that
the gateway writes. Intervals take accounts as drawn, not requests, because the requests of one
account are alike.

For example:

    stillwatch policy report rules --log decisions.jsonl

    stillwatch policy report rules --log decisions.jsonl --verdicts verdicts.json --cases cases.db
"""
_ALL_CASES = 2**31
_STAGES = {
    "waiting": "not begun",
    "shadow": "in shadow, until {until}",
    "enforced": "acts on {share} of accounts, until {until}",
    "ended": "ended with {until}: it does nothing any more; take it out, or begin it anew",
}


def report(
    folder: PolicyFolder,
    /,
    *,
    log: Annotated[Path, Parameter(help="The log of decisions, JSON lines.")],
    verdicts: Verdicts = None,
    cases: Annotated[Path | None, Parameter(help="The gateway's book of cases.")] = None,
    json: Json = False,
) -> int:
    """Report on a folder; the help text is `REPORT`."""
    found = usable(folder)
    words = None if verdicts is None else load_verdicts(verdicts)
    beside = Beside(
        verdicts=None if words is None else {name: said[0] for name, said in words.items()},
        appeals=None if cases is None else _appeals(cases),
    )
    read = Log(log)
    tried = experiments(found.rules, read, beside, time.time())
    if json:
        print_json(_as_data(read, tried))
        return 0
    console = Console(soft_wrap=True, highlight=False)
    said = f"{count(read.requests, 'decision')} about {count(read.accounts, 'account')}"
    console.print(f"{said}, {day(read.first_s)} to {day(read.last_s)}.".capitalize())
    if read.skipped:
        console.print(f"{count(read.skipped, 'line')} could not be read.".capitalize())
    if not read.has_all:
        console.print("The log leaves out requests that no rule met, so shares of all are unknown.")
    if not tried:
        console.print("No rule of this folder is under trial.")
    for one in tried:
        _show(console, one)
    return 0


def _as_data(read: Log, tried: Sequence[Experiment]) -> dict[str, object]:
    return {
        "decisions": read.requests,
        "accounts": read.accounts,
        "skipped": read.skipped,
        "has_all": read.has_all,
        "experiments": [asdict(one) | {"until_s": finite(one.until_s)} for one in tried],
    }


def _appeals(file: Path) -> Mapping[str, set[str]]:
    """Accounts that appealed, by rule."""
    if not file.is_file():
        raise InputError(f"There is no file {file}.", "Name the gateway's book of cases.")
    found: dict[str, set[str]] = {}
    with CaseBook(file) as book:
        for case in book.cases(most=_ALL_CASES):
            if case.appeal is not None:
                found.setdefault(case.rule, set()).add(case.account)
    return found


def _show(console: Console, one: Experiment) -> None:
    stage = _STAGES[one.stage].format(until=day(one.until_s, last=True), share=f"{one.share:.3g}")
    console.print(
        Text(f"\n{one.rule}", style="bold").append(f"  {one.outcome}, {stage}", "not bold")
    )
    console.print(Text(f"  {plain(one.purpose)} ({plain(one.owner)})", style="dim"))
    met = f"{number(one.requests)} requests of {number(one.accounts)} accounts"
    held = f"{number(one.held)} requests of {number(one.held_accounts)} accounts"
    lines = {"met": met, "held back": held} | {
        name: _percent(value) for name, value in _shares(one).items() if value is not None
    }
    if one.compared is not None:
        lines |= _comparison(one.compared)
    for name, text in lines.items():
        console.print(Text(f"  {name}: {text}"))


def _shares(one: Experiment) -> dict[str, Estimate | None]:
    return {
        "of all requests": one.request_share,
        "of all accounts": one.account_share,
        "of accounts met, with an innocent verdict": one.innocent,
        "of accounts held back, appealed": one.appealed,
    }


def _comparison(compared: Compared) -> dict[str, str]:
    arms = f"{number(compared.treated)} in the share, {number(compared.untreated)} outside"
    left = f", {number(compared.left_out)} left out" if compared.left_out else ""
    names = {
        "treated_after": "requests a day since then, in the share",
        "untreated_after": "requests a day since then, outside",
        "after": "difference",
        "answered": "difference, answered requests",
        "change": "difference in the change since before",
    }
    values = asdict(compared)
    told = {
        text: _figure(values[name])
        for name, text in names.items()
        if name != "change" or values[name] is not None
    }
    return {"accounts compared": f"{arms}{left}", **told}


def _percent(one: Estimate) -> str:
    low, high = one.low, one.high
    if low is None or high is None:
        return f"{one.value:.1%} (too few accounts for an interval)"
    return f"{one.value:.1%} ({low:.1%} to {high:.1%})"


def _figure(one: Estimate | None) -> str:
    if one is None:
        return "no account to tell from"
    if one.low is None or one.high is None:
        return f"{one.value:.2f} (too few accounts for an interval)"
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"
