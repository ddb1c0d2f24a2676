"""Sealed ids: time to issue and check one, made-up ids that are taken for ours, speed of a stream.

Times are the best of many short rounds, beside one HMAC-SHA256 of 16 bytes in the same rounds. The
made-up ids are drawn from the shape of the Messages API, which has no room above its 128 bits and
so the weakest check.

    python -m benchmarks.ids [--tries 10000000]
"""

import argparse
import hmac
import json
import math
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from timeit import timeit

from stillwatch.marks.id_shapes import BLOCK_BITS, SHAPES
from stillwatch.marks.ids import IdReader, IdSealer
from stillwatch.marks.ids_stream import rewrite_stream
from stillwatch.marks.secrets import new_file

ROUNDS = 200
CALLS = 200
LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
EVENTS = 20_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Sealed ids.")
    parser.add_argument("--tries", type=int, default=10_000_000, help="made-up ids to read")
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory() as folder:
        keys = new_file(Path(folder) / "marks.json", time.time() - 60)
    sealer, reader = IdSealer(keys), IdReader(keys)
    times(sealer, reader)
    stream(sealer)
    made_up(reader, tries)


def times(sealer: IdSealer, reader: IdReader) -> None:
    """Print microseconds to issue, check, and refuse an id of every kind."""
    now_s = time.time()
    print("| kind | bits against forgery | issue us | check us | refuse us |")
    print("|---|---|---|---|---|")
    best = math.inf
    for kind, (_, body) in SHAPES.items():
        name = sealer.issue("acct_1", kind)
        strange = name[:-1] + ("3" if name[-1] != "3" else "4")
        calls: list[Callable[[], object]] = [
            lambda kind=kind: sealer.issue("acct_1", kind),
            lambda name=name: reader.check(name, "acct_1", now_s),
            lambda strange=strange: reader.check(strange, "acct_1", now_s),
            lambda: hmac.digest(b"k" * 32, b"m" * 16, "sha256"),
        ]
        found = _best(calls)
        best = min(best, found[-1])
        bits = -math.log2(reader.false_accept) + math.log2(body.room)
        assert body.alphabet.base**body.length >= 1 << BLOCK_BITS
        print(f"| `{kind}` | {bits:.1f} | {found[0]:.1f} | {found[1]:.1f} | {found[2]:.1f} |")
    print(f"\nOne HMAC-SHA256: {best:.1f} us.")


def stream(sealer: IdSealer) -> None:
    """Print how fast events of a chat completion pass."""
    name = "chatcmpl-" + "B" * 29
    value = {"id": name, "choices": [{"index": 0, "delta": {"content": " and so on"}}]}
    event = f"data: {json.dumps(value)}\n\n".encode()
    start_s = time.perf_counter()
    for _ in rewrite_stream((event for _ in range(EVENTS)), sealer, "acct_1"):
        pass
    each_us = (time.perf_counter() - start_s) / EVENTS * 1e6
    print(f"An event of a stream with an id in it: {each_us:.1f} us.")


def made_up(reader: IdReader, tries: int) -> None:
    """Print how many made-up ids are taken for ours."""
    draw = random.Random(os.urandom(16))
    now_s = time.time()
    accepted = sum(
        reader.read("toolu_01" + "".join(draw.choices(LETTERS, k=22)), now_s) is not None
        for _ in range(tries)
    )
    bound = reader.false_accept
    print(f"Made-up ids taken for ours: {accepted} of {tries:,} (bound {bound:.1e} each).")


def _best(calls: list[Callable[[], object]]) -> list[float]:
    """Microseconds of each call, best of rounds that take turns."""
    best = [math.inf] * len(calls)
    for _ in range(ROUNDS):
        for n, call in enumerate(calls):
            best[n] = min(best[n], timeit(call, number=CALLS) / CALLS * 1e6)
    return best


if __name__ == "__main__":
    main()
