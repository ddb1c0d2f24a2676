"""`stillwatch audit`: what a tool sends in many environments, and what they cause."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from platformdirs import user_cache_path
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from stillwatch.audit import check as checking
from stillwatch.audit import compare as comparing
from stillwatch.audit import findings_file, profiles, recording, report
from stillwatch.audit.findings import judge
from stillwatch.audit.model import Finding, Group
from stillwatch.audit.profiles.install import install
from stillwatch.audit.runner_subject import Subject, subject_of
from stillwatch.audit.sarif import to_sarif
from stillwatch.errors import SettingsError, StoreError

RUN = """Run a tool in many made-up environments and name every difference that they cause.

Each run stands in a room of its own: a scratch home, no way out but to a recorder on this machine,
no files and no keys of yours. Nothing of the tool is opened or changed. The recording holds its
requests word for word; it and the findings go to the new folder --out.

For example:

    stillwatch audit run claude-code --out audit

    stillwatch audit run claude-code --version 2.1.169 --quick --out audit-169

    stillwatch audit run --out audit -- ./my-tool --say hello

    stillwatch audit run --keep /srv/tool --out audit -- python3 /srv/tool/main.py

`stillwatch audit tools` lists the tools that are known by name.
"""
REPORT = """Compare the runs of a recording again, and write the findings anew.

For example:

    stillwatch audit report audit --html page.html --sarif findings.sarif
"""
COMPARE = """Tell what changed between two releases of a tool.

For example:

    stillwatch audit compare audit-169/findings.json audit-330/findings.json
"""
CHECK = """Hold findings against a tool's own list of what it reads and sends.

Exit code 1 says that something is not declared.

For example:

    stillwatch audit check declaration.toml audit/findings.json
