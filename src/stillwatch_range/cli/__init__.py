"""`stillwatch range`: make labelled traffic, judge detectors on it. Thin commands, one file each."""

from cyclopts import App

from stillwatch_range.cli.help import (
    MAKE,
    PEER,
    RECORD,
    SCENARIOS,
    SCORE,
    SHORTCUTS,
    TOOLS,
    TRIAL,
    UPSTREAM,
)

app = App(name="range")
app.command("stillwatch_range.cli.scenarios:scenarios", help=SCENARIOS)
app.command("stillwatch_range.cli.make:make", help=MAKE)
app.command("stillwatch_range.cli.score:score", help=SCORE)
app.command("stillwatch_range.cli.trial:trial", help=TRIAL)
app.command("stillwatch_range.cli.peer:peer", help=PEER)
app.command("stillwatch_range.cli.shortcuts:shortcuts", help=SHORTCUTS)
app.command("stillwatch_range.cli.record:record", help=RECORD)
app.command("stillwatch_range.cli.tools:tools", help=TOOLS)
app.command("stillwatch_range.cli.upstream:upstream", help=UPSTREAM)
