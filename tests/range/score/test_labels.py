"""The labels file and its columns."""

import pytest

from stillwatch.errors import InputError
from stillwatch_range.score import labels
from tests.range.score.cases import head, made, row, write_labels


def test_rows_come_back_as_columns(tmp_path):
    """Every field of a row stands in its column."""
    read = made(
        tmp_path,
        row("a", people=3),
        row("b", "relay", "pool", group="g", level="E2", hours=((0, 4), (7, 6))),
    )
    assert read.account.to_pylist() == ["a", "b"]
    assert read.kind.values == ("honest", "relay")
    assert read.guilty.tolist() == [False, True]
    assert read.level.where("E2").tolist() == [False, True]
    assert read.people.tolist() == [3, 1]
    assert (read.hours.tolist(), read.hour_counts.tolist()) == ([0, 7], [4, 6])
    assert read.hour_ends.tolist() == [0, 2]


def test_an_account_alone_is_its_own_group(tmp_path):
    """A row without a group is named after its account."""
    group = made(tmp_path, row("a"), row("b", group="g"), row("c", group="g")).group
    assert [group.values[code] for code in group.codes] == ["a", "g", "g"]


def test_a_row_may_leave_out_what_has_a_default(tmp_path):
    """Only account, kind and family are required."""
    path = write_labels(tmp_path)
    with path.open("a") as file:
        file.write('{"account": "a", "kind": "twin", "family": "class", "extra": [1]}\n')
    read = labels.read(path)
    assert (read.people.tolist(), read.exchanges.tolist(), len(read.hours)) == ([1], [0], 0)


def test_rows_are_found_by_account(tmp_path):
    """An account that the labels do not have is at -1."""
    read = made(tmp_path, row("a"), row("b"))
    assert read.rows_of(["b", "x", "a"]).tolist() == [1, -1, 0]


def test_a_scenario_without_accounts_is_read(tmp_path):
    """A file of a head alone has no rows."""
    assert len(made(tmp_path)) == 0


@pytest.mark.parametrize(
    "text",
    ["", "{}\n", '{"account": 1}', '{"kind": "honest", "family": "f"}', "not json"],
    ids=["empty", "no head", "wrong type", "no account", "no json"],
)
def test_what_is_no_labels_file_is_refused(tmp_path, text):
    """The error names the file."""
    path = tmp_path / "labels.jsonl"
    if text.strip() not in ("", "{}"):
        labels.write(path, head(1), ())
        text = path.read_text() + text + "\n"
    path.write_text(text)
    with pytest.raises(InputError, match=r"labels\.jsonl"):
        labels.read(path)


def test_an_unknown_kind_is_refused(tmp_path):
    """A kind that nobody knows would vanish from the board."""
    path = write_labels(tmp_path)
    with path.open("a") as file:
        file.write('{"account": "a", "kind": "odd", "family": "f"}\n')
    with pytest.raises(InputError, match="odd"):
        labels.read(path)


def test_labels_of_another_format_are_refused(tmp_path):
    """Format numbers are there to be looked at."""
    path = write_labels(tmp_path)
    path.write_text(path.read_text().replace('"stillwatch_range":1', '"stillwatch_range":9'))
    with pytest.raises(InputError, match="format 9"):
        labels.read(path)


def test_a_missing_file_is_named(tmp_path):
    """The person sees which file."""
    with pytest.raises(InputError, match=r"gone\.jsonl"):
        labels.read(tmp_path / "gone.jsonl")
