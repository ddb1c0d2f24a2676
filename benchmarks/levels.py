"""How often honest accounts reach `review` or `act`: the whole way from traffic to verdict.

Draws honest accounts of every kind (`population/innocents.py`), and open teams of 2 to 12 people on
one key, with the noise that honest set-ups make:

- every check of a client's claims is broken now and then, by a share that differs from account to
  account, and in `ALWAYS` of accounts in nearly every conversation;
- in `SWITCHED` of accounts the owner goes on with a conversation in a second account of another
  payer, one way, as somebody does who changes from a private account to one of an employer.

All signals are asked and the rules decide. Printed is the share of accounts at each level with a
95% upper bound, beside what the level promises.

    python benchmarks/levels.py [--accounts N] [--seed S]
"""

import argparse
from collections import Counter, defaultdict

import numpy as np
from calibrate import CHUNK, SHARES
from population.accounts import population
from population.arrow import Columns, Drawn, to_tables
from population.innocents import KINDS, innocents
from population.settings import REPORTING
from scipy.stats import beta

from stillwatch.signals.model import Evidence, Tables
from stillwatch.signals.registry import signals
from stillwatch.verdicts.decide import decide

TEAM = "open team"
TEAM_SHARE = 0.05
GROUPS = ("claims", "session", "body", "transport", "relocation")
BROKEN_MEAN = 0.01
CONCENTRATION = 1.0
ALWAYS = 0.03
SWITCHED = 1 / 3000
PROMISED = {"review": 1e-3, "act": 1e-5}


def main() -> None:
    """Draw, decide and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20261123)
    arguments = parser.parse_args()
    shares = {kind: share * (1 - TEAM_SHARE) for kind, share in SHARES.items()} | {TEAM: TEAM_SHARE}
    counts = {
        kind: _levels(kind, round(share * arguments.accounts), arguments.seed)
        for kind, share in shares.items()
    }
    _print(counts)


def _levels(kind: str, accounts: int, seed: int) -> Counter[str]:
    """Levels of so many accounts of a kind; both accounts of a switch are counted."""
    found: Counter[str] = Counter()
    for part, start in enumerate(range(0, accounts, CHUNK)):
        count = min(CHUNK, accounts - start)
        rng = np.random.default_rng([seed, part, len(kind), count])
        found += _decided(_tables(rng, kind, count), count)
    return found


def _tables(rng: np.random.Generator, kind: str, accounts: int) -> Tables:
    if kind == TEAM:
        drawn = population(rng, rng.integers(2, 13, accounts), "normal", REPORTING)
    else:
        assert kind in KINDS
        drawn = innocents(rng, kind, accounts)
    checks = _checks(rng, drawn, accounts)
    return to_tables(Drawn(_switched(rng, drawn.exchanges, accounts), drawn.facts), checks)


def _checks(rng: np.random.Generator, drawn: Drawn, accounts: int) -> Columns:
    """One answer a conversation and group of checks."""
    _, row = np.unique(drawn.exchanges["family"], return_index=True)
    account = drawn.exchanges["account"][row]
    low = BROKEN_MEAN * CONCENTRATION
    share = rng.beta(low, CONCENTRATION - low, (accounts, len(GROUPS)))
    share[rng.random(share.shape) < ALWAYS] = 0.99
    broken = rng.random((len(row), len(GROUPS))) < share[account]
    return {
        "row": np.repeat(row, len(GROUPS)),
        "check": np.tile(np.array(GROUPS), len(row)),
        "held": ~broken.reshape(-1),
        "detail": np.where(broken.reshape(-1), "drawn", ""),
    }


def _switched(rng: np.random.Generator, exchanges: Columns, accounts: int) -> Columns:
    """Move the later half of one to ten conversations of a few accounts to a second account."""
    account = exchanges["account"].copy()
    for number, mover in enumerate(np.flatnonzero(rng.random(accounts) < SWITCHED)):
        own = np.flatnonzero(account == mover)
        threads = np.unique(exchanges["thread"][own])[-int(rng.integers(1, 11)) :]
        since = np.median(exchanges["ts_us"][own[np.isin(exchanges["thread"][own], threads)]])
        moved = own[np.isin(exchanges["thread"][own], threads) & (exchanges["ts_us"][own] > since)]
        account[moved] = accounts + number
    return exchanges | {"account": account}


def _decided(tables: Tables, accounts: int) -> Counter[str]:
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for signal in signals():
        for line in signal.ask(tables):
            evidence[line.account].append(line)
    levels = Counter(
        decide(tuple(lines), licensed_reseller=False).level for lines in evidence.values()
    )
    levels["all"] = max(accounts, len(evidence))
    return levels


def _print(counts: dict[str, Counter[str]]) -> None:
    counts = counts | {"all": sum(counts.values(), Counter())}
    print(f"{'honest accounts':18}{'number':>9}{'review or act':>26}{'act':>26}")
    for kind, levels in counts.items():
        most = levels["review"] + levels["act"]
        cells = [_cell(hits, levels["all"]) for hits in (most, levels["act"])]
        print(f"{kind:18}{levels['all']:9}" + "".join(f"{cell:>26}" for cell in cells))
    print(f"{'promised':27}{PROMISED['review']:>26.0e}{PROMISED['act']:>26.0e}")


def _cell(hits: int, total: int) -> str:
    upper = beta.ppf(0.95, hits + 1, total - hits)
    return f"{hits} = {hits / total:.1e} (<{upper:.0e})"


if __name__ == "__main__":
    main()
