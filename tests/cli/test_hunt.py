"""`stillwatch hunt` as a person meets it: output, files, errors and exit codes."""

import json
import signal
import subprocess
import sys

import pytest

from stillwatch.cli import run
from tests.traffic import Talk, accounts, write


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in, with a key of its own and traffic in which one conversation hops."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("COLUMNS", "100")
    talk, quiet = Talk("hops"), Talk("stays")
    lines = [talk.send(account, at) for at, account in enumerate("aaabaab")]
    lines += [quiet.send("quiet", at) for at in range(5)]
    write(tmp_path / "traffic" / "t.jsonl", lines)
    accounts(tmp_path / "traffic", a="payer 1", b="payer 2", quiet="payer 3")
    return tmp_path


def verdicts(folder):
    """The verdicts of a hunt through the folder's traffic, by subject."""
    assert run(["hunt", "traffic", "--json", str(folder / "out.json")]) == 0
    document = json.loads((folder / "out.json").read_text())
    return document, {one["subject"]["id"]: one for one in document["verdicts"]}


def test_the_json_has_the_documented_shape(place):
    """Counts, subjects, levels, evidence with exhibits."""
    document, found = verdicts(place)
    assert (document["exchanges"], document["accounts"], document["skipped_lines"]) == (12, 3, 0)
    assert found["a"]["verdict"] == found["b"]["verdict"] == "relay"
    assert found["a"]["level"] == "act"
    assert found["quiet"]["verdict"] == "ordinary"
    (pool,) = [one for one in found.values() if one["subject"]["kind"] == "campaign"]
    assert pool["subject"]["accounts"] == ["a", "b"]
    line = pool["evidence"][0]
    assert {"signal", "family", "log10_lr", "says", "innocent_twin", "exhibits"} <= set(line)
    assert line["exhibits"][0].startswith("ex hops")
    assert len(line["exhibits"]) == len(line["shows"])


def test_one_hop_between_two_payers_is_found(place):
    """A single step of one conversation is enough to be shown to a person."""
    talk = Talk("one hop")
    lines = [talk.send(account, at) for at, account in enumerate("aaab")]
    write(place / "traffic" / "t.jsonl", lines)
    _, found = verdicts(place)
    assert (found["a"]["verdict"], found["a"]["level"]) == ("relay", "review")
    assert (found["b"]["verdict"], found["b"]["level"]) == ("relay", "review")
    moves = next(line for line in found["b"]["evidence"] if line["signal"] == "thread-moves")
    assert moves["exhibits"] == ["ex one hop turn 3", "ex one hop turn 4"]


def test_table_report_and_explanation(place, capsys):
    """The three faces of one answer."""
    assert run(["hunt", "traffic", "--report", "r.html"]) == 0
    assert "Resale pool" in capsys.readouterr().out
    assert "Resale pool" in (place / "r.html").read_text()
    assert run(["hunt", "traffic", "--explain", "a"]) == 0
    assert "Innocent twin" in capsys.readouterr().out


def test_json_on_standard_output_stands_alone(place, capsys):
    """So that it can be piped."""
    assert run(["hunt", "traffic", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["exchanges"] == 12


def test_standard_input_is_read(place):
    """`-` stands for it."""
    command = [sys.executable, "-m", "stillwatch", "hunt", "-", "--json", "-"]
    raw = (place / "traffic" / "t.jsonl").read_bytes()
    done = subprocess.run(command, input=raw, capture_output=True, check=True)
    assert json.loads(done.stdout)["exchanges"] == 12


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["hunt", "nowhere"], 3, "no file or folder"),
        (["hunt"], 2, ""),
        (["hunt", "traffic", "--bogus"], 2, "--bogus"),
        (["hunt", "traffic", "--source", "csv"], 2, "csv"),
        (["hunt", "traffic", "--explain", "nobody"], 2, "nobody"),
        (["hunt", "traffic", "--json", "missing/out.json"], 4, "cannot be written"),
        (["hunt", "traffic", "--processes", "0"], 2, ""),
        (["bogus"], 2, ""),
        (["signals", "bogus"], 2, "no signal"),
        (["forget", "nobody"], 4, "no store"),
    ],
)
def test_what_is_wrong_is_said_with_the_documented_code(place, capfd, words, code, says):
    """One or two sentences, and no trace."""
    assert run(words) == code
    output = "".join(capfd.readouterr())
    assert says in output
    assert "Traceback" not in output


def test_fail_on_and_strict_make_findings_visible_to_machines(place):
    """Exit codes that a pipeline can use."""
    assert run(["hunt", "traffic", "--fail-on", "act"]) == 1
    assert run(["hunt", "traffic", "--strict"]) == 0
    with (place / "traffic" / "t.jsonl").open("a") as file:
        file.write("{broken\n")
    assert run(["hunt", "traffic", "--strict"]) == 3


def test_an_empty_file_and_rubbish_are_named(place, capsys):
    """No exchange read is an error with the reason."""
    (place / "empty.jsonl").touch()
    assert run(["hunt", "empty.jsonl"]) == 3
    (place / "rubbish.jsonl").write_bytes(bytes(range(256)) * 20)
    assert run(["hunt", "rubbish.jsonl"]) == 3
    errors = capsys.readouterr().err
    assert "No exchange could be read" in errors
    assert "rubbish.jsonl" in errors


def test_forget_removes_an_account_from_the_stores_here(place, capsys):
    """And the next hunt does not bring it back."""
    verdicts(place)
    assert run(["forget", "quiet"]) == 0
    assert "Removed 5 exchanges" in capsys.readouterr().out
    _, found = verdicts(place)
    assert "quiet" not in found


def test_another_key_is_refused(place, capsys):
    """Hashes of two keys do not mix."""
    assert run(["hunt", "traffic", "--store", "store"]) == 0
    assert run(["hunt", "traffic", "--store", "store", "--key", "other"]) == 4
    assert "another key" in capsys.readouterr().err


def test_ctrl_c_ends_with_a_word_and_keeps_what_was_read(place):
    """No trace, exit code 130, and the next run goes on."""
    many = [Talk(f"talk {number}").send("a", number) for number in range(400)]
    for part in range(20):
        write(place / "many" / f"{part}.jsonl", many[part * 20 : part * 20 + 20])
    script = (
        "import os, signal, sys\n"
        "from stillwatch import hunt\n"
        "from stillwatch.cli import run\n"
        # As at a terminal: what a shell starts in the background is born without it.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "read = hunt.ingest\n"
        "def stopped(*args, watch, **rest):\n"
        "    def once(label, tally):\n"
        "        if tally.exchanges >= 100: os.kill(os.getpid(), signal.SIGINT)\n"
        "    return read(*args, watch=once, **rest)\n"
        "hunt.ingest = stopped\n"
        "sys.exit(run(['hunt', 'many']))\n"
    )
    command = [sys.executable, "-c", script]
    stopped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert stopped.returncode == 128 + signal.SIGINT
    assert "Stopped" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert run(["hunt", "many", "--json", "m.json"]) == 0
    assert json.loads((place / "m.json").read_text())["exchanges"] == 400


def test_help_has_examples(capsys):
    """Every command shows how it is used, and the list of commands says what each does."""
    for command in ("hunt", "signals", "forget"):
        assert run([command, "--help"]) == 0
        text = capsys.readouterr().out
        assert f"stillwatch {command}" in text.split("For example:")[1]
    assert run(["--help"]) == 0
    assert "Read traffic and say which accounts resell access." in capsys.readouterr().out
