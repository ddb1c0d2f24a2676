"""The accounts of the example day, and what is true about each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """An account as the provider knows it, and the truth that it doesn't know.

    Attributes:
        id: opaque name in the captures.
        road: the relay in front of it, or a name that people's `road` refers to.
        payer: token of the means of payment.
        kind: what it is in the story.
        people: how many people stand behind it.
        grade: the expected grade, or None where no finding is right.
        why: one sentence for the truth file.
    """

    id: str
    road: str
    organization: str
    payer: str
    created: str
    plan: str
    email_domain: str
    declared_use: str
    kind: str
    people: int
    grade: str | None
    why: str

    @property
    def key(self) -> str:
        """The dummy API key of the account."""
        return f"sk-example-{self.id}-0000000000000000"


POOL_WHY = (
    "One of three accounts of different payers behind one proxy that shuffles seven customers' "
    "requests over them, so that single conversations continue on another account."
)

ACCOUNTS = (
    Account(
        "acct_7f3a",
        "pool-relay",
        "org_c1d0",
        "pay_91e2",
        "2026-10-02",
        "pro",
        "example.org",
        "software development",
        "pool",
        7,
        "pool",
        POOL_WHY,
    ),
    Account(
        "acct_b204",
        "pool-relay",
        "org_44af",
        "pay_0b7d",
        "2026-10-03",
        "pro",
        "example.net",
        "personal projects",
        "pool",
        7,
        "pool",
        POOL_WHY,
    ),
    Account(
        "acct_e91c",
        "pool-relay",
        "org_9e35",
        "pay_d3c8",
        "2026-10-03",
        "pro",
        "example.com",
        "software development",
        "pool",
        7,
        "pool",
        POOL_WHY,
    ),
    Account(
        "acct_58d6",
        "shared-relay",
        "org_7720",
        "pay_6a14",
        "2026-08-19",
        "max",
        "example.org",
        "personal use",
        "shared",
        6,
        "shared",
        "Six strangers share one account through a proxy that dresses every request up as one "
        "Mac with one device id.",
    ),
    Account(
        "acct_2c77",
        "company-gateway",
        "org_brightquay",
        "pay_f05b",
        "2025-11-11",
        "team",
        "brightquay.example.com",
        "internal development, company gateway",
        "gateway",
        8,
        "team",
        "Eight developers of one company behind its own gateway, which says openly what it is; "
        "they share two repositories.",
    ),
    Account(
        "acct_a1e8",
        "multi",
        "org_3b66",
        "pay_2f90",
        "2026-01-27",
        "pro",
        "example.org",
        "software development",
        "multi",
        1,
        None,
        "One developer on a laptop, a server and in a container, with sub-agents and sometimes "
        "on two machines at once.",
    ),
    Account(
        "acct_93b5",
        "ci",
        "org_d8f1",
        "pay_71ac",
        "2026-03-08",
        "team",
        "example.com",
        "continuous integration",
        "ci",
        1,
        None,
        "Build runners with a fresh machine and host name for every run, in bursts.",
    ),
    Account(
        "acct_0d49",
        "eval",
        "org_5a02",
        "pay_c4e7",
        "2026-06-30",
        "scale",
        "example.net",
        "model evaluation",
        "eval",
        1,
        None,
        "An evaluation run: one judge template over a public question set, eight at a time.",
    ),
    Account(
        "acct_66f2",
        "fallback-proxy",
        "org_e2b9",
        "pay_8d31",
        "2026-04-15",
        "pro",
        "example.net",
        "software development",
        "fallback",
        1,
        None,
        "One developer whose proxy falls back to another provider when this one is overloaded, "
        "so that histories hold tool calls that this provider never issued.",
    ),
    Account(
        "acct_41ce",
        "dev-orchard",
        "org_17a4",
        "pay_35f6",
        "2025-12-01",
        "pro",
        "example.org",
        "software development",
        "ordinary",
        1,
        None,
        "One claude-code developer.",
    ),
    Account(
        "acct_d70b",
        "dev-teahouse",
        "org_bc58",
        "pay_e92d",
        "2026-02-22",
        "pro",
        "example.com",
        "software development",
        "ordinary",
        1,
        None,
        "One developer with an older claude-code whose client wrote an environment mark into the "
        "date line: that is no evidence of anything.",
    ),
    Account(
        "acct_8a93",
        "dev-glider",
        "org_60e1",
        "pay_a7c0",
        "2026-05-05",
        "pro",
        "example.org",
        "software development",
        "ordinary",
        1,
        None,
        "One codex developer.",
    ),
    Account(
        "acct_f51d",
        "dev-hostel",
        "org_2d9c",
        "pay_14b8",
        "2026-07-17",
        "pro",
        "example.com",
        "software development",
        "ordinary",
        1,
        None,
        "One opencode developer.",
    ),
    Account(
        "acct_3e60",
        "chat-messages",
        "org_f8a7",
        "pay_5ce3",
        "2026-09-09",
        "payg",
        "example.net",
        "chat",
        "ordinary",
        1,
        None,
        "One person chatting through the anthropic SDK.",
    ),
    Account(
        "acct_c28a",
        "chat-responses",
        "org_0e3f",
        "pay_b69f",
        "2026-09-21",
        "payg",
        "example.org",
        "chat",
        "ordinary",
        1,
        None,
        "One person chatting through the openai SDK.",
    ),
)


def accounts_on(road: str) -> tuple[Account, ...]:
    """The accounts that a road leads to."""
    return tuple(account for account in ACCOUNTS if account.road == road)
