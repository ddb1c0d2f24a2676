"""Making traffic: the same seed gives the same bytes, and truth stays out of the captures."""

import hashlib
import io
import json
from datetime import datetime, timedelta

import msgspec
import pytest
import zstandard

from stillwatch.errors import SettingsError
from stillwatch.wire import WireMemory, decode
from stillwatch.wire.envelope import Envelope
from stillwatch_range.scenario.file import read
from stillwatch_range.scenario.make import make

SCENARIO = """
name = "tiny"
start = 2026-06-03T08:00:00Z
days = 0.25
sources = ["coding-a", "oasst-a", "dolly-a", "bfcl-a", "gpteacher-a"]

[[honest]]
habits = "developer"
people = 4

[[relay]]
kind = "litellm-pool"
level = "E0"
customers = 5

[[campaign]]
method = "training-rows"
accounts = 4
requests_per_account_day = 60

[[twin]]
kind = "class-assignment"
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    file = tmp_path_factory.mktemp("scenario") / "tiny.toml"
    file.write_text(SCENARIO)
    return read(file)


@pytest.fixture(scope="module")
def made(scenario, tmp_path_factory):
    return make(scenario, 5, tmp_path_factory.mktemp("made") / "a", processes=1)


def lines(folder):
    for file in sorted((folder / "captures").glob("traffic-*.zst")):
        with file.open("rb") as raw:
            yield from io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), "utf-8")


def digest(folder):
    parts = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            parts[str(file.relative_to(folder))] = hashlib.sha256(file.read_bytes()).hexdigest()
    return parts


def test_the_same_seed_gives_the_same_bytes(scenario, made, tmp_path):
    """Whatever the number of processes."""
    again = make(scenario, 5, tmp_path / "b", processes=2)
    assert digest(made.folder) == digest(again.folder)


def test_another_seed_gives_other_traffic(scenario, made, tmp_path):
    """Else seeds for tuning and for reporting would be the same."""
    other = make(scenario, 6, tmp_path / "c", processes=1)
    names = {json.loads(line)["account"] for line in lines(made.folder)}
    assert names.isdisjoint(json.loads(line)["account"] for line in lines(other.folder))


def test_labels_agree_with_captures(made):
    """Every account has its line, its count, its span."""
    head, *rows = map(json.loads, (made.folder / "labels.jsonl").read_text().splitlines())
    seen: dict[str, list[str]] = {}
    for line in lines(made.folder):
        exchange = json.loads(line)
        seen.setdefault(exchange["account"], []).append(exchange["time"])
    assert head["exchanges"] == made.exchanges == sum(map(len, seen.values()))
    assert {row["account"] for row in rows} == set(seen)
    for row in rows:
        times = seen[row["account"]]
        assert row["exchanges"] == len(times) == sum(count for _, count in row["hours"])
        first, last = (datetime.fromisoformat(end(times)) for end in (min, max))
        assert datetime.fromisoformat(row["first"]) - first < timedelta(milliseconds=1)
        assert datetime.fromisoformat(row["last"]) - last < timedelta(milliseconds=1)
    assert {row["kind"] for row in rows} == {"honest", "relay", "campaign", "twin"}
    accounts = (made.folder / "captures" / "accounts.jsonl").read_text().splitlines()
    assert {json.loads(line)["account"] for line in accounts} == set(seen)


def test_truth_stays_out_of_the_captures(made):
    """No word of the labels' own stands in what detectors read."""
    words = ("litellm-pool-1", "relay:", "campaign:", "twin:", '"truth"', "harvest")
    accounts = (made.folder / "captures" / "accounts.jsonl").read_text()
    for line in (*lines(made.folder), accounts):
        exchange = line.replace("litellm/", "")
        assert not [word for word in words if word in exchange]


def test_every_line_is_an_exchange(made):
    """The decoder reads each one, requests and answers."""
    decoder, memory = msgspec.json.Decoder(Envelope), WireMemory()
    talks = 0
    for line in lines(made.folder):
        exchange = decode(decoder.decode(line), memory, default_id="made-up")
        assert exchange.id != "made-up"
        talks += bool(exchange.request.messages)
    assert talks > made.exchanges * 0.8


def test_a_folder_in_use_is_left_alone(scenario, made):
    """Nothing is written over."""
    with pytest.raises(SettingsError, match="not empty"):
        make(scenario, 5, made.folder)
