"""Times and accounts in logs."""

import pytest

from stillwatch.sources.fields import account_name, account_of_key, duration_ms, epoch_s
from stillwatch.sources.model import LineError


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01T10:00:00.250Z",
        "2026-07-01T12:00:00.250+02:00",
        "2026-07-01 10:00:00.250",
        "2026-07-01T10:00:00.250000",
        1782900000.25,
    ],
)
def test_times_of_all_loggers_mean_the_same(text):
    """With a zone, without one, with a blank, or as a number."""
    assert epoch_s(text) == 1782900000.25


@pytest.mark.parametrize("value", ["yesterday", "", -1, 1782900000250, float("nan"), "9999-12-31"])
def test_what_is_no_time_of_ours_is_refused(value):
    """Milliseconds taken for seconds would lie far in the future."""
    with pytest.raises(LineError, match="time"):
        epoch_s(value)


def test_durations_are_never_negative():
    """Clocks step back; then nobody knows."""
    assert duration_ms(10, 10.5) == 500
    assert duration_ms(10, None) is None
    assert duration_ms(10, 9) is None


def test_only_keys_in_clear_are_digested():
    """Names and hashes stay as the operator knows them."""
    assert account_name("team-key") == "team-key"
    assert account_name("sk-abc") == account_of_key("sk-abc")
    assert "abc" not in account_of_key("sk-abc")
    assert len(account_of_key("sk-abc")) == len("key_") + 12
