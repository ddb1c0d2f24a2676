"""`stillwatch marks ids`: issue sealed ids, and say whose an id is."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args

from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.table import Table

from stillwatch.marks.id_shapes import Kind
from stillwatch.marks.ids import IdReader, IdSealer, Minted
from stillwatch.marks.secrets import read_file
from stillwatch.sources.accounts import AccountRecord, load_accounts

FOUND = 1
ISSUE = f"""Issue sealed ids for an account.

KIND is one of {", ".join(get_args(Kind))}; `item` is a message of the Responses API.

For example:

    stillwatch marks ids issue toolu --keys marks.json --account acct_7f3a --count 3
"""
CHECK = """Say of ids whether we issued them, when, and to whom. Exits with 1 if one is another's.

Nothing is looked up: the key file and the id are enough. With --among, accounts are tried until
one fits.

For example:

    stillwatch marks ids check toolu_01SURskiTB3iLmFTEafEUsz3 --keys marks.json --account acct_1

    stillwatch marks ids check ID --keys marks.json --account acct_1 --among accounts.jsonl
"""
Keys = Annotated[Path, Parameter(help="The marks key file.")]

app = App(name="ids", help="Issue sealed ids, or say whose an id is.")


@app.command(help=ISSUE)
def issue(
    kind: Kind,
    /,
    *,
    keys: Keys,
    account: Annotated[str, Parameter(help="Whom the ids are for.")],
    count: Annotated[int, Parameter(help="How many.", validator=validators.Number(gte=1))] = 1,
) -> int:
    """Issue ids; the help text is `ISSUE`."""
    sealer = IdSealer(read_file(keys))
    for _ in range(count):
        print(sealer.issue(account, kind))  # noqa: T201  # the answer itself
    return 0


@app.command(help=CHECK)
def check(
    identifiers: Annotated[list[str], Parameter(name="ID", negative=())],
    /,
    *,
    keys: Keys,
    account: Annotated[str, Parameter(help="Who presented them.")],
    among: Annotated[
        Path | None, Parameter(help="An accounts.jsonl whose accounts are tried.")
    ] = None,
) -> int:
    """Check ids; the help text is `CHECK`."""
    reader = IdReader(read_file(keys))
    known = reader.owners(_accounts(among))
    table = Table("id", "issued", "to", box=None, pad_edge=False, header_style="bold")
    others = 0
    for identifier in identifiers:
        standing = reader.check(identifier, account, time.time())
        others += standing.minted is not None and not standing.own
        table.add_row(identifier, *_words(standing.minted, known, account, own=standing.own))
    Console().print(table)
    return FOUND if others else 0


def _accounts(file: Path | None) -> list[str]:
    records = load_accounts(file) if file is not None else ()
    return [record.account for record in records if isinstance(record, AccountRecord)]


def _words(
    minted: Minted | None,
    known: Mapping[tuple[str, int], tuple[str, ...]],
    account: str,
    *,
    own: bool,
) -> tuple[str, str]:
    if minted is None:
        return "not by us", ""
    issued = datetime.fromtimestamp(minted.time_s, UTC).isoformat(" ")
    if own:
        return issued, account
    named = known.get((minted.key, minted.tag), ())
    return issued, " or ".join(named) or "another account"
