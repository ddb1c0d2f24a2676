"""`stillwatch cases`: what the gateway held back, what people say about it, and how to undo it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from stillwatch.errors import InputError
from stillwatch.gateway.case_book import Case, CaseBook
from stillwatch.gateway.setup import BOOK

app = App(name="cases")
_DAY_S = 86_400.0
_WIDEST = 1000
_WEIGHTLESS = 0.005

State = Annotated[Path, Parameter(help="The gateway's folder, as given to `serve --state`.")]
Json = Annotated[bool, Parameter(help="Print JSON.", negative=())]
HERE = Path(".stillwatch/gateway")


@app.command(name="list")
def list_cases(
    *,
    account: Annotated[str | None, Parameter(help="Only those of one account.")] = None,
    most: Annotated[int, Parameter(help="How many.")] = 100,
    state: State = HERE,
    json: Json = False,
) -> None:
    """List the newest cases; those with an open appeal come first."""
    with _book(state) as book:
        found = book.cases(account=account, most=most)
    if json:
        _print_json(found)
        return
    table = Table(box=None)
    for name in ("case", "account", "rule", "outcome", "times", "last", "state"):
        table.add_column(name, no_wrap=True)
    for case in found:
        table.add_row(
            case.number,
            case.account,
            case.rule,
            case.outcome,
            str(case.times),
            _when(case.last_s),
            _state(case),
        )
    if not found:
        Console().print("No case is written down.")
        return
    # A row is never cut or folded: what stands in it is there to be copied.
    console = Console()
    needed = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    Console(width=max(console.width, needed), soft_wrap=True).print(table)


@app.command
def show(number: str, /, *, state: State = HERE, json: Json = False) -> None:
    """Show one case with its evidence."""
    with _book(state) as book:
        case = book.case(number)
    if json:
        _print_json(case)
    else:
        _show(case)


@app.command
def appeal(
    number: str,
    /,
    text: Annotated[str, Parameter(help="What the account says.")],
    *,
    state: State = HERE,
) -> None:
    """Write down what the account says about a case."""
    with _book(state) as book:
        _show(book.appeal(number, text, time()))


@app.command
def undo(
    number: str,
    /,
    *,
    by: Annotated[str, Parameter(help="Who decides it.")],
    days: Annotated[float, Parameter(help="How long the rule does not hold.")] = 90.0,
    state: State = HERE,
) -> None:
    """Undo a case: its rule does not hold for its account for some days.

    Running gateways follow within a second.
    """
    now_s = time()
    with _book(state) as book:
        case = book.undo(number, by, now_s + days * _DAY_S, now_s)
    _show(case)
    until = datetime.fromtimestamp(now_s, UTC) + timedelta(days=days)
    Console().print(
        f"Rule {case.rule} does not hold for {case.account} until {until:%Y-%m-%d %H:%M} UTC.",
        highlight=False,
        soft_wrap=True,
    )


def _book(state: Path) -> CaseBook:
    """The book of a gateway.

    Raises:
        InputError: there is none; to look must not make one.
    """
    file = state / BOOK
    if not file.is_file():
        raise InputError(
            f"There is no book of cases in {state.name}.",
            "Name the folder that `stillwatch serve --state DIR` was given.",
        )
    return CaseBook(file)


def _show(case: Case) -> None:
    console = Console()
    lines = [
        f"Case {case.number}: {case.outcome} by rule {case.rule} ({case.reason})",
        _times(case),
        *[f"The request: {name} {value}" for name, value in case.seen.items()],
        _judged(case),
    ]
    for one in case.evidence:
        if abs(one.log10_lr) >= _WEIGHTLESS:
            lines.append(f"  {one.log10_lr:+.2f} {one.signal} ({one.family}): {one.says}")
            lines += [f"        {', '.join(one.exhibits)}"] if one.exhibits else []
    lines.append(f"State: {_state(case)}")
    if case.appeal is not None:
        lines.append(f"The account says: {case.appeal}")
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _times(case: Case) -> str:
    if case.times == 1:
        return f"Account {case.account}, once, {_when(case.last_s)}"
    when = f"{_when(case.opened_s)} to {_when(case.last_s)}"
    return f"Account {case.account}, {case.times} times, {when}"


def _judged(case: Case) -> str:
    if case.verdict == "none":
        return "No hunt has judged this account."
    return f"Last hunt: {case.verdict} {case.grade}".rstrip() + f", level {case.level}"


def _state(case: Case) -> str:
    if case.undone_s is not None:
        return f"undone by {case.undone_by}, {_when(case.undone_s)}"
    return "open" if case.appealed_s is None else f"appealed {_when(case.appealed_s)}"


def _when(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M}"


def _print_json(found: object) -> None:
    print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())  # noqa: T201
