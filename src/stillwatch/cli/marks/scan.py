"""`stillwatch marks scan`: what somebody hides in a text, a request or a capture."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter, validators
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from stillwatch import __version__
from stillwatch.errors import InputError, StoreError
from stillwatch.marks.foreign import SURENESS, Finding, Sure, Tally, scan_file
from stillwatch.marks.foreign.document import as_data
from stillwatch.marks.foreign.sarif import to_sarif

FOUND = 1
MOST_KEPT = 10_000
SCAN = """Find what somebody hides in text: characters without width, look-alike letters and signs,
blanks and dates that are a code, encoded words in the middle of prose.

FILE is a capture, a request, any other JSON, JSON Lines or plain text, packed or not; - is standard
input. Every part of a request is read alike: system text, messages, tool descriptions, tool
results, metadata, headers. Exits with 0 unless --fail-on asks for more.

For example:

    stillwatch marks scan request.json

    stillwatch marks scan traffic/day.jsonl.gz --sarif marks.sarif --fail-on likely

    pbpaste | stillwatch marks scan -
"""


@dataclass
class _Found:
    """Findings of several files, as many as are kept, and how many there are."""

    kept: list[Finding] = field(default_factory=list)
    more: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)


def scan(  # the arguments are the command's options
    paths: Annotated[
        list[Path], Parameter(name="FILE", negative=(), validator=validators.Path(dir_okay=True))
    ],
    /,
    *,
    json: Annotated[
        Path | None, Parameter(help="Write the findings as JSON; `-` prints them.")
    ] = None,
    sarif: Annotated[
        Path | None, Parameter(help="Write the findings as SARIF 2.1.0; `-` prints them.")
    ] = None,
    own: Annotated[
        bool,
        Parameter(help="Plain text is a client's own fixed text: look more strictly.", negative=()),
    ] = False,
    most: Annotated[
        int, Parameter(help="Findings to show.", validator=validators.Number(gte=0))
    ] = 50,
    fail_on: Annotated[
        Sure | None, Parameter(help="Exit with 1 if a finding is at least that sure.")
    ] = None,
) -> int:
    """Scan; the help text is `SCAN`."""
    found = _scan(paths, own=own)
    _write(json, lambda: _as_json(found))
    _write(sarif, lambda: to_sarif(found.kept))
    if "-" not in {str(json), str(sarif)}:
        _print(found, most)
    _note(found)
    return FOUND if _is_bad(found, fail_on) else 0


def _scan(paths: list[Path], *, own: bool) -> _Found:
    found = _Found()
    for path in paths:
        tally = found.tallies[str(path)] = Tally()
        for one in scan_file(path, own=own, tally=tally):
            if len(found.kept) < MOST_KEPT:
                found.kept.append(one)
            else:
                found.more += 1
        if tally.skipped and not tally.texts:
            line, reason = tally.skipped[0]
            raise InputError(f"Nothing of {path.name} could be read.", f"Line {line}: {reason}")
    return found


def _is_bad(found: _Found, fail_on: Sure | None) -> bool:
    """Whether a finding that its maker does not declare is as sure as asked."""
    if fail_on is None:
        return False
    enough = SURENESS[: SURENESS.index(fail_on) + 1]
    return any(one.sure in enough and not one.declared for one in found.kept)


def _as_json(found: _Found) -> dict[str, Any]:
    return {
        "stillwatch": __version__,
        "files": [
            {
                "file": name,
                "texts": tally.texts,
                "skipped_lines": len(tally.skipped) + tally.more_skipped,
            }
            for name, tally in found.tallies.items()
        ],
        "findings": [as_data(one) for one in found.kept],
        "more": found.more,
    }


def _write(target: Path | None, make: Callable[[], dict[str, Any]]) -> None:
    if target is None:
        return
    text = msgspec.json.format(msgspec.json.encode(make())).decode()
    if str(target) == "-":
        print(text)  # noqa: T201  # the answer itself
        return
    try:
        target.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{target.name} cannot be written: {error.strerror}.") from error


def _print(found: _Found, most: int) -> None:
    console = Console()
    if not found.kept:
        console.print("Nothing hidden was found.")
        return
    shown = found.kept[:most]
    table = Table("finding", "as it stands", "as it usually is", show_lines=True)
    for one in shown:
        table.add_row(_what(one), Text(one.shown), Text(one.plain))
    console.print(table)
    twins = {one.channel: one.twin for one in shown}
    console.print(Text("\nWhat else writes this:"))
    for channel, twin in sorted(twins.items()):
        console.print(Text.assemble((f"  {channel}: ", "bold"), twin))
    more = len(found.kept) - len(shown) + found.more
    if more:
        console.print(f"\n... and {more:,} more findings (--most, --json).")


def _what(one: Finding) -> Group:
    where = f"{one.place.file}:{one.place.line}:{one.place.column}"
    lines = [
        Text.assemble((f"{one.sure}  ", _STYLES[one.sure]), (one.channel, "bold")),
        Text(where if not one.place.path else f"{where}\n{one.place.path}", style="dim"),
        Text(one.says),
    ]
    points = one.code_points
    if points and not one.marks[0].text.isascii():
        lines.append(Text(" ".join(points[:6]) + (" ..." if len(points) > 6 else ""), style="dim"))
    if one.declared:
        lines.append(Text(f"Declared: {one.declared}", style="dim"))
    return Group(*lines)


_STYLES = {"certain": "bold red", "likely": "yellow", "possible": "cyan"}


def _note(found: _Found) -> None:
    console = Console(stderr=True, soft_wrap=True)
    for name, tally in found.tallies.items():
        for line, reason in tally.skipped[:5]:
            console.print(Text(f"Skipped {Path(name).name}, line {line}: {reason}", style="dim"))
        more = max(0, len(tally.skipped) - 5) + tally.more_skipped
        if more:
            console.print(Text(f"... and {more:,} more skipped lines.", style="dim"))
