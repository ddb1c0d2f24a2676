"""`stillwatch hunt`: read traffic, print verdicts, write the report."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators
from rich.console import Console

from stillwatch.cli.marks.reading import marks_of
from stillwatch.cli.nonce import found_note
from stillwatch.cli.options import KeyFile, StoreFolder, key_ring, store_for
from stillwatch.cli.progress import Progress
from stillwatch.cli.show import explain, summary_table
from stillwatch.errors import InputError, SettingsError, StoreError
from stillwatch.hunt import Hunt, Settings, hunting
from stillwatch.nonces.file import read as read_nonces
from stillwatch.report.collect import report_input
from stillwatch.report.page import write
from stillwatch.verdicts.document import to_json
from stillwatch.verdicts.model import Document, Verdict

FOUND = 1
LEVELS = {"act": ("act",), "review": ("act", "review")}


def hunt(  # noqa: PLR0913  # the arguments are the command's options
    paths: Annotated[list[Path], Parameter(name="PATH", negative=())],
    /,
    *,
    json: Annotated[
        Path | None, Parameter(help="Write the verdicts as JSON; `-` prints them.")
    ] = None,
    report: Annotated[Path | None, Parameter(help="Write one self-contained HTML page.")] = None,
    explain: Annotated[
        str | None, Parameter(help="Show the whole working for one account or pool.")
    ] = None,
    source: Annotated[
        str | None,
        Parameter(
            help="Format of the input: capture, litellm, otel, har, mitmproxy; else found out."
        ),
    ] = None,
    store: StoreFolder = None,
    key: KeyFile = None,
    keep_text: Annotated[
        bool, Parameter(help="Keep the words of turns in the store.", negative=())
    ] = False,
    marks_keys: Annotated[
        Path | None, Parameter(help="Marks key file: check sealed ids, and seals with --grammar.")
    ] = None,
    installs: Annotated[
        Path | None, Parameter(help="Register of enrolled installs, one JSON object a line.")
    ] = None,
    grammar: Annotated[
        str | None, Parameter(help="Grammar of the sealed client: a name, or a TOML file.")
    ] = None,
    nonces: Annotated[
        list[Path] | None,
        Parameter(help="Test purchases to look for, as `nonce make` wrote them.", negative=()),
    ] = None,
    embeddings: Annotated[
        Path | None,
        Parameter(
            help="Folder of a small embedding model (model2vec): compare texts by it instead of by wording."
        ),
    ] = None,
    watched: Annotated[
        bool,
        Parameter(
            help="This store is hunted again and again: correct campaigns for it.", negative=()
        ),
    ] = False,
    processes: Annotated[
        int | None,
        Parameter(
            help="Worker processes; all cores by default.", validator=validators.Number(gte=1)
        ),
    ] = None,
    fail_on: Annotated[
        Literal["act", "review"] | None, Parameter(help="Exit with 1 if a verdict is that strong.")
    ] = None,
    strict: Annotated[
        bool, Parameter(help="Exit with 3 if any line was skipped.", negative=())
    ] = False,
) -> int:
    """Hunt; the help text stands in `help.py`, exit codes in the package's docstring."""
    console = Console(stderr=True)
    purchases = read_nonces(nonces) if nonces else None
    with Progress(console) as progress:
        settings = Settings(
            paths=paths,
            store=store_for(paths, store),
            source=source,
            keep_text=keep_text,
            processes=processes,
            stage=progress.stage,
            watch=progress.watch,
            marks=marks_of(marks_keys, installs, grammar),
            watched=watched,
            nonces=purchases,
            embeddings=embeddings,
        )
        with hunting(settings, key_ring(key)) as found:
            progress.stage("writing")
            if report is not None:
                write(report_input(found, ", ".join(path.name or "-" for path in paths)), report)
            _write_json(found.document, json)
            noted = "" if purchases is None else found_note(purchases, found.tables)
    _check(found, strict=strict)
    _print(found, explain, quiet=str(json) == "-")
    if noted:
        console.print(noted, highlight=False)
    _note_files(console, json, report)
    strong = LEVELS.get(fail_on or "", ())
    return FOUND if any(one.level in strong for one in found.document.verdicts) else 0


def _check(found: Hunt, *, strict: bool) -> None:
    document = found.document
    if not document.exchanges:
        raise InputError(
            f"No exchange could be read; {document.skipped_lines} lines were skipped.",
            _first_reason(found) or "The input is empty.",
        )
    if strict and document.skipped_lines:
        raise InputError(f"{document.skipped_lines} lines were skipped.", _first_reason(found))


def _first_reason(found: Hunt) -> str:
    rows = found.rejects.slice(0, 1).to_pylist()
    return "".join(f"{row['source']}, line {row['line']}: {row['reason']}." for row in rows)


def _print(found: Hunt, subject: str | None, *, quiet: bool) -> None:
    console = Console()
    if subject is not None:
        console.print(explain(_verdict_of(found.document, subject), found.asked))
    elif not quiet:
        console.print(summary_table(found.document))
    rejects = found.rejects.slice(0, 5).to_pylist()
    notes = Console(stderr=True)
    for row in rejects:
        notes.print(f"Skipped {row['source']}, line {row['line']}: {row['reason']}.", style="dim")
    if found.rejects.num_rows > len(rejects):
        notes.print(
            f"... and {found.rejects.num_rows - len(rejects)} more skipped lines.", style="dim"
        )


def _verdict_of(document: Document, subject: str) -> Verdict:
    for verdict in document.verdicts:
        if verdict.subject.id == subject:
            return verdict
    raise SettingsError(
        f"There is no account or pool {subject} in this traffic.",
        "Run without --explain to see who is there.",
    )


def _write_json(document: Document, target: Path | None) -> None:
    if target is None:
        return
    text = to_json(document).decode()
    if str(target) == "-":
        print(text)  # noqa: T201  # the answer itself
        return
    try:
        target.write_text(text + "\n")
    except OSError as error:
        raise StoreError(f"{target.name} cannot be written: {error.strerror}.") from error


def _note_files(console: Console, json: Path | None, report: Path | None) -> None:
    for file in (json, report):
        if file is not None and str(file) != "-":
            console.print(f"Written: {file}")
