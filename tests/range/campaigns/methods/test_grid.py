from collections import Counter

import pytest

from tests.range.campaigns.listening import campaign, prompts

FIELDS = {
    "length": 1.0,
    "method": "grid",
    "accounts": 10,
    "requests_per_account_day": 80.0,
    "clients": ("anthropic-js",),
}


def points(seed):
    return [
        (prompts(one.ask)[0], one.ask.body.get("temperature"))
        for one in campaign(seed=seed, **FIELDS)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_point_comes_twice(seed):
    """Question, role, form, grade and temperature never meet a second time."""
    found = points(seed)
    assert len(set(found)) == len(found)


def test_a_parameter_is_swept_evenly():
    """Some campaigns sweep the temperature: all its values come equally often."""
    sweeps = set()
    for seed in range(8):
        counts = Counter(temperature for _, temperature in points(seed))
        sweeps.add(len(counts))
        assert max(counts.values()) - min(counts.values()) <= 0.1 * counts.total()
    assert len(sweeps) > 1


def test_questions_are_covered_one_after_the_other():
    """All settings of a question are asked before the next question, over all accounts."""
    found = [text for text, _ in points(1)]
    last = Counter(text.split("\n")[-1][:60] for text in found)
    first = Counter(text.split("\n")[0][:60] for text in found)
    assert max(*last.values(), *first.values()) > 5
