"""`stillwatch audit`: from a recording to findings, and what is said when something is wrong."""

import json
import sys
from pathlib import Path

import pytest

from stillwatch.audit.recording import Writer
from stillwatch.cli import run
from tests.audit.conftest import makes_rooms
from tests.audit.made_up import recording
from tests.audit.planted import HEAD

APOSTROPHE = "\N{MODIFIER LETTER APOSTROPHE}"


def marked(levels, drafts, _rng):
    """A look-alike of the apostrophe where the server is a lab's."""
    if levels["host"] == "lab":
        body = drafts[0]["body"]
        body["system"] = body["system"].replace("'", APOSTROPHE)


def written(folder, plant=None):
    """A recording on disk, and its findings."""
    made = recording(plant)
    with Writer(folder, made.plan) as writer:
        for one in made.runs:
            writer.add(one)
    findings = folder / "findings.json"
    assert run(["audit", "report", str(folder), "--json", str(findings)]) == 0
    return findings


def test_a_recording_gives_a_page_json_and_sarif(tmp_path, capsys):
    """The concealed mark stands in all of them, with its factor and its code point."""
    written(tmp_path / "one", marked)
    page, sarif = tmp_path / "page.html", tmp_path / "found.sarif"
    words = ["audit", "report", str(tmp_path / "one"), "--html", str(page), "--sarif", str(sarif)]
    assert run(words) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Concealed look-alike, follows host" in said
    assert "U+02BC" in page.read_text()
    assert json.loads(sarif.read_text())["version"] == "2.1.0"


def test_a_release_that_dropped_its_mark_is_told(tmp_path, capsys):
    """The older release's finding is gone in the newer one."""
    old, new = written(tmp_path / "old", marked), written(tmp_path / "new")
    capsys.readouterr()
    assert run(["audit", "compare", str(old), str(new)]) == 0
    assert "Gone: 1" in capsys.readouterr().out
    assert run(["audit", "compare", str(old), str(new), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["gone"]) == 1


def test_what_is_not_declared_fails_the_check(tmp_path, capsys):
    """The same finding passes once it is declared."""
    findings = written(tmp_path / "one", marked)
    silent, honest = tmp_path / "silent.toml", tmp_path / "honest.toml"
    silent.write_text('tool = "tool"\nsends = []\n')
    place = json.loads(findings.read_bytes())["findings"][0]["places"][0]
    honest.write_text(
        f'tool = "tool"\n[[sends]]\nwhere = "{place["path"]}"\nreads = ["host"]\nholds = "The host."\n'
        f'aspects = ["{place["aspect"]}"]\n'
    )
    assert run(["audit", "check", str(silent), str(findings)]) == 1
    assert run(["audit", "check", str(honest), str(findings)]) == 0
    assert "Passed: " in capsys.readouterr().out


def test_known_tools_are_listed(capsys):
    """By the names under which they are run."""
    assert run(["audit", "tools"]) == 0
    assert "claude-code" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["run", "--out", "new"], 2, "No tool is named"),
        (["run", "--out", "new", "--version", "1.0", "--", "sh"], 2, "known tools"),
        (["report", "nowhere"], 3, "nowhere"),
        (["compare", "nowhere", "nowhere"], 3, "cannot be read"),
        (["check", "nowhere.toml", "nowhere"], 3, "cannot be read"),
    ],
    ids=["no tool", "version of a command", "no recording", "no findings", "no declaration"],
)
def test_what_is_wrong_is_said(tmp_path, monkeypatch, capsys, words, code, says):
    """With the documented exit code."""
    monkeypatch.chdir(tmp_path)
    assert run(["audit", *words]) == code
    assert says in " ".join(capsys.readouterr().err.split())


ZONE = """
mark = chr(0x02BC) if "Shanghai" in os.environ.get("TZ", "") else "'"
send(system="Don" + mark + "t guess.", messages=[{"role": "user", "content": sys.argv[1]}])
"""


@pytest.mark.slow
def test_a_command_is_run_and_judged(tmp_path, capsys):
    """From the command line to findings, in real rooms: a script that tells its zone in secret."""
    if not makes_rooms():
        pytest.skip("no namespaces can be made here")
    tool = tmp_path / "tool"
    tool.mkdir(mode=0o755)
    (tool / "main.py").write_text(HEAD + ZONE)
    python = str(Path(sys.executable).resolve())
    words = ["audit", "run", "--out", str(tmp_path / "new"), "--quick", "--keep", str(tool)]
    assert run([*words, "--", python, "-S", str(tool / "main.py"), "{prompt}"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Concealed look-alike, follows zone" in said
    assert (tmp_path / "new" / "report.html").exists()
    assert json.loads((tmp_path / "new" / "findings.json").read_bytes())["findings"]
