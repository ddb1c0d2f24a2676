"""What the formats have in common: times, and accounts named by a key."""

import re
from datetime import UTC, datetime

from stillwatch.hashing import fingerprint
from stillwatch.sources.model import LineError

# The vendors' and LiteLLM's own keys start like this.
_SECRET = re.compile(r"^sk-", re.ASCII)
_YEAR_3000_S = 32_503_680_000


def epoch_s(value: str | float) -> float:
    """A time as seconds since 1970 UTC. Text without a zone is taken as UTC.

    Raises:
        LineError: it is not a time, or one beyond the year 3000, as milliseconds would be.
    """
    seconds = _parsed(value) if isinstance(value, str) else float(value)
    if not 0 <= seconds < _YEAR_3000_S:
        raise LineError("a time is out of range; times are ISO 8601 text or seconds since 1970")
    return seconds


def _parsed(text: str) -> float:
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise LineError("a time cannot be read; times are ISO 8601 text") from error


def duration_ms(start: str | float, end: str | float | None) -> float | None:
    """Milliseconds between two times, or None when the end is unknown or before the start."""
    if end is None:
        return None
    passed = epoch_s(end) - epoch_s(start)
    return round(passed * 1000, 3) if passed >= 0 else None


def account_of_key(credential: str) -> str:
    """A name for the account behind an API key, from which the key cannot be found.

    It has the first 48 bits of the key's SHA-256: API keys are long and random, so nobody can
    guess one and test the guess.
    """
    return f"key_{fingerprint(credential.encode('utf-8', 'surrogatepass'))[:12]}"


def account_name(value: str) -> str:
    """An account's name as logged, unless that is a key in clear, which is never kept."""
    return account_of_key(value) if _SECRET.match(value) else value
