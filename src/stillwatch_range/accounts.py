"""Makes accounts: every class draws ages, plans and mail domains from the same distributions."""

import random
from dataclasses import dataclass

from stillwatch_range.model import DAY_US, Account, Label, World
from stillwatch_range.seeds import draw_for

ID_CHARACTERS = "0123456789abcdefghjkmnpqrstvwxyz"
PLANS = {"payg": 0.45, "pro": 0.3, "max": 0.15, "team": 0.1}
OWN_DOMAIN = 0.4
MAIL_DOMAINS = ("mail.example", "post.example", "inbox.example", "letters.example")
OLDEST_DAYS = 700


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an account: what several accounts of one holder have in common.

    Attributes:
        organization: opaque name of the organisation.
        payer: opaque token of the means of payment.
        email_domain: domain of the address that signed up.
    """

    organization: str
    payer: str
    email_domain: str


def holder(seed: int, *names: str | int) -> Holder:
    """A holder of its own; names as for `seeds.draw_for`."""
    draw = draw_for(seed, "holder", *names)
    own = f"{_token(draw, 7)}.example"
    domain = own if draw.random() < OWN_DOMAIN else draw.choice(MAIL_DOMAINS)
    return Holder(f"org_{_token(draw, 10)}", f"pay_{_token(draw, 12)}", domain)


def account(
    world: World,
    label: Label,
    *names: str | int,
    holder_: Holder | None = None,
    declared_use: str | None = None,
    licensed_reseller: bool = False,
    created_us: int | None = None,
    banned_us: int | None = None,
) -> Account:
    """An account.

    Args:
        world: gives the seed and the time before which accounts are made.
        label: what it really is.
        names: what it is for; the same names give the same account.
        holder_: who holds it; a holder of its own where None.
        declared_use: purpose that the holder declared to the provider, such as `evaluation`.
        licensed_reseller: whether the provider licensed resale.
        created_us: when it was made; drawn where None.
        banned_us: when the provider closes it.
    """
    draw = draw_for(world.seed, "account", *names)
    name = f"acct_{_token(draw, 12)}"
    age_days = min(OLDEST_DAYS, 1 + draw.expovariate(1 / 120))
    held = holder_ or holder(world.seed, *names)
    drawn_us = world.start_us - int(age_days * DAY_US)
    plan = draw.choices(list(PLANS), list(PLANS.values()))[0]
    return Account(
        id=name,
        label=label,
        organization=held.organization,
        payer=held.payer,
        email_domain=held.email_domain,
        created_us=drawn_us if created_us is None else created_us,
        plan=plan,
        declared_use=declared_use,
        licensed_reseller=licensed_reseller,
        banned_us=banned_us,
    )


def _token(draw: random.Random, count: int) -> str:
    return "".join(draw.choices(ID_CHARACTERS, k=count))
