"""`stillwatch policy try`: what would rules have done on the traffic of a store?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from stillwatch.cli.options import KeyFile, key_ring
from stillwatch.cli.policy.shown import (
    Json,
    PolicyFolder,
    parsed_time,
    print_json,
    print_table,
    usable,
)
from stillwatch.cli.policy.trial import Effect, Known, Trial, try_rules
from stillwatch.errors import InputError, StoreError
from stillwatch.gateway.live.hunt_file import read_verdicts
from stillwatch.hunt import PURPOSE
from stillwatch.keys import KeyRing
from stillwatch.policy.folder import Folder
from stillwatch.report.words import count, number, plain
from stillwatch.store.engine import engine
from stillwatch.store.manifest import MANIFEST
from stillwatch.store.store import opened

TRY = """Say what the rules of a folder would have done on past traffic.

The traffic is the store of a hunt. Each rule is taken as enforced for every account at any time, so
this also tells what a rule in shadow, or one that begins next month, will do. With the verdicts of
a hunt, it counts the accounts that were touched and are not known to be guilty of anything.

Rules that read what a store does not hold are named and left out.

For example:

    stillwatch hunt traffic/ --store june --json verdicts.json

    stillwatch policy try rules --on june --verdicts verdicts.json

    stillwatch policy try rules --on june --since 2027-06-01 --until 2027-06-08 --json
"""
Verdicts = Annotated[
    Path | None, Parameter(help="Verdicts of a hunt, as `hunt --json FILE` wrote them.")
]
_SHOWN = 5
_EVER_US = 2**62


def try_(
    folder: PolicyFolder,
    /,
    *,
    on: Annotated[Path, Parameter(help="The store of a hunt (`hunt --store DIR`).")],
    verdicts: Verdicts = None,
    since: Annotated[str | None, Parameter(help="Leave out what came before this day.")] = None,
    until: Annotated[str | None, Parameter(help="Leave out what came from this day on.")] = None,
    key: KeyFile = None,
    json: Json = False,
) -> int:
    """Try a folder; the help text is `TRY`."""
    found = usable(folder)
    if not (on / MANIFEST).exists():
        raise StoreError(f"There is no store in {on}.", "Make one: stillwatch hunt --store DIR.")
    keys = key_ring(key)
    known = Known(
        verdicts=None if verdicts is None else load_verdicts(verdicts),
        organisations=_hashes(found, keys),
        since_us=_micros(since, "--since", -_EVER_US),
        until_us=_micros(until, "--until", _EVER_US),
    )
    with opened(on, keys) as store, engine(on) as tables:
        trial = try_rules(found, store, tables, known)
    if json:
        print_json(trial)
    else:
        _print(trial)
    return 0


def load_verdicts(file: Path) -> Mapping[str, tuple[str, str, str]]:
    """Verdict, grade and level by account, from the file of a hunt.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return read_verdicts(file.read_bytes()).found
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error


def _hashes(folder: Folder, keys: KeyRing) -> dict[str, int]:
    """How the store writes the organisations that rules name (`traits/words.py`)."""
    hasher = keys.hasher(PURPOSE)
    names = {name for rule in folder.rules for name in rule.reads.organisations}
    return {name: hasher.of(f"organization {name}") for name in sorted(names)}


def _micros(text: str | None, option: str, default: int) -> int:
    at_s = parsed_time(text, option)
    return default if at_s is None else round(at_s * 1e6)


def _print(trial: Trial) -> None:
    console = Console(highlight=False)
    said = f"{count(trial.requests, 'request')} of {count(trial.accounts, 'account')}"
    console.print(
        Text(f"{said}, {count(trial.combinations, 'combination')} of facts.".capitalize())
    )
    if trial.effects:
        columns = ["rule", "outcome", "requests", "decided", "accounts"]
        columns += ["innocent", "innocent share"] if trial.judged else []
        print_table(columns, [_row(one, trial) for one in trial.effects])
    for one in trial.effects:
        _show_accounts(console, one, judged=trial.judged)
    _show_gaps(Console(stderr=True, soft_wrap=True, highlight=False), trial)


def _row(one: Effect, trial: Trial) -> list[str]:
    touched = len(one.accounts)
    row = [one.rule, one.outcome, number(one.requests), number(one.decided), number(touched)]
    if trial.judged:
        share = f"{one.innocent / touched:.0%}" if touched else ""
        row += [number(one.innocent), share]
    return row


def _show_accounts(console: Console, one: Effect, *, judged: bool) -> None:
    if not one.accounts:
        return
    words = [
        f"{plain(who.account)} ({number(who.requests)}{f', {who.verdict}' if judged else ''})"
        for who in one.accounts[:_SHOWN]
    ]
    left = len(one.accounts) - _SHOWN
    more = f", and {number(left)} more (--json lists them)" if left > 0 else ""
    console.print(Text(f"{one.rule}: ", style="bold").append(", ".join(words) + more, "not bold"))


def _show_gaps(notes: Console, trial: Trial) -> None:
    for one in trial.untried:
        facts = ", ".join(one.unknown)
        notes.print(Text(f"Not tried: {one.rule}. Unknown here: {facts}.", style="bold yellow"))
    if any({"verdict", "grade", "level"} & set(one.unknown) for one in trial.untried):
        notes.print("Verdicts come from a hunt: add --verdicts FILE.")
    if trial.nameless:
        notes.print(
            f"{number(trial.nameless)} requests come from clients that the store knows as "
            "`other` only; rules that name such a client by its own name do not see them here."
        )
