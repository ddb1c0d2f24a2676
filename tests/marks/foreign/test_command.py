"""`stillwatch marks scan`, through its public door."""

import gzip
import io
import json
import sys

import pytest

from stillwatch import __version__
from stillwatch.cli import run

ODD = "One.\nWe can\u02bct see.\n"
MARKED = "Today\u02b9s date is 2026/11/22.\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in an empty folder, on a wide terminal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def scan(capsys):
    """Run the command: its exit code and what it says on both streams."""

    def run_it(*words):
        code = run(["marks", "scan", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_it


@pytest.fixture
def typed(monkeypatch):
    """Put bytes on the standard input."""
    return lambda data: monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data)))
    )


def test_a_text_without_marks_says_so(scan, here):
    """And exits with 0, even where the slightest finding would not."""
    (here / "a.txt").write_text("Plain words.\n")
    code, out, err = scan("a.txt", "--fail-on", "possible")
    assert (code, out.strip(), err) == (0, "Nothing hidden was found.", "")


def test_an_empty_file_has_nothing_hidden(scan, here):
    """As a file and on standard input."""
    (here / "a.txt").write_text("")
    assert scan("a.txt")[:2] == (0, "Nothing hidden was found.\n")


@pytest.mark.parametrize("packed", [False, True])
def test_a_finding_is_shown_with_place_meaning_and_twin(scan, here, packed):
    """Code points are spelled out; nothing odd reaches the terminal."""
    data = ODD.encode()
    (here / "a.txt").write_bytes(gzip.compress(data) if packed else data)
    code, out, _ = scan("a.txt")
    assert code == 0
    for words in ("apostrophes", "a.txt:2:7", "U+02BC", "can't see.", "likely", "What else writes"):
        assert words in out


def test_standard_input_is_read(scan, typed):
    """A lone dash."""
    typed(MARKED.encode())
    code, out, _ = scan("-", "--fail-on", "likely")
    assert code == 1
    assert "date-line" in out
    assert "<U+02B9" in out


@pytest.mark.parametrize(("least", "code"), [("certain", 0), ("likely", 1), ("possible", 1)])
def test_the_exit_code_is_as_strict_as_asked(scan, here, least, code):
    """A likely finding fails at likely and at possible."""
    (here / "a.txt").write_text(ODD)
    assert scan("a.txt", "--fail-on", least)[0] == code


def test_what_its_maker_declares_fails_nothing(scan, here):
    """It is shown all the same."""
    (here / "a.txt").write_text("x-anthropic-billing-header: cc_version=2.1.330.572;\n")
    code, out, _ = scan("a.txt", "--fail-on", "possible")
    assert code == 0
    assert "Declared: https://" in out


def test_json_is_complete_and_alone_on_the_output(scan, here):
    """Everything that a finding knows."""
    (here / "a.txt").write_text(MARKED)
    code, out, _ = scan("a.txt", "--json", "-")
    said = json.loads(out)
    assert code == 0
    assert said["stillwatch"] == __version__
    assert said["files"] == [{"file": "a.txt", "texts": 1, "skipped_lines": 0}]
    assert said["more"] == 0
    (one,) = said["findings"]
    assert (one["channel"], one["sure"], one["count"]) == ("date-line", "likely", 3)
    assert one["code_points"] == ["U+02B9", "U+002F"]
    assert one["place"] == {
        "file": "a.txt",
        "line": 1,
        "column": 6,
        "path": "",
        "offset": 5,
        "file_offset": 5,
    }
    assert one["marks"][0] == {"offset": 5, "length": 1, "plain": "'"}
    assert (one["payload"]["hex"], one["payload"]["bits"]) == ("07", 3)
    assert one["plain"] == "Today's date is 2026-11-22.\\n"


def test_json_and_sarif_are_written_to_files(scan, here):
    """And people still see the table."""
    (here / "a.txt").write_text(ODD)
    code, out, _ = scan("a.txt", "--json", "f.json", "--sarif", "f.sarif")
    assert (code, "apostrophes" in out) == (0, True)
    assert json.loads((here / "f.json").read_text())["findings"][0]["channel"] == "apostrophes"
    log = json.loads((here / "f.sarif").read_text())
    assert log["runs"][0]["results"][0]["ruleId"] == "apostrophes"


def test_several_files_are_scanned_together(scan, here):
    """Each finding names its own."""
    (here / "a.txt").write_text(ODD)
    (here / "b.txt").write_text(MARKED)
    said = json.loads(scan("a.txt", "b.txt", "--json", "-")[1])
    assert [one["place"]["file"] for one in said["findings"]] == ["a.txt", "b.txt"]
    assert [one["file"] for one in said["files"]] == ["a.txt", "b.txt"]


def test_more_findings_than_asked_for_are_counted(scan, here):
    """The rest is a number."""
    (here / "a.jsonl").write_text("".join(json.dumps({"t": ODD}) + "\n" for _ in range(5)))
    out = scan("a.jsonl", "--most", "2")[1]
    assert out.count("a.jsonl:") == 2
    assert "3 more findings" in out


def test_skipped_lines_are_told_on_standard_error(scan, here):
    """With number and reason."""
    (here / "a.jsonl").write_text('{"a": 1}\n{broken\n')
    code, out, err = scan("a.jsonl")
    assert (code, out) == (0, "Nothing hidden was found.\n")
    assert "line 2" in err


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("gone.txt", None, "cannot be read"),
        ("a.txt", b"caf\xe9", "is not text"),
        ("a.bin", b"\0\0\0", "binary"),
        ("a.gz", b"\x1f\x8bxx", "damaged"),
        ("a.json", b"{", "is not JSON"),
        (".", None, "is a folder"),
    ],
)
def test_what_cannot_be_read_exits_with_3_and_one_sentence(scan, here, name, data, says):
    """No trace, no folder names."""
    if data is not None:
        (here / name).write_bytes(data)
    code, _, err = scan(name)
    assert code == 3
    assert says in err
    assert "Traceback" not in err
    assert str(here) not in err


def test_wrong_usage_exits_with_2(scan):
    """No file, or an unknown sureness."""
    assert scan()[0] == 2
    assert scan("a.txt", "--fail-on", "maybe")[0] == 2


def test_a_result_that_cannot_be_written_exits_with_4(scan, here):
    """A folder in the way."""
    (here / "a.txt").write_text(ODD)
    code, _, err = scan("a.txt", "--json", ".")
    assert code == 4
    assert "cannot be written" in err


def test_help_has_examples(scan):
    """And names every option."""
    code, out, _ = scan("--help")
    assert code == 0
    for word in ("--json", "--sarif", "--own", "--most", "--fail-on", "marks scan request.json"):
        assert word in out
