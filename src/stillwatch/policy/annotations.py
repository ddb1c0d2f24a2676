"""The `@` lines of a rule, read with care: whatever is unknown, missing or idle is a problem."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from stillwatch.policy.rules import STRICTNESS, Rate

KNOWN = (
    "id",
    "outcome",
    "reason",
    "message",
    "owner",
    "purpose",
    "mode",
    "from",
    "until",
    "review",
    "share",
    "retry_after",
    "to",
    "rate",
    "fails",
    "approved",
)
SPEAKS = ("block", "step-up", "throttle")
"""Outcomes whose text a person reads."""

_ONLY_FOR = {
    "to": ("reroute",),
    "rate": ("throttle",),
    "retry_after": ("throttle",),
    "message": SPEAKS,
    "approved": SPEAKS,
    "reason": SPEAKS,
}
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_RATE = re.compile(r"([1-9][0-9]{0,6})/(s|min|h|day)")
_TIME = re.compile(r"([1-9][0-9]{0,6})(s|min|h|day)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "day": 86400}
_PLACES = re.compile(r"\{([^{}]*)\}")


class Wrong(Exception):
    """An annotation that cannot stand.

    Args:
        says: what is wrong.
        hint: what to do.
    """

    def __init__(self, says: str, hint: str) -> None:
        super().__init__(says)
        self.says = says
        self.hint = hint


class Annotations:
    """The annotations of one rule; every getter raises `Wrong` where the text cannot be used.

    Args:
        texts: by name, without the `@`.
    """

    def __init__(self, texts: Mapping[str, str | None]) -> None:
        self._texts = {name: (text or "").strip() for name, text in texts.items()}

    def strangers(self) -> list[Wrong]:
        """Annotations that are unknown, or do nothing for the rule's outcome."""
        found = [
            Wrong(f"@{name} is not known.", f"Known are {', '.join('@' + one for one in KNOWN)}.")
            for name in self._texts
            if name not in KNOWN
        ]
        outcome = self._texts.get("outcome", "")
        for name, outcomes in _ONLY_FOR.items():
            if name in self._texts and outcome in STRICTNESS and outcome not in outcomes:
                says = f"@{name} does nothing for the outcome {outcome}."
                found.append(Wrong(says, f"Take it out; it is for {' and '.join(outcomes)}."))
        return found

    def text(self, name: str, hint: str) -> str:
        """A text that must be there."""
        found = self._texts.get(name, "")
        if not found:
            raise Wrong(f"@{name} is missing.", hint)
        return found

    def maybe(self, name: str) -> str:
        """A text that may be left out."""
        return self._texts.get(name, "")

    def id(self) -> str:
        """The rule's name."""
        hint = 'Name the rule, as in @id("no-old-clients"): a-z, 0-9 and hyphens, at most 64.'
        found = self.text("id", hint)
        if not _ID.fullmatch(found):
            raise Wrong(f"@id {_short(found)} is no name for a rule.", hint)
        return found

    def outcome(self) -> str:
        """What happens."""
        hint = f"Say what happens: {', '.join(STRICTNESS)}."
        found = self.text("outcome", hint)
        if found not in STRICTNESS:
            raise Wrong(f"@outcome {_short(found)} is not known.", hint)
        return found

    def one_of(self, name: str, words: tuple[str, ...]) -> str:
        """A word of a closed list; the first where it is left out."""
        found = self.maybe(name)
        if found and found not in words:
            raise Wrong(f"@{name} {_short(found)} is not known.", f"Write {' or '.join(words)}.")
        return found or words[0]

    def message(self) -> str:
        """The text for the person, with known places only."""
        hint = "Say in a sentence or two what is held back, why, and what to do instead."
        found = self.text("message", hint)
        for place in _PLACES.findall(found):
            if place not in {"approved", "case", "appeal", "from", "wait"}:
                known = "A message may name {approved}, {case}, {appeal}, {from} and {wait}."
                raise Wrong(f"@message names {{{_short(place)}}}.", known)
        return found

    def time_s(self, name: str, default: float, *, last: bool) -> float:
        """A moment, seconds since 1970 UTC.

        Args:
            name: of the annotation.
            default: what holds where it is left out.
            last: a day alone stands for its end, not for its beginning.
        """
        found = self.maybe(name)
        if not found:
            return default
        hint = f'Write a day or a time of RFC 3339, as in @{name}("2027-03-31"); times are UTC.'
        try:
            day = timedelta(days=1) if last and len(found) == len("2027-03-31") else timedelta()
            return (_moment(found) + day).timestamp()
        except (ValueError, OverflowError) as error:
            raise Wrong(f"@{name} {_short(found)} is no date.", hint) from error

    def shares(self) -> tuple[tuple[float, float], ...]:
        """From when on which share of accounts; all of them where it is left out."""
        hint = (
            "Write a number above 0 and at most 1, and where it grows from which days on, as in "
            '@share("0.1, 0.5 from 2027-02-01, 1 from 2027-03-01").'
        )
        found: list[tuple[float, float]] = []
        for step in (self.maybe("share") or "1").split(","):
            number, _, day = step.partition(" from ")
            try:
                share = float(number)
                from_s = _moment(day.strip()).timestamp() if found else -math.inf
            except (ValueError, OverflowError) as error:
                raise Wrong(f"@share {_short(step.strip())} is no share.", hint) from error
            if not 0 < share <= 1 or (day and not found):
                raise Wrong(f"@share {_short(step.strip())} is no share.", hint)
            if found and not (from_s > found[-1][0] and share > found[-1][1]):
                raise Wrong("@share does not grow from step to step.", hint)
            found.append((from_s, share))
        return tuple(found)

    def rate(self) -> Rate:
        """The rate of a throttle."""
        hint = 'Write calls and a time, as in @rate("10/min"): s, min, h or day.'
        found = self.text("rate", hint)
        match = _RATE.fullmatch(found)
        if not match:
            raise Wrong(f"@rate {_short(found)} is no rate.", hint)
        burst = int(match[1])
        return Rate(burst, _SECONDS[match[2]] / burst)

    def retry_after_s(self) -> float:
        """How long a throttled client is asked to wait at least, 0 where it is left out."""
        found = self.maybe("retry_after")
        if not found:
            return 0.0
        match = _TIME.fullmatch(found)
        if not match:
            hint = 'Write a time, as in @retry_after("30s"): s, min, h or day.'
            raise Wrong(f"@retry_after {_short(found)} is no time.", hint)
        return float(int(match[1]) * _SECONDS[match[2]])


def _moment(text: str) -> datetime:
    """A day or a time of RFC 3339; UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")
