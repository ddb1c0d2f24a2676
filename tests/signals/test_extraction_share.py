"""How many texts it takes, and that honest accounts with shares of their own are not convicted."""

import numpy as np
import pytest

from stillwatch.signals.extraction_share import MOST, SIGNAL, cap, log10_plain, log10_ratio
from stillwatch.traits.intents import Intent
from tests.signals.build import Traffic, ask

ACT = 5.0
BASE = 0.005


def answer(texts, asking, intent=Intent.ROWS, declared=None):
    traffic = Traffic()
    traffic.account(declared_use=declared)
    for number in range(texts):
        row = traffic.exchange()
        traffic.block(row, f"text {number}", intents=int(intent) if number < asking else 0)
    return ask(SIGNAL, traffic).get("acct")


def drawn(share, recognised, texts=2500, accounts=400):
    """Running counts of accounts with a share of harvest."""
    draw = np.random.default_rng(1)
    rate = share * recognised + (1 - share * recognised) * BASE
    hits = (draw.random((accounts, texts)) < rate).cumsum(axis=1).astype(float)
    return hits, np.broadcast_to(np.arange(1.0, texts + 1), hits.shape)


@pytest.mark.parametrize(
    ("share", "recognised", "texts"),
    [(1, 0.6, 5), (1, 0.25, 18), (0.25, 0.6, 33), (0.25, 0.25, 109), (0.1, 0.6, 120),
     (0.1, 0.25, 495)],
)  # fmt: skip
def test_texts_until_found_are_as_the_signal_says(share, recognised, texts):
    """The table in the signal's docstring, within a tenth and two; none under the wider null."""
    hits, seen = drawn(share, recognised)
    found = log10_plain(hits, seen) >= ACT
    assert found.any(axis=1).mean() > 0.95
    first = np.where(found.any(axis=1), found.argmax(axis=1) + 1, seen.shape[1])
    assert np.median(first) == pytest.approx(texts, rel=0.1, abs=2)
    assert log10_ratio(hits, np.zeros_like(hits), seen).max() < 1.4


def test_a_pure_harvest_weighs_but_never_convicts():
    """A hundred texts, all of them for training rows."""
    evidence = answer(100, 100)
    assert 1.0 < evidence.log10_lr <= MOST
    assert evidence.numbers == {"texts": 100, "rare": 100, "common": 0}
    assert len(evidence.exhibits) == 4


def test_one_request_of_many_weighs_little():
    """It happens to anybody."""
    assert 0 < answer(40, 1).log10_lr <= round(cap(1), 2)


def test_graders_are_common():
    """An evaluation grades in a third of its texts."""
    assert answer(80, 27, Intent.GRADE).log10_lr < 0.8


def test_what_a_declared_use_covers_is_left_out():
    """Licensed makers of data ask for rows."""
    assert answer(100, 100, declared="synthetic-data") is None
    assert answer(100, 100, Intent.EXCUSE, declared="synthetic-data").log10_lr > 0.5


def test_honest_accounts_that_differ_keep_the_error_rate():
    """Accounts with rates of their own, looked at after every text: no e-value is often large."""
    draw = np.random.default_rng(1)
    rates = np.where(draw.random(4000) < 0.02, draw.random(4000), draw.beta(0.0025, 0.5, 4000))
    hits = (draw.random((4000, 300)) < rates[:, None]).cumsum(axis=1).astype(float)
    seen = np.broadcast_to(np.arange(1.0, 301), hits.shape)
    highest = log10_ratio(hits, np.zeros_like(hits), seen).max(axis=1)
    assert np.mean(highest >= 1) <= 0.1
    assert np.mean(highest >= 0.5) <= 10**-0.5


def test_few_texts_say_nothing():
    """Four texts are too few."""
    assert answer(4, 4) is None
