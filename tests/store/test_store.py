"""A store: its key, its format, and forgetting."""

import json

import pyarrow.parquet as pq
import pytest

from stillwatch.errors import KeyFileError, StoreError
from stillwatch.keys import KeyRing
from stillwatch.sources.inputs import find_inputs
from stillwatch.store.ingest import ingest
from stillwatch.store.store import opened
from tests.store.threads_of import KEY, KEYS
from tests.traffic import Talk, write


def filled(folder, *accounts, keep_text=False):
    """A store with one conversation of three turns for each account."""
    talks = {account: Talk(f"of {account}") for account in accounts}
    lines = [talks[account].send(account, turn) for turn in range(3) for account in accounts]
    file = write(folder / "t.jsonl", lines)
    with opened(folder / "store", KEYS, keep_text=keep_text) as store:
        ingest(find_inputs([file]), store, KEY)
    return folder / "store"


def tables(folder):
    """Every table of a store, by name."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return {
        table: [row for name in names for row in pq.read_table(folder / "parts" / name).to_pylist()]
        for table, names in manifest["parts"].items()
    }


def test_forgetting_an_account_removes_its_rows_everywhere(tmp_path):
    """The rows of the others stay as they were."""
    folder = filled(tmp_path, "keep", "drop", keep_text=True)
    before = tables(folder)
    kept = {row["row"] for row in before["exchanges"] if row["account"] == "keep"}
    with opened(folder, KEYS) as store:
        assert store.forget("drop") == 3
    after = tables(folder)
    for name, rows in before.items():
        if name != "anchors":
            assert after[name] == [row for row in rows if row.get("row") in kept], name
    files = {path.name for path in (folder / "parts").iterdir()}
    assert files == {name for names in manifest_parts(folder).values() for name in names}


def test_forgetting_keeps_what_others_sent_too(tmp_path):
    """What a text is made of goes with the last account that sent it."""
    folder = filled(tmp_path, "keep", "drop")
    named = {row["block"] for row in tables(folder)["blocks"]}
    assert {row["block"] for row in tables(folder)["anchors"]} == named
    with opened(folder, KEYS) as store:
        store.forget("drop")
    after = tables(folder)
    kept = {row["block"] for row in after["blocks"]}
    assert {row["block"] for row in after["anchors"]} == kept
    assert len(kept) == 2 < len(named)
    with opened(folder, KEYS) as store:
        store.forget("keep")
    assert not any(tables(folder).values())


def manifest_parts(folder):
    return json.loads((folder / "manifest.json").read_text())["parts"]


def test_a_forgotten_account_does_not_come_back_from_what_was_read(tmp_path):
    """The input stays marked as read."""
    folder = filled(tmp_path, "keep", "drop")
    with opened(folder, KEYS) as store:
        store.forget("drop")
        ingest(find_inputs([tmp_path / "t.jsonl"]), store, KEY)
    assert {row["account"] for row in tables(folder)["exchanges"]} == {"keep"}


def test_forgetting_somebody_unknown_removes_nothing(tmp_path):
    """And says so."""
    folder = filled(tmp_path, "keep")
    before = tables(folder)
    with opened(folder, KEYS) as store:
        assert store.forget("nobody") == 0
    assert tables(folder) == before


def test_a_store_opens_only_with_its_own_key(tmp_path):
    """Hashes of two keys do not compare."""
    folder = filled(tmp_path, "a")
    with pytest.raises(KeyFileError, match="another key"), opened(folder, KeyRing(b"x" * 32)):
        pass


def test_text_is_kept_only_when_asked(tmp_path):
    """And cannot be added to a store that was made without it."""
    assert "texts" not in tables(filled(tmp_path / "without", "a"))
    assert "texts" in tables(filled(tmp_path / "with", "a", keep_text=True))
    folder = tmp_path / "without" / "store"
    with pytest.raises(StoreError, match="without text"), opened(folder, KEYS, keep_text=True):
        pass


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "damaged"),
        (b'{"key_id": "x", "version": 99}', "newer version"),
        (b'{"key_id": "x", "version": 1}', "older version"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_explained(tmp_path, content, message):
    """A damaged one, and those of later and earlier formats."""
    folder = filled(tmp_path, "a")
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(StoreError, match=message), opened(folder, KEYS):
        pass
