"""Time and memory of making a scenario of 200,000 exchanges and more.

    python benchmarks/range_make.py FOLDER [--scenario reporting-relays] [--seed 101]

Prints exchanges, seconds, and the largest resident memory of all processes together, against the
limits of ten minutes and two GiB for 200,000 exchanges on two cores.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import psutil

from stillwatch_range.score import labels

SAMPLE_S = 0.1
LIMIT_S = 600
LIMIT_MIB = 2048
LIMIT_OF = 200_000


def resident(process: int) -> int:
    """Resident bytes of a process and its children."""
    total = 0
    try:
        root = psutil.Process(process)
        for one in (root, *root.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenario", default="reporting-relays")
    parser.add_argument("--seed", default="101")
    wanted = parser.parse_args()
    program = Path(sys.executable).with_name("stillwatch")
    words = ["range", "make", wanted.scenario, "--seed", wanted.seed, "--processes", "2"]
    begun, peak = perf_counter(), 0
    making = subprocess.Popen([str(program), *words, "--out", str(wanted.folder)])
    while making.poll() is None:
        peak = max(peak, resident(making.pid))
        try:
            making.wait(SAMPLE_S)
        except subprocess.TimeoutExpired:
            continue
    seconds = perf_counter() - begun
    head = labels.read(wanted.folder / "labels.jsonl").head
    scaled = seconds * LIMIT_OF / head.exchanges
    print(f"{head.exchanges:,} exchanges in {seconds:.0f} s, at most {peak >> 20:,} MiB")
    print(f"{LIMIT_OF:,} in {scaled:.0f} s (limit {LIMIT_S}); memory limit {LIMIT_MIB:,} MiB")


if __name__ == "__main__":
    main()
