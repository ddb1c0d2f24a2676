"""The shortcut test: telling fields are told, others are not."""

import io

import numpy as np
import pytest
from rich.console import Console

from stillwatch.errors import InputError
from stillwatch_range.score.shortcuts import LIMIT, area, shortcuts, show, summaries
from tests.range.score.cases import line, made, row

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def areas(tmp_path_factory):
    """A third of the accounts is guilty: they ask for more tokens; all else is drawn alike."""
    folder = tmp_path_factory.mktemp("scenario")
    draw = np.random.default_rng(3)
    rows, sent = [], []
    for number in range(480):
        guilty = number % 3 == 0
        name = f"acct-{number}"
        kind = ("relay", "campaign")[number % 2] if guilty else "honest"
        rows.append(row(name, kind, group=f"g{number // 24}" if guilty else ""))
        for hour in range(4):
            body = {"max_tokens": int(draw.integers(50, 90) + 30 * guilty), "model": "m"}
            headers = [["user-agent", f"cli/{draw.integers(5)}"], ["host", "x"]]
            sent.append(line(name, hour, body=body, headers=headers))
    (folder / "one.jsonl").write_text("\n".join(sent))
    return shortcuts(folder, made(folder, *rows))


def test_a_field_that_follows_the_class_is_told(areas):
    """Its area is near one, and it stands first."""
    assert areas[0].field == "max_tokens"
    told = {one.question for one in areas if one.field == "max_tokens" and one.separates}
    assert "guilty" in told
    assert areas[0].area > 0.9


def test_a_field_that_is_drawn_alike_is_not_told(areas):
    """Its area stays below the limit."""
    agent = [one for one in areas if one.field == "header user-agent"]
    assert len(agent) == 6
    assert not any(one.area > LIMIT for one in agent)


def test_a_mixture_is_told_but_is_no_shortcut(tmp_path):
    """Teams use two clients and others one of the two: each request looks the same."""
    draw = np.random.default_rng(5)
    rows, sent = [], []
    for number in range(300):
        team = number % 3 == 0
        name = f"acct-{number}"
        rows.append(row(name, "relay" if team else "honest"))
        own = draw.integers(2)
        for hour in range(8):
            agent = draw.integers(2) if team else own
            sent.append(line(name, hour, headers=[["user-agent", f"cli/{agent}"]]))
    (tmp_path / "one.jsonl").write_text("\n".join(sent))
    found = {
        one.way: one
        for one in shortcuts(tmp_path, made(tmp_path, *rows))
        if (one.field, one.question) == ("header user-agent", "relay")
    }
    assert found["mix"].area > 0.9
    assert not found["mix"].separates
    assert not found["value"].separates


def test_a_field_with_one_value_everywhere_is_left_out(areas):
    """Host and model say nothing."""
    assert not {one.field for one in areas} & {"header host", "model", "path", "header order"}


def test_the_table_marks_what_separates(areas):
    """One line for each field and way."""
    out = io.StringIO()
    show(areas, Console(file=out, width=120))
    marked = [text for text in out.getvalue().splitlines() if " !" in text]
    assert any(text.startswith("max_tokens") for text in marked)
    assert not any(text.startswith("header user-agent") for text in marked)


def test_the_number_of_exchanges_is_not_in_a_summary():
    """An account that sends the same thing ten times as often looks the same."""
    few = [{"path": "/a", "body length": 3.0}, {"path": "/b", "body length": 5.0}]
    other = [{"path": "/a", "body length": 9.0}]
    tables = dict(summaries([few, few * 10, other]))
    assert tables["path"][0].tolist() == tables["path"][1].tolist()
    assert tables["path"][0].tolist() != tables["path"][2].tolist()
    assert tables["body length"][0, 2] == pytest.approx(tables["body length"][1, 2])


def test_absence_is_a_value():
    """A header that only some accounts send is summed up by the share that lacks it."""
    tables = dict(summaries([[{"header x": "1"}, {}], [{"header x": "1"}]]))
    assert sorted(map(tuple, tables["header x"].tolist())) == [(0.5, 0.5, 0.0), (1.0, 0.0, 0.0)]


def test_the_area_is_the_share_of_pairs_in_order():
    """Six pairs, of which four and a half are in order."""
    best, low, high = area(
        np.array([3.0, 1.0, 2.0, 1.0, 0.0]), np.array([1, 1, 0, 0, 0], bool), np.arange(5)
    )
    assert best == pytest.approx(4.5 / 6)
    assert low < best < high


def test_groups_widen_the_interval_of_the_area():
    """Ten like accounts of one operator are one case."""
    draw = np.random.default_rng(1)
    truth = np.repeat([True, False], 50)
    scores = np.repeat(draw.normal(size=10) + np.repeat([1.0, 0.0], 5), 10)
    _, low, high = area(scores, truth, np.arange(100))
    _, wide_low, wide_high = area(scores, truth, np.arange(100) // 10)
    assert wide_high - wide_low > 2 * (high - low)


def test_a_handful_of_groups_shows_nothing(tmp_path):
    """With four guilty groups no field is tested, and the table says why."""
    rows = [row(f"a{number}", "relay" if number < 4 else "honest") for number in range(30)]
    sent = [line(one.account, 1, path=f"/{one.kind}") for one in rows]
    (tmp_path / "one.jsonl").write_text("\n".join(sent))
    areas = shortcuts(tmp_path, made(tmp_path, *rows))
    out = io.StringIO()
    show(areas, Console(file=out))
    assert areas == []
    assert "fewer than 5" in out.getvalue()


def test_captures_of_another_scenario_are_refused(tmp_path):
    """No account in common is a mistake, not a result."""
    (tmp_path / "one.jsonl").write_text(line("stranger", 1))
    with pytest.raises(InputError, match="no account"):
        shortcuts(tmp_path, made(tmp_path, row("a")))


def test_a_folder_without_captures_is_refused(tmp_path):
    """The error names the folder."""
    with pytest.raises(InputError, match="no captures"):
        shortcuts(tmp_path, made(tmp_path, row("a")))
