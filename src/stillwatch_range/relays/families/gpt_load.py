"""gpt-load: rotates keys and changes nothing else; Go's order and case of headers show.

After notes/relays-and-campaigns.md section 2.1. A failed request goes to the next key, whatever
the error.
"""

from dataclasses import fields
from typing import ClassVar

from stillwatch_range.model import Ask
from stillwatch_range.relays.family import Family
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.trip import Trip

MEANS = {"stick_to", "stick_s", "stick_renewed", "pick", "egress", "people_an_account", "cover"}
MEANS |= {"group_by", "failover", "cooldown_jitter"}


class GptLoad(Family):
    """gpt-load."""

    name: ClassVar[str] = "gpt-load"
    shipped: ClassVar[Switches] = Switches(
        stick_to="nothing",
        concurrency=1_000,
        rpm=10_000,
        sessions=100_000,
        cooldown_s=(),
        fingerprint="caller",
        device="caller",
        session_id="caller",
        system="keep",
        tools="keep",
        companions="forward",
        thinking="keep",
        egress="one",
    )
    fixed: ClassVar[frozenset[str]] = frozenset(f.name for f in fields(Switches)) - MEANS
    converts: ClassVar[str] = "none"
    gives_up_on: ClassVar[frozenset[int]] = frozenset({404})

    def forward(self, trip: Trip) -> Ask:
        """The body passes as it came."""
        out = trip.ask.but(at_us=trip.at_us, ip=trip.exit_[0], asn=trip.exit_[1])
        out.headers = self.headers(trip, out)
        return out