"""
FINDINGS, PAGE = "findings.json", "report.html"

app = App(name="audit", help="What does an AI tool read, and what does it hide in its requests?")

Html = Annotated[Path | None, Parameter(help="Write a page for people here.")]
Json = Annotated[Path | None, Parameter(help="Write the findings as JSON here.")]
Sarif = Annotated[Path | None, Parameter(help="Write the findings as SARIF 2.1.0 here.")]


_NAMES = {
    Group.CONCEALED: "Concealed",
    Group.UNDECLARED: "Not declared",
    Group.EXPECTED: "In plain",
}
_STYLES = {Group.CONCEALED: "bold red", Group.UNDECLARED: "bold yellow", Group.EXPECTED: ""}


@app.command(help=RUN)
def run(
    *words: Annotated[str, Parameter(help="A known tool's name, or after -- a command.")],
    out: Annotated[Path, Parameter(help="A new folder for the recording and the findings.")],
    version: Annotated[str, Parameter(help="The release; the profile's by default.")] = "",
    quick: Annotated[
        bool, Parameter(help="Three minutes instead of fifteen.", negative=())
    ] = False,
    telemetry: Annotated[
        bool, Parameter(help="Leave the tool's switches against telemetry alone.", negative=())
    ] = False,
    seed: Annotated[int, Parameter(help="Of the choice and order of environments.")] = 1,
    keep: Annotated[
        list[Path] | None,
        Parameter(help="A folder that a command needs; it may read all of it.", negative=()),
    ] = None,
    tools: Annotated[Path | None, Parameter(help="Where known tools are installed to.")] = None,
) -> int:
    """Record a tool and judge the recording; the help text is `RUN`."""
    # The runner needs an extra; the other commands do without.
    from stillwatch.audit.runner import Settings, record  # noqa: PLC0415

    settings = replace(Settings.quick() if quick else Settings(), quiet=not telemetry, seed=seed)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    hidden = not console.is_terminal
    with Progress(
        *columns, TimeElapsedColumn(), console=console, transient=True, disable=hidden
    ) as shown:
        task = shown.add_task("installing", total=None)
        subject = _subject(words, version, tools or _tools(), keep or ())
        shown.update(task, description=f"running {subject.name}")
        try:
            record(
                subject,
                settings,
                out,
                lambda _run, planned: shown.update(task, total=planned, advance=1),
            )
        except KeyboardInterrupt:
            if (out / recording.FILE).exists():
                console.print(Text(f"`stillwatch audit report {out}` judges what there is."))
            raise
    return report_(out, html=out / PAGE, json=out / FINDINGS)


@app.command(name="report", help=REPORT)
def report_(
    folder: Annotated[Path, Parameter(help="The folder of a recording.")],
    *,
    html: Html = None,
    json: Json = None,
    sarif: Sarif = None,
) -> int:
    """Judge a recording; the help text is `REPORT`."""
    document = judge(recording.read(folder))
    console = Console(highlight=False)
    console.print(Text(report.headline(document), style="bold"))
    for finding in document.findings:
        _show(console, finding)
    console.print(Text("\nWhat could not be tested", style="bold"))
    for sentence in document.not_tested:
        console.print(Text(sentence))
    told = Console(stderr=True, soft_wrap=True, highlight=False)
    if html:
        report.write(document, html)
    if json:
        _write(json, findings_file.as_json(document))
    if sarif:
        _write(sarif, msgspec.json.format(msgspec.json.encode(to_sarif(document))))
    for path in (html, json, sarif):
        if path:
            told.print(Text(f"Written: {path}"))
    return 0


@app.command(name="compare", help=COMPARE)
def compare(
    old: Annotated[Path, Parameter(help="Findings of the older release.")],
    new: Annotated[Path, Parameter(help="Findings of the newer release.")],
    *,
    json: Annotated[bool, Parameter(help="Print the answer as JSON.", negative=())] = False,
) -> int:
    """Compare two findings files; the help text is `COMPARE`."""
    answer = comparing.compare(findings_file.read(old), findings_file.read(new))
    if json:
        print(msgspec.json.encode(answer).decode())  # noqa: T201 - the answer itself
        return 0
    console = Console(highlight=False)
    console.print(Text(f"{answer.old} against {answer.new}", style="bold"))
    for name, findings in (("Gone", answer.gone), ("Added", answer.added)):
        console.print(Text(f"\n{name}: {len(findings)}", style="bold"))
        for finding in findings:
            _show(console, finding)
    console.print(Text(f"\nChanged: {len(answer.changed)}", style="bold"))
    for one in answer.changed:
        _show(console, one.new)
        console.print(Text(_before(one), style="dim"))
    console.print(Text(f"\nThe same in both: {len(answer.same)}"))
    if answer.blind:
        console.print(Text(f"Varied in one of them only: {', '.join(answer.blind)}"))
    return 0


@app.command(name="check", help=CHECK)
def check(
    declaration: Annotated[Path, Parameter(help="The list, TOML or JSON.")],
    findings: Annotated[Path, Parameter(help="What an audit found.")],
) -> int:
    """Check a declaration; the help text is `CHECK`."""
    answer = checking.check(checking.read(declaration), findings_file.read(findings))
    console = Console(highlight=False)
    for finding in answer.undeclared:
        _show(console, finding)
    counts = f"{len(answer.declared)} declared, {len(answer.undeclared)} not"
    console.print(Text(f"{'Passed' if answer.passed else 'Failed'}: {counts}.", style="bold"))
    return 0 if answer.passed else 1


@app.command(name="tools", help="List the tools that are known by name.")
def tools_() -> int:
    """Print name, release and title of each profile."""
    console = Console(highlight=False, soft_wrap=True)
    for name in profiles.names():
        one = profiles.load(name)
        console.print(Text(f"{name:<14} {one.version:<12} {one.title}"))
    return 0


def _subject(words: Sequence[str], version: str, tools: Path, keep: Sequence[Path]) -> Subject:
    """What is audited: a known tool, or a command."""
    if not words:
        known = ", ".join(profiles.names())
        raise SettingsError("No tool is named.", f"Name one of {known}, or a command after --.")
    name, *more = words
    if not more and name in profiles.names():
        return install(name, profiles.load(name), version, tools)
    if version:
        raise SettingsError("--version is for known tools.", "Leave it out before a command.")
    return subject_of(words, profiles.of_command(tuple(words)), keep)


def _tools() -> Path:
    """Where known tools are installed to: the user's cache folder."""
    return user_cache_path("stillwatch") / "tools"


def _show(console: Console, finding: Finding) -> None:
    """Two lines: what and how sure, and the sentence."""
    head = Text(f"\n{_NAMES[finding.group]}", style=_STYLES[finding.group])
    factors = " and ".join(finding.factors) or "the environment"
    head.append(f"  {finding.channel}, follows {factors}, {finding.bits:.1f} bits", "not bold")
    console.print(head)
    console.print(Text(finding.says))
    if finding.group is Group.EXPECTED:
        console.print(Text(f"For example {finding.variants[0].shown}", style="dim"))
    elif finding.scheme:
        console.print(Text(finding.scheme, style="dim"))


def _before(changed: comparing.Changed) -> str:
    """What a changed finding was in the older release."""
    old = changed.old
    example = f"for example {old.variants[0].shown}"
    was = {
        "variants": old.scheme if old.group is not Group.EXPECTED and old.scheme else example,
        "factors": f"followed {' and '.join(old.factors) or 'the environment'}",
        "place": f"at {old.places[0].request} {old.places[0].path}",
    }
    return f"Before: {'; '.join(was[what] for what in changed.what)}"


def _write(path: Path, raw: bytes) -> None:
    try:
        path.write_bytes(raw)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Check that the folder exists and may be written to, or name another file.",
        ) from error
