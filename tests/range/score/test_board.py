"""The scoreboard's definitions, one sentence each."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from stillwatch_range.score.board import score
from stillwatch_range.score.show import show, to_json
from tests.range.score.cases import document, made, row, verdict


def relay(account, group="g", **more):
    return row(account, "relay", "pool", group=group, **more)


def board(folder, rows, *verdicts):
    return score(made(folder, *rows), document(*verdicts))


def level(scored, name):
    return next(at for at in scored.levels if at.level == name)


def test_an_account_without_a_verdict_is_not_found(tmp_path):
    """Silence counts as `none`."""
    scored = board(tmp_path, [relay("a", "g"), relay("b", "h")], verdict("a"))
    assert (level(scored, "act").recall.hits, level(scored, "act").recall.of) == (1, 2)


def test_review_includes_act(tmp_path):
    """What is acted on was also brought to review; not the reverse."""
    scored = board(
        tmp_path,
        [relay("a", "g"), relay("b", "h")],
        verdict("a", level="act"),
        verdict("b", level="review"),
    )
    assert (level(scored, "act").recall.hits, level(scored, "review").recall.hits) == (1, 2)


def test_a_verdict_on_a_group_finds_its_accounts(tmp_path):
    """A group's level counts for every account that it names."""
    scored = board(
        tmp_path, [relay("a"), relay("b")], verdict("a", "b"), verdict("a", level="none")
    )
    assert level(scored, "act").recall.hits == 2


def test_false_alarms_stand_by_family(tmp_path):
    """Each family of twins and honest accounts has a line of its own."""
    scored = board(
        tmp_path,
        [row("a"), row("b"), row("c", "twin", "class"), relay("d")],
        verdict("a", level="review"),
        verdict("c", level="act"),
    )
    alarms = {(one.kind, one.family): (one.act.hits, one.review.hits) for one in scored.found}
    assert alarms == {
        ("relay", "pool"): (0, 0),
        ("twin", "class"): (1, 1),
        ("honest", "office"): (0, 1),
    }
    assert (level(scored, "review").false_alarms.hits, level(scored, "review").precision.hits) == (
        2,
        0,
    )


def test_rungs_of_the_ladder_stand_apart(tmp_path):
    """E0 and E5 of a family are two lines."""
    rows = [relay("a", "g", level="E0"), relay("b", "h", level="E5")]
    found = board(tmp_path, rows, verdict("a")).found
    assert [(one.level, one.act.hits) for one in found] == [("E0", 1), ("E5", 0)]


@pytest.mark.parametrize(("hits", "found"), [(1, 0), (2, 1), (4, 1)])
def test_a_group_is_found_by_half_of_its_accounts(tmp_path, hits, found):
    """Half is enough, less is not."""
    names = "abcd"
    scored = board(tmp_path, [relay(name) for name in names], *map(verdict, names[:hits]))
    assert level(scored, "act").group_recall.hits == found
    assert scored.groups[0].joined.hits == 0


def test_a_group_is_joined_by_one_verdict(tmp_path):
    """Accounts that are found one by one are not joined; a verdict on half of them is."""
    rows = [relay(name) for name in "abcd"]
    assert board(tmp_path, rows, verdict("a", "b")).groups[0].joined.hits == 1


def test_a_guilty_account_alone_is_a_group_of_one(tmp_path):
    """It counts as a group; to be joined needs several."""
    groups = board(tmp_path, [relay("a", "")], verdict("a")).groups[0]
    assert (groups.act.hits, groups.act.of, groups.joined.of) == (1, 1, 0)


def test_purity_is_the_share_of_one_guilty_group(tmp_path):
    """Two of a group, one of another and one honest account: half is pure."""
    rows = [relay("a"), relay("b"), relay("c", "h"), row("d")]
    at = level(board(tmp_path, rows, verdict("a", "b", "c", "d")), "act")
    assert (at.purity.median, at.group_precision.hits) == (0.5, 1)


def test_a_claim_on_the_innocent_is_wrong(tmp_path):
    """A verdict on two honest accounts and one on an honest account are two wrong claims."""
    rows = [row("a"), row("b"), row("c"), relay("d")]
    at = level(board(tmp_path, rows, verdict("a", "b"), verdict("c"), verdict("d")), "act")
    assert (at.group_precision.hits, at.group_precision.of) == (1, 3)


def test_kinds_are_right_when_named_right(tmp_path):
    """A relay that is called a harvest is found and misnamed."""
    rows = [relay("a", "g"), relay("b", "h"), row("c", "campaign", "grid")]
    scored = board(
        tmp_path, rows, verdict("a"), verdict("b", call="harvest"), verdict("c", call="harvest")
    )
    assert (scored.kinds["relay"].hits, scored.kinds["relay"].of) == (1, 2)
    assert scored.kinds["campaign"].hits == 1


def test_the_estimate_of_people_is_held_against_the_truth(tmp_path):
    """Relative error of the best estimate, and whether the interval holds the number."""
    rows = [relay("a", "g", people=10), relay("b", "h", people=4), relay("c", "i", people=2)]
    people = board(
        tmp_path, rows, verdict("a", people=(8, 12, 15)), verdict("b", people=(5, 6, 9))
    ).people[0]
    assert (people.error.of, people.covered.hits, people.covered.of) == (2, 1, 2)
    assert people.error.median == pytest.approx(0.2)


def test_accounts_without_an_exchange_count_nowhere(tmp_path):
    """Nobody can find what sent nothing."""
    scored = board(tmp_path, [relay("a"), relay("b", exchanges=0)], verdict("a"))
    assert (scored.accounts, scored.unseen, level(scored, "act").recall.of) == (1, 1, 1)


def test_strangers_in_the_verdicts_are_told(tmp_path):
    """An account that the labels do not have is counted, not scored."""
    scored = board(tmp_path, [relay("a")], verdict("x"), verdict("a", "x"))
    assert (scored.strangers, level(scored, "act").recall.hits) == (1, 1)


@given(st.data())
def test_the_figures_agree_with_a_count_by_hand(tmp_path_factory, data):
    """Recall, false alarms and precision equal a plain count over the rows."""
    kinds = data.draw(
        st.lists(st.sampled_from(["honest", "twin", "relay", "campaign"]), max_size=12)
    )
    levels = [data.draw(st.sampled_from(["none", "review", "act"])) for _ in kinds]
    rows = [row(f"a{at}", kind) for at, kind in enumerate(kinds)]
    verdicts = [verdict(f"a{at}", level=one) for at, one in enumerate(levels)]
    scored = level(board(tmp_path_factory.mktemp("board"), rows, *verdicts), "review")
    guilty = [kind in ("relay", "campaign") for kind in kinds]
    hit = [one != "none" for one in levels]
    both = sum(map(min, guilty, hit))
    assert (scored.recall.hits, scored.recall.of) == (both, sum(guilty))
    assert (scored.precision.hits, scored.precision.of) == (both, sum(hit))
    assert scored.false_alarms.hits == sum(hit) - both


def test_the_board_prints_and_writes_itself(tmp_path):
    """Tables name every family; the JSON holds the same figures."""
    rows = [relay("a", people=3), row("b", "twin", "class"), row("c")]
    scored = board(tmp_path, rows, verdict("a", people=(2, 3, 4)), verdict("x"))
    out = io.StringIO()
    show(scored, Console(file=out, width=140))
    for words in ("pool", "class", "office", "1 of 1 (1.000", "not in the labels"):
        assert words in out.getvalue()
    assert json.loads(to_json(scored))["found"][0]["act"]["hits"] == 1
