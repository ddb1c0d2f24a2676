"""What a scenario file says about a campaign, and how the open choices are drawn."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

import msgspec

from stillwatch.errors import SettingsError
from stillwatch_range.campaigns.clock import Schedule
from stillwatch_range.campaigns.dispatch import Way
from stillwatch_range.campaigns.wording import Rotation

MethodName = Literal[
    "fixed-prompt",
    "grid",
    "judge",
    "own-users",
    "probe-then-bulk",
    "reasoning-elicitation",
    "signature-replay",
    "store-replay",
    "trace-cleaner",
    "training-rows",
]
Level = Literal["", "E0", "E1", "E2", "E3", "E4", "E5"]
Payers = Literal["shared", "split", "own"]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)]
Span = tuple[Annotated[float, msgspec.Meta(ge=0)], Positive]


class Ban(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The provider closes accounts of the campaign.

    Attributes:
        day: when, in days after the start of the scenario.
        share: of the accounts that are open then.
    """

    day: float
    share: Share


class CampaignSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A campaign; what is left out is drawn, from the rung's habits where a level is given.

    Attributes:
        method: how answers are harvested, a name of `campaigns.METHODS`.
        accounts: accounts at the start.
        requests_per_account_day: requests of one account in a day, cover included; published
            campaigns lie between 5 and 900.
        cover: share of the requests that are ordinary use.
        cover_kind: `people`, each account has somebody who uses it; `customers`, the whole
            pool serves customers, a conversation on one account.
        through: kind of relay that carries everything, a name of `relays.KINDS`; empty for none.
        level: rung of the hardening ladder.
        offset: start, in days after that of the scenario.
        days: length; to the end of the scenario where None.
        pauses: (day, length in days) in which nothing of the campaign starts.
        bans: when accounts are closed.
        reserve: how many new accounts replace a closed one, on average.
        reserve_h: hours until they work.
        switch_h: hours after a release in which the campaign moves to the new model.
        sources: pools of prompts; the world's where empty.
        clients: programs to choose from; those of honest programs where empty.
        dispatch, schedule, jitter, payers, wording: see `Habits`.
        techniques: requests of the probing phase, of `probe-then-bulk`.
    """

    method: MethodName
    accounts: Annotated[int, msgspec.Meta(ge=1)] = 50
    requests_per_account_day: Positive = 40.0
    cover: Annotated[float, msgspec.Meta(ge=0, le=0.98)] = 0.0
    cover_kind: Literal["people", "customers"] = "people"
    through: str = ""
    level: Level = ""
    offset: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    days: Positive | None = None
    pauses: tuple[Span, ...] = ()
    bans: tuple[Ban, ...] = ()
    reserve: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    reserve_h: Positive = 6.0
    switch_h: Positive = 12.0
    sources: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    dispatch: Way | None = None
    schedule: Schedule | None = None
    jitter: Share | None = None
    payers: Payers | None = None
    wording: Rotation | None = None
    techniques: Annotated[int, msgspec.Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        """Refuse what has no meaning together.

        Raises:
            SettingsError: `techniques` is set for a method that does not probe.
        """
        if self.techniques is not None and self.method != "probe-then-bulk":
            raise SettingsError(
                f"{self.method} has no probing phase", "Leave `techniques` out of its table."
            )


@dataclass(frozen=True, slots=True)
class Habits:
    """How an operator runs the accounts.

    Attributes:
        dispatch: which account gets the next piece of work.
        schedule: round the clock, or by the operator's day.
        jitter: 0 for evenly paced requests, 1 for gaps as of unconnected ones.
        payers: one means of payment for all accounts, a few, or one each.
        wording: how often the wording of a template changes.
        batch: accounts that are signed up together.
        exits: accounts behind one address.
    """

    dispatch: Way
    schedule: Schedule
    jitter: float
    payers: Payers
    wording: Rotation
    batch: int
    exits: int


RUNGS: Mapping[str, Habits] = {
    "E0": Habits("round-robin", "machine", 0.0, "shared", "one", 40, 50),
    "E1": Habits("round-robin", "machine", 0.3, "shared", "one", 20, 10),
    "E2": Habits("least-loaded", "machine", 0.6, "split", "rotated", 10, 3),
    "E3": Habits("random", "machine", 1.0, "split", "rotated", 5, 1),
    "E4": Habits("random", "office", 1.0, "own", "account", 2, 1),
    "E5": Habits("shards", "office", 1.0, "own", "request", 1, 1),
}
_FROM_SPEC = ("dispatch", "schedule", "jitter", "payers", "wording")


def habits(spec: CampaignSpec, draw: random.Random) -> Habits:
    """The habits of a campaign: what the file says, else the rung's, else drawn one by one."""
    rungs = list(RUNGS.values())
    made: dict[str, Any] = {}
    for field in fields(Habits):
        rung = RUNGS[spec.level] if spec.level else draw.choice(rungs)
        asked = getattr(spec, field.name) if field.name in _FROM_SPEC else None
        made[field.name] = getattr(rung, field.name) if asked is None else asked
    return Habits(**made)
