"""Calls of groups are joined, kept once and put in order of time."""

import narwhals.stable.v2 as nw
import pytest

from stillwatch.signals.group_calls import calls_in_groups, group_calls, sizes
from stillwatch.signals.model import collect
from stillwatch.signals.tempered import Tempered
from tests.signals.build import ENGINES, Traffic
from tests.signals.groups import GROUP, TEMPLATE, add_group

engines = pytest.mark.parametrize("engine", ENGINES)


def _some():
    traffic = Traffic()
    traffic.account("acct_0", owner="firm")
    traffic.account("acct_1", owner="firm")
    for name, owner in (("acct_2", None), ("acct_1", "firm"), ("acct_0", "firm")):
        for second in (30, 10):
            add_group(traffic, [(second, name, f"{name} {second}")], owner=owner, status=429)
    return traffic


@engines
def test_calls_come_in_order_with_their_exchanges(engine):
    """Sorted by time, with columns of the exchange, whatever order they are stored in."""
    calls = group_calls(_some().tables(engine, seed=3), "status", "value")
    assert calls.groups == [GROUP]
    assert calls.ts_us.tolist() == sorted(calls.ts_us.tolist())
    assert calls.ints("status").tolist() == [429] * 6
    assert len(set(calls.ints("value").tolist())) == 6
    assert calls.bounds() == [(GROUP, slice(0, 6))]


@engines
def test_accounts_of_one_customer_are_one_unit(engine):
    """Three accounts, two of them of one firm, and one whose owner nobody knows."""
    calls = group_calls(_some().tables(engine))
    assert calls.accounts == ["acct_0", "acct_1", "acct_2"]
    assert sorted(sizes(calls.unit).tolist()) == [2, 4]


@engines
def test_one_payer_of_several_organisations_is_several_customers(engine):
    """A card behind many organisations does not make them one; an organisation is one."""
    traffic = Traffic()
    for number in range(4):
        traffic.account(f"acct_{number}", organization=f"firm {number // 2}", owner="one card")
        add_group(traffic, [(number, f"acct_{number}", "text")], owner="one card")
    assert sizes(group_calls(traffic.tables(engine)).unit).tolist() == [2, 2]


@engines
def test_two_templates_of_one_exchange_are_one_call(engine):
    """An exchange that carries a system text and a user text of the group."""
    traffic = Traffic()
    row = add_group(traffic, [(0, "acct_0", "system")])[0]
    traffic.call(row, "another template", "user", GROUP)
    tables = traffic.tables(engine)
    assert len(collect(calls_in_groups(tables))) == 2
    assert len(group_calls(tables).ts_us) == 1


@engines
def test_calls_of_accounts_that_are_no_members_are_left_out(engine):
    """A weakly tied account was dropped from the group; its calls are still in the table."""
    traffic = Traffic()
    add_group(traffic, [(0, "acct_0", "a")])
    traffic.call(traffic.exchange("passer-by"), TEMPLATE, "b", GROUP)
    traffic.call(traffic.exchange("acct_0"), "elsewhere", "c", None)
    calls = calls_in_groups(traffic.tables(engine)).select(nw.col("account"))
    assert collect(calls)["account"].to_pylist() == ["acct_0"]


@engines
def test_parts_can_be_chosen(engine):
    """Positions of groups hold for a part as well."""
    calls = group_calls(_some().tables(engine))
    part = calls.where(calls.account == 2)
    assert part.bounds() == [(GROUP, slice(0, 2))]
    assert part.exhibit(0, "seen").shows == "seen"


def test_bounds_hold_both_ways():
    """However clear the data, the weight stays within what the two shares allow."""
    model = Tempered(honest=0.1, avoided=0.3)
    assert model.log10_lr(0) == 0
    assert model.log10_lr(300) == pytest.approx(0.85, abs=0.01)
    assert model.log10_lr(-300) == pytest.approx(-0.48, abs=0.01)
    assert 0 < model.log10_lr(0.3) < 0.3
