"""The generator of people makes what it says it makes."""

import numpy as np
import pytest
from population.accounts import MODES, population
from population.arrow import to_tables
from population.innocents import KINDS, innocents
from population.settings import REPORTING, TUNING

from stillwatch.signals.model import collect


def draw(seed=5, people=(1, 4), mode="normal"):
    return population(np.random.default_rng(seed), np.array(people), mode, TUNING)


def test_one_seed_gives_one_population():
    """Results can be repeated."""
    first, second = draw(), draw()
    for name, values in first.exchanges.items():
        assert (values == second.exchanges[name]).all()
    assert (first.facts["value"] == second.facts["value"]).all()


def test_nobody_types_before_the_answer_has_come():
    """Within a conversation turns follow answers, so that pauses mean something."""
    exchanges = draw(people=(6,)).exchanges
    order = np.lexsort((exchanges["messages"], exchanges["thread"]))
    thread, ts_us, end_us = (exchanges[name][order] for name in ("thread", "ts_us", "end_us"))
    same = thread[1:] == thread[:-1]
    assert (ts_us[1:] >= end_us[:-1])[same].all()
    assert (end_us >= ts_us).all()


def test_a_chat_shows_languages_and_nothing_else():
    """Without tools there is no evidence of people."""
    drawn = draw(mode="chat")
    assert set(drawn.facts["kind"]) == {"language"}
    assert drawn.exchanges["human_turn"].all()


def test_pinning_takes_what_clients_declare_and_leaves_what_tools_show():
    """One device and no declared names, but the same kinds of evidence."""
    normal, pinned = draw(people=(20,)), draw(people=(20,), mode="pinned")
    assert set(normal.facts["origin"]) == {"declared", "evidenced"}
    assert set(pinned.facts["origin"]) == {"evidenced"}
    assert len(set(pinned.exchanges["device"])) == 1 < len(set(normal.exchanges["device"]))
    assert set(pinned.facts["kind"]) >= {"user", "home", "host", "git_email", "repo"}


@pytest.mark.parametrize("mode", MODES)
def test_the_tables_are_whole(mode):
    """Facts carry the account and family of their exchange."""
    tables = to_tables(draw(mode=mode))
    exchanges = {row["row"]: row for row in collect(tables.exchanges).to_pylist()}
    facts = collect(tables.facts).to_pylist()
    assert facts
    for fact in facts:
        for name in ("account", "family", "ts_us", "exchange"):
            assert fact[name] == exchanges[fact["row"]][name]
    assert collect(tables.accounts)["exchanges"].to_pylist()


def test_reporting_is_wider_than_tuning():
    """Results are reported beyond what was tuned on, never on less."""
    for name, (low, high) in vars(REPORTING).items():
        tuned_low, tuned_high = getattr(TUNING, name)
        assert low <= tuned_low < tuned_high <= high, name
    assert REPORTING != TUNING


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_honest_account_is_drawn(kind):
    """All accounts asked for are there, with traffic."""
    drawn = innocents(np.random.default_rng(1), kind, 7)
    assert set(drawn.exchanges["account"]) == set(range(7))
