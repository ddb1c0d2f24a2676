"""What live state costs: memory for each account, and time for each call.

One process remembers accounts as a busy gateway would: names as it makes them, one account in four with
a second install, a throttle that each of them has met, and the file of a hunt over all of them, one
in a hundred with evidence. Memory is the growth of resident memory after each step; time is that of
calls for accounts drawn at random, so that caches help as little as they would. With `--share URL`
everything is merged through a real store as well.

    python -m benchmarks.live_state [--accounts 1000000] [--share unix:///tmp/store.sock]
"""

import argparse
import gc
import json
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from stillwatch.gateway.live.sharing import Sharing
from stillwatch.gateway.live.state import Bounds, LiveState
from stillwatch.gateway.live.verdicts import Verdicts
from stillwatch.policy.rules import Rate

TARGET_BYTES = 4096
CALLS = 200_000
SECOND_INSTALL, EVIDENCE = 4, 100
RATE = Rate(burst=60, every_s=1.0)
NOW = 1_790_000_000.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Memory and time of live state.")
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--share", help="address of a store, to merge everything through it")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        file = Path(folder) / "verdicts.json"
        write_hunt(file, options.accounts)
        measure(options.accounts, file, options.share)


def measure(accounts: int, file: Path, share: str | None) -> None:
    """Print memory step by step, then times."""
    bounds = Bounds(accounts, 2 * accounts, accounts)
    steps = Steps(accounts)
    live = LiveState(Verdicts(file), bounds, shared=share is not None)
    print(f"{accounts} accounts\n\n| with | bytes an account |\n|---|---|")
    call_all(live, accounts)
    steps.done("calls, threads, installs and their seals")
    for number in range(accounts):
        live.take(account(number), "slow", RATE, NOW)
    steps.done("a throttle each")
    live.verdicts.reload()
    steps.done("the verdicts of a hunt")
    if share is not None:
        merged(live, share)
        steps.done("what a store told of each")
    steps.total()
    assert (live.accounts, live.verdicts.accounts) == (accounts, accounts)
    times(live, accounts)


@dataclass
class Steps:
    """Prints by how much memory grows."""

    accounts: int

    def __post_init__(self) -> None:
        """Begin to count."""
        self._first = self._last = resident()

    def done(self, name: str) -> None:
        """A step is over."""
        now = resident()
        print(f"| {name} | {(now - self._last) / self.accounts:.0f} |")
        self._last = now

    def total(self) -> None:
        """All steps are over."""
        each = (self._last - self._first) / self.accounts
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
        print(f"| **all** (at most {TARGET_BYTES}) | **{each:.0f}** |\n")
        print(
            f"Resident {self._last >> 20} MiB, at most {most >> 20} MiB while the hunt was read.\n"
        )


def call_all(live: LiveState, accounts: int) -> None:
    """Each account calls: sealed, in two threads, and some from a second machine."""
    for number in range(accounts):
        live.began(account(number), install(number), True, 7 * number + 1, NOW)
        live.ended(account(number), NOW)
        if number % SECOND_INSTALL == 0:
            live.began(account(number), install(accounts + number), True, 7 * number + 2, NOW)
            live.ended(account(number), NOW)


def merged(live: LiveState, url: str) -> None:
    """Merge everything with the store."""
    sharing = Sharing(live, url)
    began_s = time.perf_counter()
    turns = 1
    while (turned := sharing.merge()) and live.waiting:
        turns += 1
    assert turned, sharing.counts.trouble
    print(f"(all merged in {time.perf_counter() - began_s:.1f} s and {turns} turns)")
    sharing.stop()


def times(live: LiveState, accounts: int) -> None:
    """Print microseconds a call."""
    drawn = random.Random(1)
    numbers = [drawn.randrange(accounts) for _ in range(CALLS)]
    names = [(account(number), install(number)) for number in numbers]
    print("| call | microseconds |\n|---|---|")
    for name, call in (
        ("`began`, sealed", lambda one, by: live.began(one, by, True, 99, NOW)),
        ("`began`, unsealed", lambda one, _by: live.began(one, None, False, 99, NOW)),
        ("`ended`", lambda one, _by: live.ended(one, NOW)),
        ("`verdict`", lambda one, _by: live.verdict(one)),
        ("`take`", lambda one, _by: live.take(one, "slow", RATE, NOW)),
    ):
        print(f"| {name} | {microseconds(call, names):.2f} |")


def microseconds(call: Callable[[str, str], object], names: list[tuple[str, str]]) -> float:
    """CPU time of a call, and of the loop around it."""
    gc.collect()
    began = time.process_time()
    for one, by in names:
        call(one, by)
    return (time.process_time() - began) / len(names) * 1e6


def write_hunt(file: Path, accounts: int) -> None:
    """What `hunt --json` would say of all accounts, as far as a gateway reads it."""
    line = {"signal": "many-people", "family": "rhythm", "log10_lr": 1.25, "statement": "x" * 120}
    line["exhibits"] = [f"ex_{number:016x}" for number in range(8)]
    with file.open("w") as out:
        out.write('{"verdicts": [')
        for number in range(accounts):
            guilty = number % EVIDENCE == 0
            row = {
                "subject": {"kind": "account", "id": account(number), "accounts": []},
                "verdict": "relay" if guilty else "ordinary",
                "level": "act" if guilty else "none",
                "grade": "pool" if guilty else None,
                "evidence": [line] * (6 if guilty else 1),
            }
            out.write(("," if number else "") + json.dumps(row))
        out.write("]}")


def account(number: int) -> str:
    """A name as the gateway makes it."""
    return f"acct_{number * 0x9E3779B97F4A7C15 & (1 << 64) - 1:016x}"


def install(number: int) -> str:
    """A name as the register has it."""
    return f"in_{number * 0x9E3779B97F4A7C15 & (1 << 64) - 1:016x}"


def resident() -> int:
    """Bytes of memory that this process has."""
    gc.collect()
    return psutil.Process().memory_info().rss


if __name__ == "__main__":
    main()
