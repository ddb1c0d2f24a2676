"""Trials on growing traffic."""

import gzip
import sys
from datetime import timedelta

import pytest
import zstandard

from stillwatch.errors import EngineError, InputError, SettingsError
from stillwatch_range.score.captures import lines
from stillwatch_range.score.cuts import prefixes
from stillwatch_range.score.trial import trial
from tests.range.score.cases import START, line, row, write_labels

DETECTOR = """
import json, pathlib, sys, zstandard
folder, accounts, out = map(pathlib.Path, sys.argv[1:])
seen = {}
for path in folder.glob("*.zst"):
    text = zstandard.ZstdDecompressor().stream_reader(path.open("rb")).read().decode()
    for line in text.splitlines():
        name = json.loads(line)["account"]
        seen[name] = seen.get(name, 0) + 1
assert accounts.parent == folder
verdicts = [
    {"subject": {"kind": "account", "id": name, "accounts": [name]}, "verdict": "relay",
     "level": "act" if count > 3 else "review" if count > 1 else "none", "people": None}
    for name, count in seen.items()]
out.write_text(json.dumps({"verdicts": verdicts}))
"""


@pytest.fixture
def folder(tmp_path):
    """Account a sends each hour, b every fourth hour, c once; the first two are one group."""
    captures = tmp_path / "captures"
    captures.mkdir()
    sent = {"a": range(16), "b": range(0, 16, 4), "c": range(9, 10)}
    text = "".join(line(name, hour + 0.5) + "\n" for name in sent for hour in sent[name])
    (captures / "part.jsonl.zst").write_bytes(zstandard.compress(text.encode()))
    (captures / "accounts.jsonl").write_text('{"account": "a"}\n')
    rows = [
        row(
            name,
            "relay",
            "pool",
            group="g" if name < "c" else "",
            hours=tuple((h, 1) for h in hours),
        )
        for name, hours in sent.items()
    ]
    write_labels(tmp_path, *rows, row("d"))
    (tmp_path / "detector.py").write_text(DETECTOR)
    return tmp_path


def command(folder):
    return [sys.executable, str(folder / "detector.py"), "{captures}", "{accounts}", "{verdicts}"]


def rows_of(measured, unit, level):
    return next(one for one in measured.soon if (one.unit, one.level) == (unit, level))


def test_prefixes_hold_what_came_before_their_cut(tmp_path):
    """Packed and plain files alike, the line on the cut left out, accounts beside them."""
    hours = (0, 1.5, 2, 2.25, 5)
    text = "".join(line("a", hour) + "\n" for hour in hours).encode()
    (tmp_path / "one.jsonl").write_bytes(text)
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(text))
    (tmp_path / "accounts.jsonl").write_text("{}\n")
    files = [tmp_path / "one.jsonl", tmp_path / "two.jsonl.gz"]
    folders = prefixes(files, tmp_path / "cut", START, (2, 3, 24))
    held = [[*lines(sorted(part.glob("*.zst")))] for part in folders]
    assert [len(part) for part in held] == [4, 8, 10]
    assert b"".join(sorted(held[2])) == b"".join(sorted(text.splitlines(keepends=True) * 2))
    assert all((part / "accounts.jsonl").exists() for part in folders)


def test_a_cut_inside_a_second_keeps_that_second(tmp_path):
    """A time is compared to the second; the cut is rounded up."""
    (tmp_path / "one.jsonl").write_text(line("a", 1) + "\n")
    folders = prefixes(
        [tmp_path / "one.jsonl"], tmp_path / "cut", START + timedelta(seconds=0.5), (1,)
    )
    assert len([*lines(sorted(folders[0].glob("*.zst")))]) == 1


def test_a_line_without_a_time_is_named(tmp_path):
    """File and line number stand in the error."""
    (tmp_path / "one.jsonl").write_text(line("a", 1) + '\n{"account": "a"}\n')
    with pytest.raises(InputError, match=r"one\.jsonl:2"):
        prefixes([tmp_path / "one.jsonl"], tmp_path / "cut", START, (1,))


def test_accounts_are_found_at_the_first_cut_that_shows_them(folder):
    """a stands at act from hour 4 on, b from hour 16 on, c never: the median is b's."""
    soon = rows_of(trial(folder, [16, 4, 8, 12], command(folder)), "account", "act")
    assert (soon.missed.hits, soon.missed.of) == (1, 3)
    assert (soon.exchanges.median, soon.hours.median) == (4, 16)


def test_groups_count_the_exchanges_of_all_their_accounts(folder):
    """Half of g is found at act at hour 4: by then it sent 4 + 1."""
    soon = rows_of(trial(folder, [4, 8], command(folder)), "group", "act")
    assert (soon.missed.hits, soon.missed.of) == (1, 2)
    assert (soon.exchanges.median, soon.hours.median) == (5, 4)


def test_review_comes_no_later_than_act(folder):
    """a stands there after 4 exchanges, b after 2, c never: the middle one is 4, after 8 hours."""
    soon = rows_of(trial(folder, [4, 8, 16], command(folder)), "account", "review")
    assert (soon.exchanges.median, soon.hours.median) == (4, 8)


def test_hours_run_from_the_first_exchange(folder):
    """c starts at hour 9 and is found 3 hours later by a detector that calls everybody."""
    text = (folder / "detector.py").read_text().replace("count > 3", "count > 0")
    (folder / "detector.py").write_text(text)
    soon = trial(folder, [4, 12], command(folder)).soon
    by_account = next(one for one in soon if (one.unit, one.level) == ("account", "act"))
    assert by_account.missed.hits == 0
    assert by_account.hours.median == 4


def test_a_detector_that_writes_nothing_is_an_error(folder, capsys):
    """The person sees its exit status and the end of what it said."""
    words = [sys.executable, "-c", "import sys; sys.exit('no luck')", "{captures}{verdicts}"]
    with pytest.raises(EngineError, match="ended with 1"):
        trial(folder, [4], words)
    assert "no luck" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cuts", "words"),
    [([], ["{captures}", "{verdicts}"]), ([1], ["x", "{verdicts}"]), ([1], ["{captures}"])],
)
def test_a_trial_that_cannot_be_run_is_refused(folder, cuts, words):
    """No cuts, or no place for the captures or the verdicts."""
    with pytest.raises(SettingsError):
        trial(folder, cuts, words)
