"""A tool is run in every environment; whatever it does is an outcome, and nothing of it is left."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from stillwatch.audit.profiles import of_command
from stillwatch.audit.recording import FILE, Limits, Outcome, read
from stillwatch.audit.runner import Settings, record
from stillwatch.audit.runner_patience import HOPELESS
from stillwatch.audit.runner_subject import subject_of
from stillwatch.errors import EngineError, SettingsError
from tests.audit.planted import planted

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("rooms")


def recorded(folder, script, *, environments=1, repeats=1, **limits):
    """Record a script and read the recording."""
    settings = Settings(environments, repeats, limits=Limits(**({"time_s": 20.0} | limits)))
    told = []
    record(planted(folder, script), settings, folder / "out", lambda run, n: told.append((run, n)))
    found = read(folder / "out")
    assert tuple(run for run, _ in told) == found.runs
    assert {planned for _, planned in told} == {environments * repeats}
    return found


def said(run):
    """What the tool of a run sent first."""
    return json.loads(run.requests[0].body)


def test_every_environment_is_run_and_seen(tmp_path):
    """What the tool reads is what its environment holds, and what it sends is recorded."""
    script = (
        "import socket, getpass\n"
        "print(send(zone=os.environ['TZ'], home=os.environ['HOME'], cwd=os.getcwd(),"
        " machine=socket.gethostname(), user=getpass.getuser(), tty=os.isatty(1),"
        " key=os.environ['ANTHROPIC_API_KEY'], git=os.path.isdir('.git')))"
    )
    found = recorded(tmp_path, script, environments=8, repeats=2)
    assert found.complete
    assert {run.outcome for run in found.runs} == {Outcome.FINISHED}
    for run in found.runs:
        sent = said(run)
        assert sent["zone"] == run.environment["zone"] == run.values["zone"]
        assert (sent["home"], sent["cwd"]) == (run.values["home"], run.values["directory"])
        assert (sent["machine"], sent["user"]) == (run.values["machine"], run.values["user_name"])
        assert sent["tty"] == (run.environment["terminal"] != "none")
        assert sent["key"] == run.values["key"]
        assert sent["git"]
        assert run.requests[0].host == run.environment["host"]
        assert run.requests[0].server == run.values["server"]
        assert "Hello." in run.said
    assert {run.environment["host"] for run in found.runs} == set(found.plan.factors[0].levels)


@pytest.mark.parametrize(
    ("script", "limits", "outcome", "status"),
    [
        ("send()", {}, Outcome.FINISHED, 0),
        ("sys.exit(3)", {}, Outcome.FAILED, 3),
        ("os.abort()", {}, Outcome.FAILED, -6),
        ("send(); time.sleep(60)", {"time_s": 2.0}, Outcome.TIMED_OUT, None),
        ("while True: send()", {"requests": 5}, Outcome.FLOODED, None),
        ("send(x='y' * 9000); time.sleep(60)", {"bytes": 5000}, Outcome.FLOODED, None),
        ("while True: print('y' * 999)", {"output": 5000}, Outcome.FLOODED, None),
    ],
    ids=["ends", "fails", "crashes", "hangs", "many requests", "long requests", "much output"],
)
def test_what_a_tool_does_is_an_outcome(tmp_path, script, limits, outcome, status):
    """Hanging, crashing and flooding end the run, not the audit."""
    (run,) = recorded(tmp_path, script, **limits).runs
    assert (run.outcome, run.exit) == (outcome, status)
    assert len(run.requests) <= limits.get("requests", 1)


def test_processes_are_limited(tmp_path):
    """A tool that starts others without end is stopped at its limit."""
    script = (
        "made = 0\n"
        "try:\n"
        "    for made in range(100):\n"
        "        if os.fork() == 0: time.sleep(600)\n"
        "except OSError: pass\n"
        "send(made=made)"
    )
    (run,) = recorded(tmp_path, script, processes=50).runs
    assert said(run)["made"] < 50


def test_rubbish_is_an_outcome(tmp_path):
    """What is no HTTP."""
    script = (
        "import socket\n"
        "with socket.create_connection(('localhost', 8080)) as s: s.sendall(b'hello?\\r\\n\\r\\n'); s.recv(9)"
    )
    (run,) = recorded(tmp_path, script).runs
    assert run.outcome == Outcome.RUBBISH


def test_hosts_of_the_tool_itself_are_seen(tmp_path):
    """A name that the tool knows by itself leads to the recorder, with TLS and without."""
    script = (
        "os.environ.pop('HTTPS_PROXY', 0); os.environ.pop('https_proxy', 0)\n"
        "urllib.request.urlopen('https://telemetry.example.org/v1/logs', b'{}', timeout=5)"
    )
    (run,) = recorded(tmp_path, script).runs
    (request,) = run.requests
    assert (request.server, request.host) == ("telemetry.example.org", "other")
    assert request.scheme == "https"
    assert "telemetry.example.org" in run.lookups


def test_fixed_addresses_are_seen(tmp_path):
    """A tool that asks no name server reaches the recorder as well, and no one else."""
    script = (
        "for name in list(os.environ):\n"
        "    if name.lower().endswith('_proxy'): del os.environ[name]\n"
        "for url in ('http://203.0.113.9/a', 'https://198.51.100.7/b'):\n"
        "    urllib.request.urlopen(url, b'{}', timeout=5)"
    )
    (run,) = recorded(tmp_path, script).runs
    assert [(one.server, one.path, one.host) for one in run.requests] == [
        ("203.0.113.9", "/a", "other"),
        ("198.51.100.7", "/b", "other"),
    ]
    assert run.lookups == ()


def test_a_room_holds_nothing_of_the_machine(tmp_path, monkeypatch):
    """No home, no variable, no way out, no rights, no other process."""
    monkeypatch.setenv("STILLWATCH_TEST_SECRET", "not for tools")
    script = f"""
