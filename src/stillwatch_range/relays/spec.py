"""What a scenario file says about a relay."""

from typing import Annotated, Any

import msgspec

from stillwatch_range.people.population import PeopleSpec
from stillwatch_range.relays.ladder import Level

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class RelaySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A relay: an operator, accounts, and the customers behind them.

    Attributes:
        kind: which program, a name of `relays.KINDS`.
        level: rung of the hardening ladder.
        customers: people who buy access.
        accounts: accounts in use at the start; 0 for as many as the rung has for its customers.
        reserve: accounts that wait to replace banned ones.
        banned: share of the accounts in use that the provider closes on the way.
        shared_payer: share of the accounts that one means of payment pays for.
        people: what the customers are like; as people are in the world where left out.
        settings: switches of `ladder.Switches` that differ from the rung's.
    """

    kind: str
    level: Level = "E1"
    customers: Annotated[int, msgspec.Meta(ge=1)] = 40
    accounts: Annotated[int, msgspec.Meta(ge=0)] = 0
    reserve: Annotated[int, msgspec.Meta(ge=0)] = 2
    banned: Share = 0.0
    shared_payer: Share = 0.3
    people: PeopleSpec = PeopleSpec()
    settings: dict[str, Any] = {}
