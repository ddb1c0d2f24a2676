"""`stillwatch nonce`."""

import json
import stat

import pytest

from stillwatch.cli import run


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def made(capfd, *options):
    """What `nonce make --json` prints."""
    assert run(["nonce", "make", "--out", "n.jsonl", "--json", *options]) == 0
    return json.loads(capfd.readouterr().out)


def test_make_prints_prompts_to_copy_and_writes_the_file(capfd, tmp_path):
    """Each prompt stands on a line of its own, whole, however narrow the screen is."""
    words = ["nonce", "make", "--about", "shop X, key 3", "--count", "4", "--out", "n.jsonl"]
    assert run(words) == 0
    out = capfd.readouterr().out
    lines = [json.loads(line) for line in (tmp_path / "n.jsonl").read_text().splitlines()]
    assert len(lines) == 4
    for line in lines:
        assert f"\n{line['text']}\n" in out
        assert line["nonce"] in out
        assert line["about"] == "shop X, key 3"
    assert stat.S_IMODE((tmp_path / "n.jsonl").stat().st_mode) == 0o600


def test_json_holds_what_the_file_holds(capfd, tmp_path):
    """For programs that send the prompts themselves."""
    printed = made(capfd, "--language", "zh", "--kind", "family", "--count", "2")
    written = [json.loads(line) for line in (tmp_path / "n.jsonl").read_text().splitlines()]
    assert printed == written
    assert {(one["language"], one["kind"]) for one in printed} == {("zh", "family")}
    assert min(one["bits"] for one in printed) >= 60


def test_a_second_make_does_not_overwrite(capfd):
    """It says so, with an exit code."""
    made(capfd)
    assert run(["nonce", "make", "--out", "n.jsonl"]) == 3
    assert "there already" in capfd.readouterr().err


def test_an_unknown_language_leaves_no_file(capfd, tmp_path):
    """And the hint names those that there are."""
    assert run(["nonce", "make", "--language", "tlh", "--out", "n.jsonl"]) == 2
    assert "de, en, es" in capfd.readouterr().err
    assert not (tmp_path / "n.jsonl").exists()


def test_list_shows_prompts_only_when_asked(capfd):
    """Names, dates and notes are for every screen; prompts are not."""
    one = made(capfd, "--count", "1", "--about", "shop [X]", "--own", "acct_ours")[0]
    assert run(["nonce", "list", "n.jsonl"]) == 0
    out = capfd.readouterr().out
    assert one["nonce"] in out
    assert "shop [X]" in out
    assert one["text"].split()[0] not in out.split()
    assert run(["nonce", "list", "n.jsonl", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == [one]
    assert run(["nonce", "list", "n.jsonl", "--prompts"]) == 0
    assert one["text"].split()[0] in capfd.readouterr().out.split()


def test_list_names_a_broken_line(capfd, tmp_path):
    """As the hunt does."""
    made(capfd)
    with (tmp_path / "n.jsonl").open("a") as file:
        file.write("{}\n")
    for words in (["nonce", "list", "n.jsonl"], ["hunt", ".", "--nonces", "n.jsonl"]):
        assert run(words) == 3
        assert "n.jsonl, line 4 is no nonce" in capfd.readouterr().err


@pytest.mark.parametrize("words", [["nonce"], ["nonce", "make"], ["nonce", "list"]])
def test_help_has_an_example(capfd, words):
    """Every command shows how it is used."""
    assert run([*words, "--help"]) == 0
    out = capfd.readouterr().out
    assert "For example" in out
    assert "stillwatch nonce" in out
