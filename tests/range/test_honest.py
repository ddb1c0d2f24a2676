"""Tests of ordinary populations."""

import re
from functools import cache
from itertools import combinations, islice

import msgspec
import pytest

from stillwatch_range.cell import run
from stillwatch_range.honest import HonestSpec, open_cell
from stillwatch_range.upstream.provider import ProviderSettings, ScriptedProvider
from tests.range.twins.seen import START_US, Watch, by, world

FOLDER = re.compile(r"(?:git@[\w.]+:|https://[\w.]+\.(?:com|org|net)/)[\w-]+/([\w-]+)\.git")
MIXED = {"developer": 0.3, "heavy": 0.1, "chat": 0.2, "program": 0.2, "service": 0.2}


def made(spec, seed=9, first=0, count=12, days=2):
    """A cell after its run, and what was seen."""
    watch, place = Watch(), world(days)
    provider = ScriptedProvider(ProviderSettings(limits={}, overload_share=0.0), 3, watch)
    cell = open_cell(spec, place, provider, seed, "honest:x:0", first, count)
    run(cell, place.end_us)
    return cell, watch


@cache
def mixed():
    """A population of every habit."""
    return made(HonestSpec(people=40, habits=MIXED), count=20)


def test_each_account_is_one_person():
    """Behind an account stands one person; only services have customers."""
    _, watch = mixed()
    assert {one.status for one in watch.seen} == {200}
    for own in by(watch.seen, lambda one: one.account.id).values():
        people = {one.person for one in own}
        assert len(people) == 1 or own[0].account.label.family == "service"


def test_labels_name_the_habit():
    """Accounts are honest, stand alone, and their family is what they do."""
    cell, _ = mixed()
    assert {one.label.kind for one in cell.accounts} == {"honest"}
    assert {one.label.group for one in cell.accounts} == {""}
    assert {one.label.family for one in cell.accounts} <= set(MIXED)
    assert len({one.label.family for one in cell.accounts}) >= 4


def test_services_have_customers_under_one_system_prompt():
    """A service's chats come from several people, on one client."""
    _, watch = mixed()
    rows = [one for one in watch.seen if one.account.label.family == "service"]
    for own in by(rows, lambda one: one.account.id).values():
        assert len({one.headers["user-agent"] for one in own}) == 1
    assert any(
        len({one.person for one in own}) > 2 for own in by(rows, lambda x: x.account.id).values()
    )


def test_organisations_share_a_payer():
    """Where all accounts are organised, each four of them have one payer and one mail domain."""
    provider = ScriptedProvider(ProviderSettings(), 3, Watch())
    spec = HonestSpec(people=8, organized=1.0)
    cell = open_cell(spec, world(), provider, 9, "honest:x:0", 0, 8)
    payers = [one.payer for one in cell.accounts]
    assert [len(set(payers[:4])), len(set(payers[4:])), len(set(payers))] == [1, 1, 2]
    assert len({one.email_domain for one in cell.accounts[:4]}) == 1


def test_organisations_share_repositories():
    """People of one organisation work on the same code, strangers do not."""
    for organized in (1.0, 0.0):
        spec = HonestSpec(people=4, habits="heavy", organized=organized, rate=0.5)
        _, watch = made(spec, count=4)
        folders = [
            {found for one in own for found in FOLDER.findall(one.text)}
            for own in by(watch.seen, lambda one: one.account.id).values()
        ]
        shared = any(mine & yours for mine, yours in combinations(folders, 2))
        assert len(folders) > 1
        assert shared == bool(organized)


def test_nobody_shares_where_none_is_organised():
    """Without organisations every account has a payer of its own."""
    cell, _ = made(HonestSpec(people=8, habits="chat", organized=0.0), count=8)
    assert len({one.payer for one in cell.accounts}) == 8


def test_a_population_is_cut_without_a_seam():
    """Accounts of two cells are others: numbers go on where the first cell stops."""
    spec = HonestSpec(people=8, habits="program")
    one, _ = made(spec, first=0, count=4)
    two, _ = made(spec, first=4, count=4)
    assert not {a.id for a in one.accounts} & {b.id for b in two.accounts}


def test_the_same_seed_gives_the_same_bytes():
    """Two runs agree byte for byte."""
    spec = HonestSpec(people=6, habits=MIXED)
    first, second = (made(spec, count=6)[1].lines for _ in range(2))
    assert first
    assert first == second


def test_cells_are_lazy():
    """Ten years can be opened, and the first conversations taken, at once."""
    spec = HonestSpec(people=10, habits=MIXED)
    provider = ScriptedProvider(ProviderSettings(), 3, Watch())
    cell = open_cell(spec, world(3650), provider, 9, "honest:x:0", 0, 10)
    starts = [one.starts_us for one in islice(cell.actors, 20)]
    assert starts == sorted(starts)
    assert starts[0] >= START_US


@pytest.mark.parametrize(
    "table",
    [
        {"people": 0},
        {"people": 3, "habits": "gambler"},
        {"people": 3, "organized": 1.5},
        {"people": 3, "organization_accounts": 1},
        {},
    ],
)
def test_spec_is_strict(table):
    """A table with a wrong field or size is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(table, HonestSpec, strict=True)
