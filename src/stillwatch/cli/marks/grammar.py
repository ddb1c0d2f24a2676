"""`stillwatch marks grammar check`: what a grammar gives, and what it reveals."""

import json
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from stillwatch.marks.check import GrammarCheck, check, tiktoken_counters
from stillwatch.marks.grammar import load

FOUND = 1
CHECK = """Say how many sites, bits and tokens a grammar has, and what it reveals.

GRAMMAR is a file, or the name of one that comes along: coding-agent, chat-assistant. Exits with 1
if something should be mended.

For example:

    stillwatch marks grammar check coding-agent

    stillwatch marks grammar check ours.toml --tokens
"""

app = App(name="grammar", help="Look through a grammar of seals.")


@app.command(name="check", help=CHECK)
def check_grammar(
    grammar: Path,
    /,
    *,
    tokens: Annotated[
        bool, Parameter(help="Count tokens with tiktoken, which may fetch its tables.", negative="")
    ] = False,
    as_json: Annotated[bool, Parameter(name="--json", help="Print JSON.", negative="")] = False,
) -> int:
    """Check a grammar; the help text is `CHECK`."""
    found = check(load(grammar), tiktoken_counters() if tokens else None)
    if as_json:
        print(json.dumps(msgspec.to_builtins(found), indent=1))  # noqa: T201  # the answer itself
    else:
        _show(found, Console(soft_wrap=True, highlight=False))
    return FOUND if found.problems else 0


def _show(found: GrammarCheck, console: Console) -> None:
    table = Table("region", "place", "tool", box=None, pad_edge=False, header_style="bold")
    for name in ("bits", "characters"):
        table.add_column(name, justify="right")
    for region in found.regions:
        table.add_row(
            region.id, region.place, region.tool, str(region.sites), f"{region.characters:,}"
        )
    console.print(table)
    low, mean, high = found.shown
    console.print(
        f"{found.lasting} lasting bits, {found.fresh} fresh bits a turn.\n"
        f"Texts of two installs differ at {mean} sites ({low} to {high} in 95 of 100 pairs): "
        "a comparison shows that those sites exist and both their wordings, and nothing of a "
        "third install."
    )
    for line in found.tokens:
        uneven = f"; sites that differ: {line.uneven}" if line.uneven else ""
        console.print(f"{line.tokenizer}: {line.plain} tokens, {line.low} to {line.high}{uneven}")
    if not found.tokens:
        console.print("Tokens were not counted; --tokens counts them with tiktoken.")
    for problem in found.problems:
        console.print(problem, style="bold", markup=False)
