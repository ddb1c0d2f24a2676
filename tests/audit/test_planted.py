"""The marks that the benchmark plants are there, and come from what they are said to come from."""

import random

import pytest
from benchmarks.audit import clean
from benchmarks.audit.schemes import SCHEMES

from stillwatch.audit import design
from stillwatch.audit.environments import factors

CHOSEN = design.environments([one for one in factors() if one.name != "clock"], 64, 3)
VALUES = {"directory": "/home/rowan/work/orchard"}


def sent(scheme, levels, seed):
    """What is sent with the same chance in another environment."""
    rng = random.Random(seed)
    draft = clean.draft(VALUES, rng, 0, frozenset({"telemetry"}))
    scheme.plant(draft, levels, rng)
    return str(draft.sent("api.example.com"))


def test_there_are_at_least_thirty_schemes_with_names_of_their_own():
    """What the audit is held against."""
    assert len({scheme.name for scheme in SCHEMES}) == len(SCHEMES) >= 30


@pytest.mark.parametrize(
    "scheme", SCHEMES, ids=lambda scheme: scheme.name.replace(" ", "-").replace("'", "")
)
def test_a_scheme_follows_just_the_factors_that_it_names(scheme):
    """With equal chance, equal levels of these give equal requests, and others do not."""
    names = sorted(scheme.factors or CHOSEN[0])
    seen = {}
    for seed in range(4):
        for levels in CHOSEN:
            key = (seed, *(levels[name] for name in names))
            seen.setdefault(key, set()).add(sent(scheme, levels, seed))
    assert all(len(requests) == 1 for requests in seen.values())
    assert len({text for requests in seen.values() for text in requests}) > 4
