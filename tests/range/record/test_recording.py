"""Real clients, recorded: captures that can be read, labels that agree, nothing left behind."""

import io
import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import zstandard

from stillwatch.cli import run as stillwatch
from stillwatch_range.record import room
from stillwatch_range.record.command import last_hour_s, record
from stillwatch_range.record.plan import Wish
from stillwatch_range.record.tools import Tools
from stillwatch_range.score import labels
from tests.range.record.small import small_story
from tests.range.record.test_room import ROOT, family_of, needs_room

pytestmark = [pytest.mark.clients, needs_room]
ELSEWHERE = {"npm": ROOT / ".venv" / "clients", "venv": ROOT / ".venv" / "sdks"}
PLAYERS = [
    ("mira", "claude", ""),
    ("ole", "codex", ""),
    ("kim", "sdk-messages", ""),
    ("noa", "sdk-chat", ""),
]
LIMIT_S = 240
TOOLS = Tools(ROOT / ".venv", ELSEWHERE)
TALKS = Wish(1, sessions=3, minutes=60, relays=(), clients=("sdk-messages",), end_s=last_hour_s())


def lines_of(folder):
    """All captures of a recording."""
    found = []
    for path in sorted((folder / "captures").glob("*.zst")):
        reader = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(path.open("rb"))
        found += [json.loads(line) for line in io.TextIOWrapper(reader, encoding="utf-8")]
    return found


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A short story, recorded once: two coding clients and two SDKs."""
    out = tmp_path_factory.mktemp("recorded")
    elsewhere = {name: str(path) for name, path in ELSEWHERE.items()}
    spec = {"tools": str(ROOT / ".venv"), "elsewhere": elsewhere, "out": str(out)}
    words = [json.dumps(spec | {"players": PLAYERS})]
    status = room.run_inside("tests.range.record.inside", words, [out, *TOOLS.folders()])
    assert status == 0
    said = json.loads((out / "said.json").read_text())
    assert said["failures"] == []
    return out


def test_captures_can_be_read_without_a_broken_line(recorded, tmp_path, monkeypatch):
    """As any user of the format reads them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))
    words = ["hunt", str(recorded / "captures"), "--strict", "--json", "v.json"]
    assert stillwatch(words) == 0
    assert json.loads((tmp_path / "v.json").read_text())["accounts"] == len(PLAYERS)


def test_labels_agree_with_the_captures(recorded):
    """Every account is there, with as many exchanges as were captured."""
    rows = [json.loads(line) for line in (recorded / "labels.jsonl").read_text().splitlines()]
    head, rows = rows[0], rows[1:]
    captured = lines_of(recorded)
    assert head["exchanges"] == len(captured)
    counted = {row["account"]: row["exchanges"] for row in rows}
    accounts = [line["account"] for line in captured]
    assert counted == {name: accounts.count(name) for name in set(accounts)}
    assert {row["kind"] for row in rows} == {"honest"}
    assert len(labels.read(recorded / "labels.jsonl").people) == len(rows)


def test_tools_were_really_run(recorded):
    """What comes back in the conversation is what the person's machine said."""
    text = json.dumps([line["request"]["body"] for line in lines_of(recorded)])
    assert "mira-desk" in text or "/home/mira/" in text
    assert "Say what it is" in text, "the history of the repository"
    assert ">= 3  # mira" in text, "the change that was made"


def test_nothing_of_the_vendors_and_no_key_is_left(recorded):
    """Known phrases are gone, known facts are there."""
    text = json.dumps(lines_of(recorded))
    assert "sk-range" not in text
    assert "IMPORTANT:" not in text
    assert "Primary working directory: /home/mira/" in text


def test_times_are_the_storys(recorded):
    """In the order in which the people of the story work."""
    times = [line["time"] for line in lines_of(recorded)]
    assert times == sorted(times)
    assert all(time.startswith("2026-05-28T") for time in times)
    starts = [session.start_s for session in small_story(PLAYERS).sessions]
    assert starts == sorted(starts)


def test_a_killed_recording_leaves_nothing_and_the_next_one_works(tmp_path):
    """Not even its users; what was half written is cleared by the next one."""
    out = tmp_path / "out"
    code = (
        "from pathlib import Path; from tests.range.record.test_recording import TALKS, TOOLS;"
        "from stillwatch_range.record.command import record;"
        f"record(TALKS, Path({str(out)!r}), TOOLS)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        family = family_of(process, out / ".recording", least=3)
        process.kill()
    _, alive = psutil.wait_procs(family, timeout=LIMIT_S)
    assert not alive
    done = record(TALKS, out, TOOLS)
    assert done.failures == ()
    assert done.exchanges == len(lines_of(out)) >= TALKS.sessions
    assert sorted(path.name for path in out.iterdir()) == ["captures", "labels.jsonl"]
    assert not Path("/mnt/tape.jsonl").exists()
