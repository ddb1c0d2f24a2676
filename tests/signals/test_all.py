"""The checks that every signal must pass, whatever it asks."""

import random

import pytest

from stillwatch.signals.registry import signals
from tests.signals.build import MINUTE_US, Traffic, ask, number

SIGNALS = signals()
KINDS = ("home", "user", "host", "git_email", "repo", "cwd", "os", "language", "device", "session")
CHECKS = ("claims", "session", "body", "transport", "relocation", "relay-build:x")
every_signal = pytest.mark.parametrize("signal", SIGNALS, ids=[signal.id for signal in SIGNALS])


def muddle(seed, accounts=6, exchanges=120):
    """Traffic without sense: everything happens everywhere, and much is missing."""
    draw = random.Random(seed)
    traffic = Traffic()
    for name in range(accounts):
        owner = draw.choice([None, "payer 1", "payer 2"])
        traffic.account(f"acct_{name}", payer=owner, owner=owner)
    for turn in range(exchanges):
        thread = f"thread {draw.randrange(20)}"
        row = traffic.exchange(
            f"acct_{draw.randrange(accounts)}",
            at_us=draw.randrange(600) * MINUTE_US,
            thread=thread,
            messages=draw.randrange(9),
            human_turn=draw.random() < 0.5,
            after=draw.choice([None, f"after {turn}"]),
            error=draw.choice([None, None, "signature", "rate_limit"]),
            reasoning_parts=draw.randrange(3),
            client=draw.choice([None, "claude-code", "codex", "litellm", "other"]),
            client_version=draw.choice([None, "2.1.330", "9.9.9"]),
            client_os=draw.choice([None, "linux", "macos"]),
            device=draw.choice([None, "device 1", "device 2"]),
            session=draw.choice([None, "session 1", f"session {turn}"]),
            address=draw.choice([None, "address 1"]),
            tool_count=draw.randrange(2),
        )
        for _ in range(draw.randrange(4)):
            label = draw.choice([None, None, "generic", "mentioned"])
            origin = draw.choice(["declared", "evidenced"])
            value = f"value {draw.randrange(8)}"
            traffic.fact(row, draw.choice(KINDS), value, origin=origin, label=label)
        for kind in ("tool_call", "signature", "turn", "message"):
            traffic.issued(row, kind, f"{kind} {draw.randrange(60)}")
            traffic.presented(
                row, kind, f"{kind} {draw.randrange(60)}", draw.choice([None, "other"])
            )
        install = draw.choice([None, "in_1", "in_2", "in_3"])
        traffic.seal(row, install, related=draw.random() < 0.3, known=draw.random() < 0.5)
        issuer = draw.choice([None, "acct_1", "elsewhere"])
        traffic.sealed_id(row, f"id {draw.randrange(60)}", issuer, known=draw.random() < 0.5)
        template, group = f"template {draw.randrange(5)}", draw.choice([None, "group_1", "group_2"])
        traffic.block(row, f"text {draw.randrange(60)}", intents=draw.choice([0, 1, 6, 255]))
        traffic.call(row, template, f"text {draw.randrange(60)}", group)
        traffic.check(row, draw.choice(CHECKS), draw.random() < 0.5, draw.choice([None, "x"]))
    for group in ("group_1", "group_2"):
        for account in range(draw.randint(2, accounts)):
            traffic.member(group, f"acct_{account}", calls=20, exchanges=30)
        traffic.link(group, "template", "template 1", accounts=2, log10_lr=2.0)
    for text in range(60):
        traffic.vector(f"text {text}", draw.randbytes(64))
    for template in range(5):
        traffic.template(f"template {template}", intents=draw.choice([0, 1]), accounts=3, owners=3)
    return traffic


@every_signal
def test_nothing_in_gives_nothing_out(signal):
    """Empty tables give no evidence."""
    assert ask(signal, Traffic()) == {}


@every_signal
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_any_traffic_gives_evidence_of_the_declared_form(signal, seed):
    """On both engines alike, for accounts that are there, within bounds, with words and exhibits."""
    traffic = muddle(seed)
    accounts = {row["account"] for row in traffic.rows["exchanges"]}
    exchanges = {row["exchange"] for row in traffic.rows["exchanges"]}
    subjects = accounts if signal.about == "account" else {"group_1", "group_2"}
    for subject, line in ask(signal, traffic).items():
        assert subject in subjects
        assert (line.signal, line.family) == (signal.id, signal.family)
        assert -1.5 <= line.log10_lr <= 8
        assert line.says.endswith(".")
        assert len(line.innocent_twin) > 20
        assert len(line.exhibits) <= 12
        assert {exhibit.exchange for exhibit in line.exhibits} <= exchanges
        assert set(line.linked) <= accounts - {subject}
        assert all(isinstance(value, int | float) for value in line.numbers.values())


@every_signal
def test_accounts_that_are_apart_are_judged_apart(signal):
    """A second set of accounts that shares nothing with the first does not change its evidence."""
    if signal.family == "infrastructure":  # it asks how common a value is among all accounts
        return
    traffic = Traffic()
    for turn in range(8):
        row = traffic.exchange("alone", thread="t", messages=2 * turn + 1)
        traffic.fact(row, "user", "mira")
        traffic.check(row, "claims", held=True)
    before = ask(signal, traffic).get("alone")
    for turn in range(8):
        row = traffic.exchange("apart", thread="u", messages=2 * turn + 1, root=number("elsewhere"))
        traffic.fact(row, "user", "tomas")
        traffic.check(row, "claims", held=False, detail="x")
    assert ask(signal, traffic).get("alone") == before
