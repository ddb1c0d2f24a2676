"""Finding what to read."""

import os
from pathlib import Path

import pytest

from stillwatch.errors import InputError
from stillwatch.sources.inputs import find_accounts, find_inputs


def touch(folder, *names):
    """Make files, and the folders they lie in."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}\n")


def labels(*paths):
    """The labels of what is found."""
    return [file.label for file in find_inputs(paths)]


def test_folder_is_searched_to_its_depths_in_order(tmp_path):
    """Files with known endings are found, sorted, and named relative to the folder."""
    touch(tmp_path, "b.jsonl", "a.ndjson.gz", "deep/er/c.har", "d.flows.zst", "e.txt", "f.parquet")
    assert labels(tmp_path) == ["a.ndjson.gz", "b.jsonl", "d.flows.zst", "deep/er/c.har"]


def test_accounts_and_hidden_files_are_no_logs(tmp_path):
    """The accounts file is for something else, and hidden files are nobody's logs."""
    touch(tmp_path, "a.jsonl", "accounts.jsonl", "sub/accounts.jsonl.gz", ".b.jsonl", ".c/d.jsonl")
    assert labels(tmp_path) == ["a.jsonl"]


def test_named_file_is_taken_whatever_its_ending(tmp_path):
    """Who names a file means it."""
    touch(tmp_path, "export.log")
    (found,) = find_inputs([tmp_path / "export.log"])
    assert (found.label, found.size) == ("export.log", 3)


def test_labels_of_several_folders_begin_with_the_folder(tmp_path):
    """Two folders may hold files of one name."""
    touch(tmp_path, "monday/log.jsonl", "tuesday/log.jsonl")
    found = labels(tmp_path / "monday", tmp_path / "tuesday")
    assert found == ["monday/log.jsonl", "tuesday/log.jsonl"]


def test_named_files_of_one_name_are_told_apart(tmp_path):
    """A shell's pattern names many files that are all called the same."""
    touch(tmp_path, "monday/log.jsonl", "tuesday/log.jsonl", "tuesday/other.jsonl")
    found = labels(*sorted(tmp_path.glob("*/*.jsonl")))
    assert found == ["monday/log.jsonl", "other.jsonl", "tuesday/log.jsonl"]


def test_labels_are_never_absolute(tmp_path):
    """Reports must not show where on a machine the logs lie."""
    touch(tmp_path, "monday/log.jsonl")
    found = labels(tmp_path / "monday", tmp_path / "monday" / "log.jsonl", Path("-"))
    assert not any(str(tmp_path) in label for label in found)


def test_file_named_twice_is_read_once(tmp_path):
    """Naming a file and its folder does not double it."""
    touch(tmp_path, "a.jsonl")
    assert len(find_inputs([tmp_path, tmp_path / "a.jsonl"])) == 1


def test_identity_is_the_same_however_a_file_is_named(tmp_path, monkeypatch):
    """A relative path and an absolute one mean the same file."""
    touch(tmp_path, "a.jsonl")
    monkeypatch.chdir(tmp_path)
    (relative,) = find_inputs([Path("a.jsonl")])
    (absolute,) = find_inputs([tmp_path / "a.jsonl"])
    assert relative.identity == absolute.identity


def test_dash_is_the_standard_input():
    """A dash stands for what is piped in."""
    (found,) = find_inputs([Path("-")])
    assert (found.label, found.path, found.size) == ("-", None, None)


def test_missing_path_is_named_with_a_hint(tmp_path):
    """A path that is not there is one sentence and a hint, without its folders."""
    with pytest.raises(InputError, match=r"There is no file or folder gone\.jsonl") as caught:
        find_inputs([tmp_path / "gone.jsonl"])
    assert ".jsonl, .ndjson, .json, .har, .flows, .mitm" in caught.value.hint


def test_folder_without_logs_is_an_error(tmp_path):
    """An empty hunt would look like a clean one."""
    touch(tmp_path, "readme.txt", "accounts.jsonl")
    with pytest.raises(InputError, match="holds no log"):
        find_inputs([tmp_path])


def test_folder_without_rights_is_an_error(tmp_path, monkeypatch):
    """A folder that cannot be searched might hide half of the logs."""
    touch(tmp_path, "open.jsonl", "shut/a.jsonl")
    scan = os.scandir

    def refuse(path):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match="The folder shut cannot be searched: Permission denied"):
        find_inputs([tmp_path])


def test_file_without_rights_is_an_error(tmp_path, monkeypatch):
    """A named file that may not be read is refused before work begins."""
    touch(tmp_path, "a.jsonl")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match=r"a\.jsonl may not be read"):
        find_inputs([tmp_path / "a.jsonl"])


def test_link_to_nowhere_does_not_stop_the_search(tmp_path):
    """The reader reports it; the rest is found."""
    touch(tmp_path, "a.jsonl")
    (tmp_path / "b.jsonl").symlink_to(tmp_path / "gone.jsonl")
    assert labels(tmp_path) == ["a.jsonl", "b.jsonl"]


def test_accounts_lie_in_folders_and_beside_files(tmp_path):
    """Both ways of naming the logs find the same accounts file, once."""
    touch(tmp_path, "day/a.jsonl", "day/accounts.jsonl", "day/sub/accounts.jsonl.zst")
    day = tmp_path / "day"
    assert find_accounts([day / "a.jsonl"]) == [day / "accounts.jsonl"]
    names = [path.name for path in find_accounts([day, day / "a.jsonl", Path("-")])]
    assert names == ["accounts.jsonl", "accounts.jsonl.zst"]
