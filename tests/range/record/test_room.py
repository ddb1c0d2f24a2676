"""Nothing leaks from a room: no traffic, no process, no home, however it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stillwatch.errors import EngineError, SettingsError
from stillwatch_range.record import room
from stillwatch_range.record.process import Program, Running

ROOT = Path(__file__).parents[3]
LIMIT_S = 30


def makes_rooms():
    try:
        room.check()
    except SettingsError:
        return False
    return True


needs_room = pytest.mark.skipif(not makes_rooms(), reason="no namespaces can be made here")


def inside(what, out):
    """Run a probe in a room, from a process of its own."""
    code = (
        "import sys; from pathlib import Path; from stillwatch_range.record.room import run_inside;"
        f"sys.exit(run_inside('tests.range.record.probe', {[what, str(out)]!r}, [Path({str(out.parent)!r})]))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True
    )


def seen(what, out):
    with inside(what, out) as process:
        _, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, said.decode()
    return out.read_text()


@needs_room
def test_a_room_has_loopback_and_nothing_else(tmp_path):
    """What a relay sends can reach only the machine itself."""
    found = json.loads(seen("look", tmp_path / "out"))
    assert found["interfaces"] == ["lo"]
    assert not found["reached"]


@needs_room
def test_homes_of_the_recording_machine_are_not_there(tmp_path):
    """Clients read whatever they find in a home; only kept folders can be found."""
    found = json.loads(seen("look", tmp_path / "out"))
    kept = {path.parts[2] for path in (ROOT, tmp_path, Path(sys.prefix)) if path.parts[1] == "home"}
    assert set(found["homes"]) <= kept


@needs_room
def test_a_person_has_a_machine_of_their_own(tmp_path):
    """User, host name and home are theirs, and what they own looks theirs."""
    found = json.loads(seen("person", tmp_path / "out"))
    user, number, host, home, note, listed = found["said"]
    assert (found["status"], user, number, host) == (0, "mira", "1000", "mira-desk")
    assert (home, note) == ("/home/mira", "mine")
    assert listed.split()[2:4] == ["mira", "mira"]
    assert not Path("/home/mira").exists()


@needs_room
def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path):
    """Loops are bounded."""
    found = json.loads(seen("slow", tmp_path / "out"))
    assert found["status"] == 124
    assert found["left"] == 0


@needs_room
def test_a_server_that_does_not_start_says_why(tmp_path):
    """With its last words."""
    assert "no port for me" in seen("dead", tmp_path / "out")


def family_of(process, out, least=4):
    """All processes of a recording once it is up and so many."""
    parent = psutil.Process(process.pid)
    while not out.exists() or len(parent.children(recursive=True)) < least:
        if process.poll() is not None:
            raise AssertionError(process.stderr.read().decode())
        psutil.wait_procs([parent], timeout=0.05)
    return parent.children(recursive=True)


@needs_room
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_everything_ends_with_the_one_who_records(tmp_path, how):
    """Also after kill -9, and after Ctrl-C, which goes to the whole group."""
    out = tmp_path / "up"
    with inside("wait", out) as process:
        family = family_of(process, out)
        os.killpg(process.pid, how) if how == signal.SIGINT else process.send_signal(how)
        process.wait(LIMIT_S)
    _, alive = psutil.wait_procs(family, timeout=LIMIT_S)
    assert not alive


@needs_room
def test_everything_ends_with_a_crash(tmp_path):
    """An error inside leaves no server behind."""
    with inside("crash", tmp_path / "out") as process:
        _, said = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1
    assert b"as the test wants it" in said


def test_servers_start_in_rooms_only():
    """Some of them listen on every interface."""
    with pytest.raises(EngineError, match="outside"):
        Running(Program("relay", ("true",), 1))


def test_a_system_without_namespaces_is_told(monkeypatch):
    """And nothing is started."""
    monkeypatch.setattr(room.shutil, "which", lambda _: None)
    with pytest.raises(SettingsError) as told:
        room.run_inside("nothing", [], [])
    assert told.value.hint


def test_a_refused_namespace_is_told(monkeypatch):
    """In containers that forbid it, for example."""
    refused = subprocess.CompletedProcess([], 1, "", "unshare: Operation not permitted\n")
    monkeypatch.setattr(room.subprocess, "run", lambda *_, **__: refused)
    monkeypatch.setattr(room.shutil, "which", lambda name: name)
    with pytest.raises(SettingsError, match="not permitted"):
        room.check()