def there(*paths): return [p for p in paths if os.path.exists(p)]
def fails(do):
    try: do()
    except OSError: return True
import socket
home = os.environ['HOME']
send(there=there('/root/.ssh', '/home/' + {os.environ.get("USER", "x")!r}, {str(ROOT)!r}, '/etc/shadow', '/old'),
  secret='STILLWATCH_TEST_SECRET' in os.environ, user=os.getuid(),
  interfaces=[name for _, name in socket.if_nameindex()],
  homes=os.listdir('/home') if os.path.isdir('/home') else [], processes=[p for p in os.listdir('/proc') if p.isdigit()],
  out=fails(lambda: socket.create_connection(('192.0.2.1', 22), 3)),
  reads_only=fails(lambda: open('/usr/x', 'w')) and fails(lambda: open(__file__, 'a')),
  rights=[line.split()[1] for line in open('/proc/self/status') if line.startswith('CapEff')][0],
  writes=open(home + '/x', 'w').write('x'))
"""
    (run,) = recorded(tmp_path, script).runs
    sent = said(run)
    assert sent["there"] == []
    assert not sent["secret"]
    assert sent["user"] == 1000
    assert sent["interfaces"] == ["lo"]
    assert sent["out"]
    assert sent["reads_only"]
    assert sent["writes"] == 1
    assert int(sent["rights"], 16) == 0
    assert len(sent["processes"]) == 1
    assert sent["homes"] in ([], [run.values["user_name"]])


def test_what_a_tool_leaves_running_ends_with_the_run(tmp_path):
    """Its last requests are still seen; then it is gone."""
    script = (
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    time.sleep(0.3); send(late=True)\n"
        "    time.sleep(600)"
    )
    (run,) = recorded(tmp_path, script).runs
    assert run.outcome == Outcome.FINISHED
    assert said(run)["late"]
    assert not _running(tmp_path)


def test_a_broken_off_audit_leaves_what_it_has_and_nothing_running(tmp_path):
    """Ctrl-C ends the rooms; finished runs are in the recording."""
    code = (
        "import sys; from pathlib import Path; from tests.audit.planted import planted\n"
        "from stillwatch.audit.runner import Settings, record\n"
        "folder = Path(sys.argv[1])\n"
        'record(planted(folder, \'send()\\nif os.environ["TZ"] != "UTC": time.sleep(600)\'),'
        " Settings(16, 1), folder / 'out', lambda run, n: print('.', flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout.read(1) == b"."
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) != 0
    assert read(tmp_path / "out").runs
    assert not read(tmp_path / "out").complete
    assert not _running(tmp_path)


@pytest.mark.parametrize(
    ("answer", "version"), [("tiny 4.5.6-rc.1 (Tiny)", "4.5.6-rc.1"), ("what?", "")]
)
def test_a_command_is_asked_for_its_version(tmp_path, answer, version):
    """So that two releases can be told apart; the answer is no run."""
    tool = tmp_path / "tool"
    tool.mkdir()
    (tool / "tiny").write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{answer}"\n')
    (tool / "tiny").chmod(0o755)
    words = (str(tool / "tiny"), "go")
    subject = subject_of(words, of_command(words))
    record(subject, Settings(1, 1), tmp_path / "out", lambda *_: None)
    found = read(tmp_path / "out")
    assert found.plan.version == version
    assert len(found.runs) == 1


def test_a_program_that_cannot_be_run_ends_the_audit(tmp_path):
    """One sentence, although two rooms broke down at a time."""
    tool = replace(planted(tmp_path, ""), program="/usr/share")
    with pytest.raises(EngineError, match="was not started"):
        record(tool, Settings(4, 1), tmp_path / "out", lambda *_: None)


def test_folders_of_their_owner_only_are_refused(tmp_path):
    """Root does not lend its rights to a tool."""
    tool = planted(tmp_path, "send()")
    (tmp_path / "planted").chmod(0o700)
    if os.geteuid() != 0:
        pytest.skip("a room without root is its maker's")
    with pytest.raises(SettingsError, match="owner only"):
        record(tool, Settings(1, 1), tmp_path / "out", lambda *_: None)
    assert not (tmp_path / "out").exists()


def test_a_tool_that_never_ends_ends_the_audit(tmp_path):
    """Eight runs tell as much as all would."""
    settings = Settings(16, 1, limits=Limits(requests=2), at_a_time=1)
    script = "while True: send()"
    record(planted(tmp_path, script), settings, tmp_path / "out", lambda *_: None)
    assert len(read(tmp_path / "out").runs) == HOPELESS


def test_no_run_is_begun_past_the_budget(tmp_path):
    """A default audit ends in its time; what is missing shows in the recording."""
    settings = Settings(4, 1, budget_s=0.0)
    record(planted(tmp_path, "send()"), settings, tmp_path / "out", lambda *_: None)
    found = read(tmp_path / "out")
    assert not found.runs
    assert not found.complete
    assert (tmp_path / "out" / FILE).is_file()


def _running(folder):
    """Processes that were started with something from a folder."""
    return [
        one
        for one in psutil.process_iter(["cmdline"])
        if str(folder / "planted" / "tool.py") in (one.info["cmdline"] or [])
    ]
