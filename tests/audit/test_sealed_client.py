"""Our own client as a process, audited from outside: its declaration holds, and one bit breaks it."""

import shutil
import sys
from pathlib import Path

import pytest

import stillwatch
from stillwatch.audit import check, findings_file
from stillwatch.audit.model import Group
from stillwatch.audit.runner import Settings
from stillwatch.cli import run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("rooms")]
pytest.importorskip("httpx")
pytest.importorskip("http_message_signatures")
SCRIPT = Path(__file__).with_name("sealed_client.py")
SOURCES = Path(stillwatch.__file__).parents[1]
POLICY = """
stillwatch_environment = 1
name = "example"
about = "Where the service of Example is offered."
reads = ["time-zone"]

[[entry]]
fact = "time-zone"
class = "asia"
zones = ["Asia/"]
why = "The Asian terms apply."

[[entry]]
fact = "time-zone"
class = "america"
zones = ["America/"]
why = "The American terms apply."
"""
DECLARATION = """
tool = "example client"

[[sends]]
where = "headers.stillwatch-environment"
reads = ["zone"]
holds = "The class of the time zone, as the policy names it."
"""


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Half of a quick audit: each run starts Python with the whole client."""
    monkeypatch.setattr(Settings, "quick", classmethod(lambda _: Settings(16, 2)))


def audited(folder, *words):
    """Audit the client; the file with what was found, and the declaration."""
    tool = folder / "tool"
    tool.mkdir(mode=0o755)
    shutil.copy(SCRIPT, tool)
    (tool / "policy.toml").write_text(POLICY)
    (folder / "declaration.toml").write_text(DECLARATION)
    kept = ["--keep", str(tool), "--keep", str(SOURCES)]
    command = [sys.executable, str(tool / SCRIPT.name), *words]
    out = folder / "found"
    assert run(["audit", "run", "--quick", "--out", str(out), *kept, "--", *command]) == 0
    return out / "findings.json", folder / "declaration.toml"


def test_our_client_does_what_it_declares(tmp_path):
    """The declared header is found, and nothing else that is not plain."""
    findings, declaration = audited(tmp_path)
    found = findings_file.read(findings)
    assert found.tally.by_outcome == {"finished": found.tally.runs}
    (one,) = (one for one in found.findings if one.group is not Group.EXPECTED)
    assert one.factors == ("zone",)
    assert {place.path for place in one.places} == {"headers.stillwatch-environment"}
    assert check.check(check.own(["time-zone"]), found).passed
    assert run(["audit", "check", str(declaration), str(findings)]) == 0


def test_a_copy_with_one_more_bit_is_caught(tmp_path, capsys):
    """The look-alike is named, with the factor that it follows and its code point."""
    findings, declaration = audited(tmp_path, "--mark")
    capsys.readouterr()
    assert run(["audit", "check", str(declaration), str(findings)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "Concealed look-alike, follows host" in said
    assert "U+02BC" in said
    assert said.endswith("declared, 1 not.")
