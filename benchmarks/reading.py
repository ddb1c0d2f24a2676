"""How fast and in how much memory a hunt reads.

Speed: full ingestion (decoding, traits, store) of one file against a bare `orjson.loads` of every
line of the same file, on the same number of processes, in turns, in one run. Memory: the resident
memory of a whole `stillwatch hunt` with all its processes while it reads a large input from a pipe.

    python -m benchmarks.reading [--mib 768] [--rounds 3] [--gib 10] [--processes N]
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, sleep

import orjson
import psutil
from benchmarks.amplify import amplified

from stillwatch.keys import KeyRing
from stillwatch.sources.inputs import find_inputs
from stillwatch.store.ingest import ingest
from stillwatch.store.store import opened

TARGET_RATIO = 0.25
TARGET_MIB = 1024
SAMPLE_S = 0.05


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Reading speed and memory.")
    parser.add_argument("--mib", type=int, default=768, help="size of the file for speed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--gib", type=float, default=10, help="size of the input for memory; 0: none"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        speed(Path(folder), options.mib, options.rounds, options.processes)
        if options.gib:
            memory(Path(folder), options.gib)


def speed(folder: Path, mib: int, rounds: int, processes: int) -> None:
    """Print bytes per second of both, and their ratio."""
    file = folder / "traffic.jsonl"
    with file.open("wb") as out:
        out.writelines(line + b"\n" for line in amplified(mib << 20))
    size = file.stat().st_size
    print(f"{size >> 20} MiB, {processes} processes, {rounds} rounds")
    bare, full = [], []
    for turn in range(rounds):
        bare.append(_timed(lambda: _bare(file, processes)))
        store = folder / f"store-{turn}"
        full.append(_timed(lambda store=store: _full(file, store, processes)))
        print(f"  round {turn + 1}: bare {bare[-1]:.2f} s, full {full[-1]:.2f} s")
    ratio = statistics.median(one / other for one, other in zip(bare, full, strict=True))
    print(f"bare orjson.loads: {size / statistics.median(bare) / 1e6:.0f} MB/s")
    print(f"full ingestion:    {size / statistics.median(full) / 1e6:.0f} MB/s")
    print(f"ratio: {ratio:.3f} (target >= {TARGET_RATIO})")


def memory(folder: Path, gib: float) -> None:
    """Print the largest resident memory of a hunt with all its processes."""
    mib = round(gib * 1024)
    source = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.amplify", str(mib)], stdout=subprocess.PIPE
    )
    command = [sys.executable, "-m", "stillwatch", "hunt", "-", "--store", str(folder / "large")]
    command += ["--key", str(folder / "key"), "--json", str(folder / "verdicts.json")]
    begin = perf_counter()
    hunt = subprocess.Popen(command, stdin=source.stdout, stdout=subprocess.DEVNULL)
    assert source.stdout is not None
    source.stdout.close()  # so that the source stops when the hunt does
    peak = 0
    while hunt.poll() is None:
        peak = max(peak, _resident(hunt.pid))
        sleep(SAMPLE_S)
    source.wait()
    if hunt.returncode:
        sys.exit(f"The hunt failed with exit code {hunt.returncode}.")
    document = orjson.loads((folder / "verdicts.json").read_bytes())
    print(
        f"{gib:g} GiB from a pipe: {document['exchanges']:,} exchanges, {perf_counter() - begin:.0f} s"
    )
    print(f"resident memory, all processes: {peak >> 20} MiB (target < {TARGET_MIB})")


def _bare(file: Path, processes: int) -> None:
    """Parse every line with orjson, each process its share of the file."""
    size = file.stat().st_size
    edges = [size * part // (processes * 4) for part in range(processes * 4 + 1)]
    jobs = [(file, start, end) for start, end in pairwise(edges)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(_parse, jobs))


def _parse(job: tuple[Path, int, int]) -> int:
    """Parse the lines that begin between two places of a file."""
    file, start, end = job
    count = 0
    with file.open("rb") as lines:
        if start:
            lines.seek(start - 1)
            lines.readline()
        while lines.tell() < end and (line := lines.readline()):
            orjson.loads(line)
            count += 1
    return count


def _full(file: Path, store: Path, processes: int) -> None:
    keys = KeyRing(b"benchmark key, 32 bytes of it...")
    with opened(store, keys) as opened_store:
        ingest(find_inputs([file]), opened_store, keys.secret_for("store"), processes=processes)


def _timed(work: Callable[[], None]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def _resident(process: int) -> int:
    """Resident bytes of a process and all its children."""
    try:
        root = psutil.Process(process)
        return sum(_rss(one) for one in [root, *root.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def _rss(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


if __name__ == "__main__":
    main()
