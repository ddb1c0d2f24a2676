"""`stillwatch marks disclose`: what a sealed client does on this machine."""

from collections.abc import Iterable
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text as Shown

from stillwatch.cli.marks.machine import (
    DEFAULT_GRAMMAR,
    GrammarName,
    PolicyFile,
    Record,
    Unsigned,
    Url,
    machine,
    policy_of,
)
from stillwatch.cli.marks.request import At, seconds
from stillwatch.client.enrolment import read_enrolment
from stillwatch.marks.disclose import Disclosure, Text, as_json, disclosure
from stillwatch.marks.grammar import load

DISCLOSE = """Show what a sealed client reads, puts into requests and keeps on this machine.

Everything that it does is listed, with the values of this machine. They are shown here and go
nowhere. Keys are not shown.

For example:

    stillwatch marks disclose enrolment.json

    stillwatch marks disclose enrolment.json --policy policy.toml --url https://api.example.com

    stillwatch marks disclose enrolment.json --json
"""


def disclose(
    enrolment: Record,
    /,
    *,
    grammar: GrammarName = DEFAULT_GRAMMAR,
    policy: PolicyFile = None,
    url: Url = None,
    unsigned: Unsigned = False,
    at: At = None,
    as_json_: Annotated[bool, Parameter(name="--json", help="Print JSON.", negative="")] = False,
) -> int:
    """Disclose; the help text is `DISCLOSE`."""
    record = read_enrolment(enrolment)
    secret = record.key(seconds(at)).secret
    found = disclosure(load(grammar), secret, machine(record, policy_of(policy), url, not unsigned))
    if as_json_:
        print(as_json(found).decode())  # noqa: T201  # the answer itself
        return 0
    console = Console(soft_wrap=True, highlight=False, markup=False)
    _who(found, console)
    _reads(found, console)
    _puts(found, console)
    _contacts(found, console)
    _head("What is kept", console)
    rows = ((kept.what, kept.where, kept.long) for kept in found.kept)
    console.print(table(("what", "where", "how long"), rows))
    console.print()
    console.print(found.never)
    return 0


def table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """A plain table; texts are shown as they are, and whole."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*map(Shown, row))
    return made


def _who(found: Disclosure, console: Console) -> None:
    console.print(found.why)
    _head("Who", console)
    organization = f" of {found.organization}" if found.organization else ""
    console.print(f"Install {found.install}, enrolled by account {found.account}{organization}.")
    for key in found.keys:
        console.print(f"Key for epoch {key.epoch}: {key.begins:%Y-%m-%d} to {key.ends:%Y-%m-%d}.")
    console.print(found.for_whom)


def _reads(found: Disclosure, console: Console) -> None:
    _head("What is read", console)
    if not found.reads:
        console.print("Nothing. The environment check is off.")
        return
    rows = (
        (one.fact, one.source, "not set" if one.value is None else one.value, one.name, one.why)
        for one in found.reads
    )
    console.print(table(("fact", "from", "value here", "sent", "why"), rows))
    if found.in_seal:
        console.print("The classes are also bound into the line at the end of every message.")


def _puts(found: Disclosure, console: Console) -> None:
    _head("What is put into headers", console)
    rows = ((line.name, line.value or "new each time", line.holds) for line in found.headers)
    console.print(table(("header", "value", "holds"), rows))
    for text in found.texts:
        _text(text, console)
    console.print()
    console.print(found.ids)


def _contacts(found: Disclosure, console: Console) -> None:
    _head("Connections of its own", console)
    if not found.server:
        console.print("None. The record names no server.")
        return
    console.print(f"To {found.server} only.")
    rows = ((one.path, one.sends, one.gets, one.when) for one in found.contacts)
    console.print(table(("path", "sends", "gets", "when"), rows))


def _text(text: Text, console: Console) -> None:
    _head(f"What is chosen in the {_bare(text.where)} ({text.region})", console)
    added = "The text is added where it is not there. " if text.adds else ""
    console.print(f"{added}It stays the same for {text.lasts}.")
    rows = (
        (str(one.site), "either" if one.bit is None else str(one.bit), one.uses, one.instead_of)
        for one in text.choices
    )
    console.print(table(("site", "bit", "says", "could say"), rows))


def _bare(where: str) -> str:
    """A place without its article."""
    return where.removeprefix("the ").removeprefix("a ")


def _head(text: str, console: Console) -> None:
    console.print()
    console.print(text, style="bold")
