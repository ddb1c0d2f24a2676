"""The whole way through the command line, with tools that misbehave: the audit ends and says how."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.audit.recording import FILE, Limits, Outcome, read
from stillwatch.audit.runner import Settings
from stillwatch.cli import run
from tests.audit.planted import HEAD

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("rooms")]
PYTHON = str(Path(sys.executable).resolve())


@pytest.fixture
def small(monkeypatch):
    """An audit of eight runs, each of two seconds at most."""
    limits = Limits(time_s=2.0, requests=20, output=1 << 20)
    monkeypatch.setattr(Settings, "quick", classmethod(lambda _: Settings(8, 1, limits=limits)))


def words(folder, script):
    """The command that audits a script."""
    tool = folder / "tool"
    tool.mkdir(mode=0o755)
    (tool / "main.py").write_text(HEAD + script)
    said = ["audit", "run", "--quick", "--out", str(folder / "new"), "--keep", str(tool)]
    return [*said, "--", PYTHON, "-S", str(tool / "main.py")]


def printed(capsys):
    """What a person reads, as one line."""
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("time.sleep(600)", "8 of 8 runs timed out"),
        ("os.abort()", "8 of 8 runs failed"),
        ("sys.exit('Log in first.')", "Log in first."),
        ("print(input('Trust this folder? '))", "Trust this folder?"),
        ("while True: send()", "8 of 8 runs flooded"),
        ("while True: print('y' * 9999)", "8 of 8 runs flooded"),
        ("pass", "8 of 8 runs sent no request"),
    ],
    ids=["hangs", "crashes", "wants a login", "asks", "floods", "prints", "ends at once"],
)
@pytest.mark.usefixtures("small")
def test_a_tool_that_does_not_work_is_told(tmp_path, capsys, script, says):
    """The command succeeds, and what was not tested is said and written."""
    assert run(words(tmp_path, script)) == 0
    assert says in printed(capsys)
    page = (tmp_path / "new" / "report.html").read_text()
    assert says.partition(" runs ")[0] in page
    assert (tmp_path / "new" / "findings.json").exists()


@pytest.mark.usefixtures("small")
def test_a_tool_that_talks_rubbish_is_told(tmp_path, capsys):
    """What is no HTTP is an ending of its own."""
    script = (
        "import socket\n"
        "with socket.create_connection(('localhost', 8080)) as s:\n"
        "    s.sendall(b'hello?\\r\\n\\r\\n'); s.recv(9)"
    )
    assert run(words(tmp_path, script)) == 0
    assert "8 of 8 runs sent what is no HTTP" in printed(capsys)


@pytest.mark.usefixtures("small")
def test_a_tool_that_refuses_the_certificate_is_told(tmp_path, capsys):
    """The host is named as not seen; what goes to the API is seen all the same."""
    script = (
        "send(text='hello')\n"
        "import ssl\n"
        "own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n"
        "try: urllib.request.build_opener(urllib.request.HTTPSHandler(context=own))"
        ".open('https://pinned.example.org/', b'{}', timeout=5)\n"
        "except OSError: pass"
    )
    assert run(words(tmp_path, script)) == 0
    said = printed(capsys)
    assert "What it sends to pinned.example.org: 8 of 8 runs" in said
    assert "no request was seen, so" not in said


def test_ctrl_c_leaves_what_was_recorded(tmp_path):
    """Exit code 130, a readable recording, and the next step in words."""
    script = 'send()\nif os.environ["TZ"] != "UTC": time.sleep(600)'
    command = [sys.executable, "-m", "stillwatch", *words(tmp_path, script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        file = tmp_path / "new" / FILE
        while process.poll() is None and (not file.exists() or file.read_bytes().count(b"\n") < 2):
            pass
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"audit report" in told
    kept = read(tmp_path / "new")
    assert {one.outcome for one in kept.runs} == {Outcome.FINISHED}
    assert not kept.complete
    assert run(["audit", "report", str(tmp_path / "new")]) == 0


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (["--", "no-such-program"], 2, "no-such-program is not there"),
        (["--keep", "nowhere", "--", "true"], 2, "nowhere is not there"),
        (["no-such-tool"], 2, "no-such-tool is not there"),
    ],
    ids=["no program", "no folder", "unknown tool"],
)
def test_a_wrong_argument_is_told(tmp_path, monkeypatch, capsys, more, code, says):
    """Before anything is run or written."""
    monkeypatch.chdir(tmp_path)
    assert run(["audit", "run", "--out", "new", *more]) == code
    assert says in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "new").exists()


def test_a_folder_with_a_recording_is_kept(tmp_path, capsys):
    """An audit never writes over another."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / FILE).write_text("mine")
    assert run(words(tmp_path, "send()")) == 3
    assert "is there already" in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "new" / FILE).read_text() == "mine"


@pytest.mark.parametrize("text", ["", "{}\n", "not JSON\n"], ids=["empty", "no plan", "rubbish"])
def test_what_is_no_recording_is_told(tmp_path, capsys, text):
    """One sentence in place of a trace."""
    (tmp_path / FILE).write_text(text)
    assert run(["audit", "report", str(tmp_path)]) == 3
    assert "is no recording of an audit" in " ".join(capsys.readouterr().err.split())
