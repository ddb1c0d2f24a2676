"""`stillwatch range`: the commands as people meet them."""

import json
import subprocess
import sys

import pytest

from stillwatch.cli import run

TINY = """
name = "tiny"
about = "Small."
start = 2026-06-03T08:00:00Z
days = 0.1
sources = ["coding-a", "oasst-a", "gpteacher-a"]

[[honest]]
habits = "program"
people = 3

[[relay]]
kind = "litellm-pool"
customers = 6
"""
ALL_GUILTY = """
import json, pathlib, sys
seen = set()
import zstandard, io
for file in pathlib.Path(sys.argv[1]).glob("*.zst"):
    text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file.open("rb")))
    seen |= {json.loads(line)["account"] for line in text}
verdicts = [
    {"subject": {"kind": "account", "id": one, "accounts": [one]}, "verdict": "relay",
     "grade": "pool", "level": "act", "log10_e": 6.0, "people": None, "evidence": []}
    for one in sorted(seen)
]
json.dump({"verdicts": verdicts}, open(sys.argv[2], "w"))
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    file = tmp_path_factory.mktemp("range") / "tiny.toml"
    file.write_text(TINY)
    return file


@pytest.fixture(scope="module")
def traffic(scenario):
    out = scenario.parent / "out"
    assert run(["range", "make", str(scenario), "--seed", "3", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def detector(scenario):
    file = scenario.parent / "detector.py"
    file.write_text(ALL_GUILTY)
    return file


def test_scenarios_are_listed_and_shown(scenario, capsys):
    """The list names all, a name shows one, a file too."""
    assert run(["range", "scenarios"]) == 0
    assert "first-look" in capsys.readouterr().out
    assert run(["range", "scenarios", str(scenario)]) == 0
    assert "litellm-pool" in capsys.readouterr().out


def test_make_says_where_things_lie(traffic, capsys):
    """Captures and labels stand apart; a second run into the same folder is refused."""
    assert (traffic / "labels.jsonl").exists()
    assert not (traffic / "captures" / "labels.jsonl").exists()
    assert run(["range", "make", "first-look", "--out", str(traffic)]) == 2
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["make", "no-such", "--out", "x"], 3),
        (["make", "first-look"], 2),
        (["make", "first-look", "--out", "x", "--seed", "many"], 2),
        (["score", "none.jsonl", "none.json"], 3),
        (["peer", "nobody", "x", "--json", "y"], 2),
        (["tools", "--into", "x", "--only", "nothing"], 2),
    ],
)
def test_wrong_words_have_their_exit_code(words, code, capsys):
    """A sentence says what is wrong, and the code says of what kind it is."""
    assert run(["range", *words]) == code
    assert capsys.readouterr().err.strip() or code == 2


def test_a_detector_is_tried_and_scored(traffic, detector, capsys):
    """One that accuses everybody finds every relay, and is wrong about everybody else."""
    words = [sys.executable, str(detector), "{captures}", "{verdicts}"]
    assert run(["range", "trial", str(traffic), "--at", "3", "--json", "-", "--", *words]) == 0
    soon = json.loads(capsys.readouterr().out)["soon"]
    assert {one["missed"]["hits"] for one in soon} == {0}
    verdicts = traffic.parent / "verdicts.json"
    fill = [str(traffic / "captures"), str(verdicts)]
    subprocess.run([sys.executable, str(detector), *fill], check=True)
    labels = str(traffic / "labels.jsonl")
    assert run(["range", "score", labels, str(verdicts), "--json", "-"]) == 0
    board = json.loads(capsys.readouterr().out)
    act = next(level for level in board["levels"] if level["level"] == "act")
    assert (act["recall"]["share"], act["false_alarms"]["share"]) == (1.0, 1.0)
    assert run(["range", "score", labels, str(verdicts)]) == 0
    assert "litellm-pool" in capsys.readouterr().out


def test_an_empty_file_is_no_scenario_and_no_labels(tmp_path, capsys):
    """What is missing is said, with the file's name."""
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    assert run(["range", "make", str(empty), "--out", str(tmp_path / "o")]) == 2
    assert "empty.toml" in capsys.readouterr().err
    assert run(["range", "score", str(empty), str(empty)]) == 3
    assert "empty.toml" in capsys.readouterr().err


def test_a_peer_writes_verdicts(traffic, tmp_path, capsys):
    """Counting addresses needs nothing but the captures."""
    out = tmp_path / "ip.json"
    assert run(["range", "peer", "ip-count", str(traffic), "--json", str(out)]) == 0
    assert "accounts scored" in capsys.readouterr().out
    assert run(["range", "score", str(traffic / "labels.jsonl"), str(out)]) == 0


def test_shortcuts_say_when_there_is_nothing_to_ask(traffic, capsys):
    """Two relays are too few to learn from."""
    pytest.importorskip("sklearn")
    assert run(["range", "shortcuts", str(traffic)]) == 0
    assert "fewer than" in capsys.readouterr().out
