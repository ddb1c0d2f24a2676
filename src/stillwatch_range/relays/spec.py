"""What a scenario file says about a relay."""

from typing import Any

import msgspec

from stillwatch_range.relays.ladder import Level


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
        clients: weights of the customers' clients by name; empty for everybody's habits.
        settings: switches of `ladder.Switches` that differ from the rung's.
    """

    kind: str
    level: Level = "E1"
    customers: int = 40
    accounts: int = 0
    reserve: int = 2
    banned: float = 0.0
    shared_payer: float = 0.3
    clients: dict[str, float] = {}
    settings: dict[str, Any] = {}
