"""The declared header: a structured field that holds names of classes and nothing else."""

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.client.declared import MOST_BYTES, parsed, written
from stillwatch.client.environment import Environment
from stillwatch.client.policy import NAME
from stillwatch.errors import InputError

DIGEST = hashlib.sha256(b"a policy").digest()
NAMES = st.from_regex(NAME, fullmatch=True)
FACTS = st.sampled_from(["time-zone", "proxy", "host", "locale"])


def test_it_is_readable():
    """By eye and by any parser of structured fields."""
    text = written(Environment("example", DIGEST, (("time-zone", "europe"), ("host", "own"))))
    assert text.startswith("policy=example;sha-256=:")
    assert text.endswith("=:, time-zone=europe, host=own")


@given(NAMES, st.lists(st.tuples(FACTS, NAMES), unique_by=lambda pair: pair[0]))
def test_what_was_written_is_read(policy, classes):
    """Whatever the names."""
    environment = Environment(policy, DIGEST, tuple(classes))
    assert parsed(written(environment)) == environment


GOOD = written(Environment("example", DIGEST, (("host", "own"),)))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "host=own",
        "policy=example",
        "policy=example;sha-256=:AAAA:",
        GOOD.replace("host=own", 'host="Asia/Shanghai"'),
        GOOD.replace("host=own", "host=10.0.0.1"),
        GOOD.replace("host=own", "host=api.example.com"),
        GOOD.replace("host=own", "host"),
        GOOD.replace("host=own", "address=own"),
        GOOD + ", host=own",
        GOOD + ", host=(own)",
        GOOD + "é",
        GOOD + " " * MOST_BYTES,
    ],
)
def test_anything_else_is_refused(value):
    """Raw values above all."""
    with pytest.raises(InputError):
        parsed(value)


@given(st.text(max_size=80) | st.text('policy=;:,()"? a1-', max_size=80))
def test_no_text_breaks_it(value):
    """A header comes from outside."""
    with contextlib.suppress(InputError):
        parsed(value)
