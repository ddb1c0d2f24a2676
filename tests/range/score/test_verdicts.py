"""Verdict files of any detector."""

import pytest

from stillwatch.errors import InputError
from stillwatch_range.score import verdicts
from tests.range.score.cases import document, made, row, verdict

FILE = """{"stillwatch": "0.1.0", "exchanges": 4, "verdicts": [
 {"subject": {"kind": "account", "id": "a", "accounts": ["a"]}, "verdict": "relay",
  "grade": "pool", "level": "act", "log10_e": 7.2, "people": {"low": 2, "best": 3, "high": 5},
  "evidence": [{"signal": "s", "says": "x"}]},
 {"subject": {"kind": "account", "id": "b"}, "verdict": "ordinary", "level": "none",
  "people": null}]}"""


def test_the_published_format_is_read(tmp_path):
    """Evidence and unknown fields are passed over."""
    path = tmp_path / "verdicts.json"
    path.write_text(FILE)
    judged = verdicts.judge(made(tmp_path, row("a"), row("b")), verdicts.read(path))
    assert judged.level.tolist() == [2, 0]
    assert judged.people[0].tolist() == [2, 3, 5]


def test_the_strongest_verdict_on_an_account_counts(tmp_path):
    """Order in the file does not matter."""
    read = made(tmp_path, row("a"), row("b"))
    strong, weak = verdict("a", "b", call="harvest"), verdict("a", level="review")
    for order in ((strong, weak), (weak, strong)):
        judged = verdicts.judge(read, document(*order))
        assert judged.level.tolist() == [2, 2]
        assert [verdicts.CALLS[call] for call in judged.call] == ["harvest", "harvest"]


def test_no_verdicts_leave_every_account_at_none(tmp_path):
    """An empty list is a result."""
    judged = verdicts.judge(made(tmp_path, row("a")), document())
    assert (judged.level.tolist(), judged.groups, judged.strangers) == ([0], (), 0)


@pytest.mark.parametrize("text", ["", "[]", '{"verdicts": [{"subject": 1}]}'])
def test_what_is_no_verdict_file_is_refused(tmp_path, text):
    """The error names the file."""
    path = tmp_path / "verdicts.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"verdicts\.json"):
        verdicts.read(path)
