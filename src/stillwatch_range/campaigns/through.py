"""A campaign that goes through a relay: its workers are customers like any others."""

from collections.abc import Callable, Sequence
from functools import lru_cache

from stillwatch_range.campaigns.roster import Entry
from stillwatch_range.campaigns.spec import CampaignSpec
from stillwatch_range.model import Provider, Road, World
from stillwatch_range.relays import RelaySpec, open_relay
from stillwatch_range.relays.ladder import Level
from stillwatch_range.seeds import draw_for, seed_for

MOST_WORKERS = 12
LEVEL: Level = "E1"
DOORS_KEPT = 4_096


def workers(spec: CampaignSpec, entries: Sequence[Entry], seed: int) -> list[Entry]:
    """Keys that the campaign buys from the relay; they carry an account of the pool in name only.

    Args:
        spec: how large the campaign is.
        entries: the relay's accounts.
        seed: of the campaign.
    """
    count = draw_for(seed, "workers").randint(1, min(MOST_WORKERS, spec.accounts))
    return list(entries[:count])


def doors(
    spec: CampaignSpec, entries: Sequence[Entry], provider: Provider, world: World, seed: int
) -> Callable[[int, str, str], Road]:
    """The relay's doors, by number, time zone and language of the customer.

    Raises:
        SettingsError: no such relay.
    """
    accounts = [entry.account for entry in entries]
    relay = open_relay(
        RelaySpec(kind=spec.through, level=spec.level or LEVEL),
        accounts[: spec.accounts],
        provider,
        world,
        seed_for(seed, "relay"),
        accounts[spec.accounts :],
    )
    names = seed_for(seed, "customers")

    @lru_cache(DOORS_KEPT)
    def door(number: int, zone: str, language: str) -> Road:
        return relay.door(f"key_{names:x}_{number}", zone, language)

    return door
