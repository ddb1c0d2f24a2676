"""Reading inputs into a store: nothing twice, nothing lost, whatever happens."""

import gzip
import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import zstandard

from stillwatch.errors import StoreError
from stillwatch.sources.inputs import find_inputs
from stillwatch.store.engine import engine
from stillwatch.store.ingest import ingest
from stillwatch.store.prepare import prepare
from stillwatch.store.store import opened
from tests.store.threads_of import KEY, KEYS
from tests.traffic import Talk, write


def lines_of(*names, turns=3, account="a"):
    """A few conversations, line by line."""
    talks = [Talk(name) for name in names]
    return [talk.send(account, turn) for turn in range(turns) for talk in talks]


def read(folder, *paths, **options):
    """Read into the store of a folder: the tally, exchanges in all, and rejects."""
    with opened(folder / "store", KEYS) as store:
        tally = ingest(find_inputs(list(paths)), store, KEY, **options)
        with engine(folder / "store") as running:
            _, rejects = prepare(store, running)
            kept = running.rows("test", "SELECT exchange FROM kept ORDER BY ALL")
    return tally, kept["exchange"].to_pylist(), rejects.to_pylist()


def test_a_second_run_over_the_same_input_reads_nothing(tmp_path):
    """Nothing new, nothing read, nothing counted twice."""
    file = write(tmp_path / "t.jsonl", lines_of("one", "two"))
    first, kept, _ = read(tmp_path, file)
    second, again, _ = read(tmp_path, file)
    assert (first.exchanges, second.exchanges, second.unchanged) == (6, 0, 1)
    assert kept == again


def test_a_grown_input_is_read_on_from_where_it_ended(tmp_path):
    """Only the new lines are read."""
    lines = lines_of("one", "two")
    file = write(tmp_path / "t.jsonl", lines[:4])
    read(tmp_path, file)
    write(file, lines)
    tally, kept, _ = read(tmp_path, file)
    assert tally.exchanges == 2
    assert len(kept) == 6


def test_the_same_lines_in_another_file_count_once(tmp_path):
    """A copy, compressed in either way, adds nothing."""
    lines = lines_of("one")
    file = write(tmp_path / "t.jsonl", lines)
    raw = file.read_bytes()
    (tmp_path / "copy.jsonl.gz").write_bytes(gzip.compress(raw))
    (tmp_path / "copy.jsonl.zst").write_bytes(zstandard.compress(raw))
    tally, kept, rejects = read(tmp_path, tmp_path)
    assert tally.exchanges == 9
    assert len(kept) == 3
    assert rejects == []


def test_two_lines_with_one_id_are_a_conflict_that_is_reported(tmp_path):
    """The earlier one counts; the other is named with its file and line."""
    one, two = lines_of("one", "two", turns=1)
    two |= {"id": one["id"], "time": one["time"] + 60}
    _, kept, rejects = read(tmp_path, write(tmp_path / "t.jsonl", [two, one]))
    assert kept == [one["id"]]
    assert [(reject["source"], reject["line"]) for reject in rejects] == [("t.jsonl", 1)]
    assert "id was used" in rejects[0]["reason"]


def test_ids_of_different_accounts_do_not_collide(tmp_path):
    """Sources may number exchanges by account."""
    lines = [Talk(name).send(name, 0) | {"id": "1"} for name in ("a", "b")]
    _, kept, rejects = read(tmp_path, write(tmp_path / "t.jsonl", lines))
    assert kept == ["1", "1"]
    assert rejects == []


def test_lines_without_ids_are_named_by_file_and_line(tmp_path):
    """So that an exhibit can be found."""
    lines = lines_of("one", turns=2)
    for line in lines:
        del line["id"]
    _, kept, _ = read(tmp_path, write(tmp_path / "t.jsonl", lines))
    assert kept == ["t.jsonl:1", "t.jsonl:2"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"time": 1, "account": "a"', "JSON"),
        (b'{"time": "yesterday", "account": "a", "request": {"body": {}}}', "time"),
        (b'{"time": 1, "request": {"body": {}}}', "account"),
        (
            b'{"time": 1, "account": "a", "request": {"body": ' + b"[" * 9000 + b"]" * 9000 + b"}}",
            "",
        ),
        (b"\xff\xfe\x00binary\x00", ""),
    ],
)
def test_a_broken_line_is_counted_named_and_skipped(tmp_path, broken, reason):
    """The lines around it are read."""
    file = write(tmp_path / "t.jsonl", lines_of("one", turns=2))
    first, second = file.read_bytes().splitlines()
    file.write_bytes(first + b"\n" + broken + b"\n" + second + b"\n")
    _, kept, rejects = read(tmp_path, file, source="capture")
    assert len(kept) == 2
    assert [(reject["source"], reject["line"]) for reject in rejects] == [("t.jsonl", 2)]
    assert reason in rejects[0]["reason"]


