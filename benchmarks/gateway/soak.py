"""Runs `stillwatch serve` for long and looks for growth: `python -m benchmarks.gateway.soak`.

First the best rate is measured, then requests come at 70% of it: most are answered whole, one in
fifty streams, one in a hundred is refused by a rule, one in two hundred hangs up at once, and accounts
are many. Memory of the gateway's processes, open files and threads are noted every ten seconds; growth
is what a straight line through the second half of the time says. Needs nginx.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import uvloop
from benchmarks.gateway import streams
from benchmarks.gateway.__main__ import ANSWER
from benchmarks.gateway.proxies import starters
from benchmarks.gateway.servers import free_port, nginx, running

CONNECTIONS = 32
ACCOUNTS = 20_000
SHARE = 0.7
WARM_S = 20.0
LOOK_S = 10.0
KEPT_FILES = 4
"""Capture files that are left on the disk."""
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "y" * 2000}]})
BANNED = json.dumps({"model": "x", "messages": [{"role": "user", "content": "y"}]})


@dataclass(frozen=True)
class Look:
    """What was seen at a moment.

    Attributes:
        at_s: since the beginning.
        rss_mb: resident memory of all processes of the gateway.
        files: files and sockets that they have open.
        threads: their threads.
    """

    at_s: float
    rss_mb: float
    files: int
    threads: int


class Load:
    """Sends requests over some connections.

    Args:
        port: of the gateway.
        rate: requests a second, or None for as many as go.
    """

    def __init__(self, port: int, rate: float | None) -> None:
        self._port = port
        self._pause_s = 0.0 if rate is None else CONNECTIONS / rate
        self._draw = random.Random(7)
        self.seen: Counter[str] = Counter()

    async def run(self, seconds: float) -> None:
        """Send for so long."""
        until_s = time.monotonic() + seconds
        await asyncio.gather(*(self._one(until_s) for _ in range(CONNECTIONS)))

    async def _one(self, until_s: float) -> None:
        due_s = time.monotonic() + self._draw.random() * self._pause_s
        while time.monotonic() < until_s:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while time.monotonic() < until_s:
                    await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                    due_s = max(due_s + self._pause_s, time.monotonic() - 1)
                    if not await self._ask(reader, writer):
                        break
            writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether the connection can be used again."""
        kind = self._draw.random()
        agent, path, body = "curl/8", "/v1/chat/completions", BODY
        if kind < 0.01:
            agent, body = "claude-cli/2.1.330 (external, cli)", BANNED
        elif kind < 0.03:
            path, body = "/stream/v1/chat/completions", streams.BODY
        head = (
            f"POST {path} HTTP/1.1\r\nhost: a\r\nuser-agent: {agent}\r\n"
            f"authorization: Bearer sk-{self._draw.randrange(ACCOUNTS)}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write((head + body).encode())
        if kind > 0.995:
            self.seen["hung up"] += 1
            return False
        answer = await reader.readuntil(b"\r\n\r\n")
        self.seen[answer[9:12].decode()] += 1
        if b"chunked" in answer:
            await reader.readuntil(b"0\r\n\r\n")
        else:
            length = next(one for one in answer.lower().split(b"\r\n") if b"content-length" in one)
            await reader.readexactly(int(length.split(b":")[1]))
        return True


def look(group: int, begun_s: float) -> Look:
    """See how large the gateway is."""
    rss = files = threads = 0
    for process in (psutil.Process(group), *psutil.Process(group).children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            rss += process.memory_info().rss
            files += process.num_fds()
            threads += process.num_threads()
    return Look(time.monotonic() - begun_s, rss / 2**20, files, threads)


async def watched(load: Load, group: int, seconds: float, captures: Path) -> list[Look]:
    """Load the gateway and look at it again and again."""
    begun_s = time.monotonic()
    running_load = asyncio.create_task(load.run(seconds))
    looks = []
    while not running_load.done():
        await asyncio.wait({running_load}, timeout=LOOK_S)
        if not running_load.done():
            looks.append(await asyncio.to_thread(look, group, begun_s))
            await asyncio.to_thread(thin_out, captures)
            print(looks[-1], dict(load.seen), file=sys.stderr, flush=True)
    await running_load
    return looks


def thin_out(captures: Path) -> None:
    """Remove all but the newest captures, so that the disk does not fill."""
    for file in sorted(captures.glob("*"))[:-KEPT_FILES]:
        file.unlink()


def growth(looks: list[Look]) -> Mapping[str, float]:
    """How much each number grows in an hour, by a line through the second half."""
    late = looks[len(looks) // 2 :]
    hours = np.array([one.at_s / 3600 for one in late])
    columns = {
        "MiB": [one.rss_mb for one in late],
        "files": [float(one.files) for one in late],
        "threads": [float(one.threads) for one in late],
    }
    return {name: float(np.polyfit(hours, values, 1)[0]) for name, values in columns.items()}


def model(folder: Path, stack: ExitStack) -> int:
    """A model server that answers whole, and streams under /stream."""
    behind, streaming = free_port(), stack.enter_context(streams.model())
    server = nginx(
        folder, "model", behind,
        f"server {{ listen 127.0.0.1:PORT; location /stream {{ proxy_pass http://127.0.0.1:{streaming};"
        "proxy_buffering off; proxy_http_version 1.1; }"
        f"location / {{ default_type application/json; return 200 '{ANSWER}'; }} }}",
    )  # fmt: skip
    stack.enter_context(running(server, behind, 1))
    return behind


def main() -> None:
    """Print what grew."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    chosen = parser.parse_args()
    psutil.Process().cpu_affinity([1])
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        behind = model(folder, stack)
        port = free_port()
        words = starters(None)["stillwatch serve"](folder, port, behind)
        group = stack.enter_context(running(words, port, 0))
        best = Load(port, None)
        uvloop.run(best.run(WARM_S))
        rate = sum(best.seen.values()) / WARM_S * SHARE
        load = Load(port, rate)
        looks = uvloop.run(watched(load, group, chosen.minutes * 60, folder / "captures"))
    print(f"{SHARE:.0%} of the best rate: {rate:.0f} requests/s; answers: {dict(load.seen)}")
    middle = looks[len(looks) // 2]
    print(
        f"after half the time: {middle.rss_mb:.0f} MiB, {middle.files} files, {middle.threads} threads"
    )
    print(
        f"at the end: {looks[-1].rss_mb:.0f} MiB, {looks[-1].files} files, {looks[-1].threads} threads"
    )
    print("growth an hour:", {name: round(value, 2) for name, value in growth(looks).items()})


if __name__ == "__main__":
    main()
