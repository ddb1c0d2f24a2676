"""The page about formats is true: its examples are read, and every field is on it."""

import re
from pathlib import Path

import msgspec
import pytest

from stillwatch.audit import check, findings_file, recording
from stillwatch.audit.model import Aspect, Cause, Document, Exhibit, Finding, Place, Tally, Variant
from stillwatch.audit.recording import FILE, Limits, Outcome, Plan, Request, Run

PAGE = (Path(__file__).parents[2] / "docs" / "audit-formats.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", PAGE, flags=re.DOTALL))


def section(title):
    """The text of one of the three formats."""
    return next(part for part in PAGE.split("\n## ") if part.startswith(title))


def test_the_recording_is_read(tmp_path):
    """Plan, run and request as the page has them."""
    (tmp_path / FILE).write_text(BLOCKS["jsonl"])
    found = recording.read(tmp_path)
    (run,) = found.runs
    assert found.plan.tool == "example"
    assert run.outcome is Outcome.FINISHED
    assert "\u02bc" in run.requests[0].body
    assert not found.cut


def test_the_declaration_covers_the_finding(tmp_path):
    """Both examples are read, and belong together."""
    findings, declaration = tmp_path / "findings.json", tmp_path / "declaration.toml"
    findings.write_text(BLOCKS["json"])
    declaration.write_text(BLOCKS["toml"])
    checked = check.check(check.read(declaration), findings_file.read(findings))
    assert checked.passed
    assert len(checked.declared) == 1


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("recording.jsonl", (Plan, Limits, Run, Request)),
        ("findings.json", (Document, Tally, Finding, Place, Variant, Cause, Exhibit)),
        ("declaration.toml", (check.Declaration, check.Entry)),
    ],
)
def test_every_field_is_on_the_page(title, kinds):
    """So that a new field does not go untold."""
    text = section(title)
    told = set(re.findall(r"`(?:sends\[\]\.)?(\w+)`", text))
    for kind in kinds:
        assert {field.name for field in msgspec.structs.fields(kind)} <= told, kind


@pytest.mark.parametrize(("title", "words"), [("recording", Outcome), ("findings", Aspect)])
def test_every_word_is_on_the_page(title, words):
    """Endings and aspects."""
    assert all(f"`{word}`" in section(title) for word in words)