def test_clocks_that_run_back_and_lines_out_of_order_lose_nothing(tmp_path):
    """Every line counts, whatever its time says."""
    lines = lines_of("one", turns=5)
    for place, line in enumerate(lines):
        line["time"] -= 3600 * (place % 3)
    _, kept, rejects = read(tmp_path, write(tmp_path / "t.jsonl", lines[::-1]))
    assert len(kept) == 5
    assert rejects == []


def test_a_line_that_was_cut_off_is_read_once_it_is_whole(tmp_path):
    """The writer may be in the middle of a line; the reject goes when the line is there."""
    file = write(tmp_path / "t.jsonl", lines_of("one", turns=2))
    whole = file.read_bytes()
    file.write_bytes(whole[:-40])
    _, kept, rejects = read(tmp_path, file)
    assert (len(kept), len(rejects)) == (1, 1)
    file.write_bytes(whole)
    _, kept, rejects = read(tmp_path, file)
    assert (len(kept), rejects) == (2, [])


def test_worker_processes_give_the_same_tables_as_one_process(tmp_path):
    """How the work is shared out changes nothing."""
    lines = lines_of(*"abcdef", turns=4)
    files = [write(tmp_path / f"{name}.jsonl", lines[name::3]) for name in range(3)]
    _, alone, _ = read(tmp_path / "alone", *files, processes=1)
    _, shared, _ = read(tmp_path / "shared", *files, processes=2)
    assert alone == shared
    assert len(alone) == 24


_RUN = """
    import resource, signal, sys
    from pathlib import Path
    from stillwatch.cli import run
    if len(sys.argv) > 3:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
    sys.exit(run(["hunt", sys.argv[1], "--store", sys.argv[2], "--key", sys.argv[1] + ".key"]))
"""


def command(file: Path, store: Path, *limits: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(_RUN), str(file), str(store), *limits]


def test_a_full_disk_leaves_what_was_stored_whole(tmp_path):
    """The message says what to do, the exit code is the documented one, the next run goes on."""
    lines = lines_of(*"abcdefgh", turns=6)
    file = write(tmp_path / "t.jsonl", lines[:8])
    store = tmp_path / "store"
    subprocess.run(command(file, store), check=True, capture_output=True)
    before = sorted(path.name for path in (store / "parts").iterdir())
    write(file, lines)
    full = subprocess.run(command(file, store, "2000"), capture_output=True, text=True, check=False)
    assert full.returncode in (4, 5)
    assert "Traceback" not in full.stderr
    manifest = json.loads((store / "manifest.json").read_text())
    named = sorted(name for names in manifest["parts"].values() for name in names)
    assert named == before
    subprocess.run(command(file, store), capture_output=True, check=True)
    after = json.loads((store / "manifest.json").read_text())["parts"]["exchanges"]
    rows = [pq.read_metadata(store / "parts" / name).num_rows for name in after]
    assert sum(rows) == 48


_KILLED = """
    import os, signal, sys
    from pathlib import Path
    from stillwatch.sources.inputs import find_inputs
    from stillwatch.store.ingest import ingest
    from stillwatch.store.store import opened
    from tests.store.threads_of import KEY, KEYS
    folder = Path(sys.argv[1])
    with opened(folder / "store", KEYS) as store:
        files = find_inputs([folder / "in"])
        ingest(files, store, KEY, watch=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_killed_run_leaves_a_whole_store_and_the_next_one_cleans_up(tmp_path):
    """Parts that no manifest names do not count and are removed."""
    for name in "abcd":
        write(tmp_path / "in" / f"{name}.jsonl", lines_of(name, turns=4))
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_KILLED), str(tmp_path)], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    strays = {path.name for path in (tmp_path / "store" / "parts").iterdir()}
    assert strays
    _, kept, rejects = read(tmp_path, tmp_path / "in")
    assert len(kept) == 16
    assert rejects == []
    assert not strays & {path.name for path in (tmp_path / "store" / "parts").iterdir()}


def test_two_runs_cannot_use_one_store_at_a_time(tmp_path):
    """The second is told so."""
    with (
        opened(tmp_path / "store", KEYS),
        pytest.raises(StoreError, match="Another run"),
        opened(tmp_path / "store", KEYS),
    ):
        pass
