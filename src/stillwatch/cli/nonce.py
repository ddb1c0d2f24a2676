"""`stillwatch nonce`: prompts for test purchases."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stillwatch.nonces.file import Nonce, Purchases, read, write
from stillwatch.nonces.make import nonces
from stillwatch.store.frames import Tables, collect

MOST = 10_000
MAKE = """Make prompts, each for one use, and note them in a new file that only its owner can read.

Copy each prompt into the shop as it stands and send it once, to one shop. Nonces with the same
--about belong to one purchase: the accounts that deliver them are taken for accounts of one shop.
The note and the prompts stay in the file. Keep the file: without it nothing can be found.

For example:

    stillwatch nonce make --about "shop X, key 3" --out shop-x.jsonl

    stillwatch nonce make --count 20 --language de --kind office --about "shop Y" --out shop-y.jsonl

    stillwatch nonce make --own acct_of_ours --about "shop Z" --out shop-z.jsonl
"""
LIST = """Show the nonces of files: name, when it was made, what for; with --prompts the prompts too.

For example:

    stillwatch nonce list shop-x.jsonl

    stillwatch nonce list shop-*.jsonl --prompts
"""

app = App(name="nonce", help="Make prompts for test purchases.")


@app.command(help=MAKE)
def make(  # the arguments are the command's options
    *,
    out: Annotated[Path, Parameter(help="The new file, JSON Lines.")],
    about: Annotated[str, Parameter(help="Who buys what where; stays in the file.")] = "",
    count: Annotated[
        int, Parameter(help="How many.", validator=validators.Number(gte=1, lte=MOST))
    ] = 3,
    language: Annotated[str, Parameter(help="Of the prompts: de, en, es, fr, ru or zh.")] = "en",
    kind: Annotated[
        str | None,
        Parameter(help="code, cooking, family, office or travel; all in turn by default."),
    ] = None,
    own: Annotated[
        list[str] | None,
        Parameter(help="An account of your own, whose deliveries do not count.", negative=()),
    ] = None,
    json: Annotated[bool, Parameter(help="Print the nonces as JSON.", negative=())] = False,
) -> int:
    """Make nonces; the help text is `MAKE`."""
    made = tuple(nonces(count, datetime.now(UTC), code=language, kind=kind, about=about))
    write(out, made, own or ())
    if json:
        _print_json(made)
        return 0
    console = Console(soft_wrap=True, highlight=False)
    for one in made:
        console.print(Text(f"{one.nonce}  {one.kind}, {one.bits:.0f} bits", style="dim"))
        console.print(Text(f"{one.text}\n"))
    Console(stderr=True).print(Text(f"Written: {out}"))
    return 0


@app.command(name="list", help=LIST)
def show(
    files: Annotated[list[Path], Parameter(name="FILE", negative=())],
    /,
    *,
    prompts: Annotated[bool, Parameter(help="Show the prompts.", negative=())] = False,
    json: Annotated[
        bool, Parameter(help="Print the nonces as JSON, with their prompts.", negative=())
    ] = False,
) -> int:
    """List nonces; the help text is `LIST`."""
    found = read(files)
    if json:
        _print_json(found.nonces)
        return 0
    table = Table("nonce", "made", "kind", "language", "bits", "about", box=None, pad_edge=False)
    if prompts:
        table.add_column("prompt")
    for one in found.nonces:
        cells = (one.kind, one.language, f"{one.bits:.0f}", Text(one.about))
        made = f"{one.made.astimezone(UTC):%Y-%m-%d %H:%M}"
        table.add_row(one.nonce, made, *cells, *([Text(one.text)] if prompts else []))
    Console().print(table)
    return 0


def found_note(purchases: Purchases, tables: Tables) -> str:
    """One line on what became of the nonces in a hunt.

    Args:
        purchases: what was looked for.
        tables: the hunt's tables.
    """
    rows = collect(tables.purchases.select("row", "nonce", "account", "standing")).to_pylist()
    hits = [row for row in rows if row["standing"] == "delivered"]
    came, accounts = {row["nonce"] for row in hits}, {row["account"] for row in hits}
    asked = len(purchases.nonces)
    said = (
        f"Test purchases: {len(came)} of {asked} nonces came in, through {len(accounts)} accounts."
    )
    left = Counter(row["standing"] for row in rows)
    if left["own"]:
        said += f" Left out: {left['own']} deliveries by your own accounts."
    if left["early"]:
        said += f" Left out: {left['early']} from before the nonce was made; look at the clocks."
    return said


def _print_json(found: Sequence[Nonce]) -> None:
    print(msgspec.json.format(msgspec.json.encode(found)).decode())  # noqa: T201
