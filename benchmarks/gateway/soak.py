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
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import psutil
import uvloop
from benchmarks.gateway import streams
from benchmarks.gateway.__main__ import ANSWER
from benchmarks.gateway.proxies import starters
from benchmarks.gateway.servers import free_port, nginx, running

CONNECTIONS = 128
ACCOUNTS = 20_000
SHARE = 0.7
WARM_S = 20.0
LOOK_S = 10.0
KEPT_FILES = 4
"""Capture files that are left on the disk."""
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "y" * 2000}]})
LENGTH = re.compile(rb"(?i)content-length: *(\d+)")
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
        self.port = port
        self.pause_s = 0.0 if rate is None else CONNECTIONS / rate
        self.until_s = 0.0
        self.draw = random.Random(7)
        self.seen: Counter[str] = Counter()

    async def run(self, seconds: float) -> None:
        """Send for so long."""
        loop = asyncio.get_running_loop()
        self.until_s = loop.time() + seconds
        clients = [_Client(self) for _ in range(CONNECTIONS)]
        for one in clients:
            await one.connect()
        await asyncio.gather(*(one.done for one in clients))

    def request(self) -> tuple[bytes, bool]:
        """The next request, and whether its client hangs up at once."""
        kind = self.draw.random()
        agent, path, body = "curl/8", "/v1/chat/completions", BODY
        if kind < 0.01:
            agent, body = "claude-cli/2.1.330 (external, cli)", BANNED
        elif kind < 0.03:
            path, body = "/stream/v1/chat/completions", streams.BODY
        head = (
            f"POST {path} HTTP/1.1\r\nhost: a\r\nuser-agent: {agent}\r\n"
            f"authorization: Bearer sk-{self.draw.randrange(ACCOUNTS)}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode(), kind > 0.995


class _Client(asyncio.Protocol):
    """One connection after the other: as little work a request as can be."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._loop = asyncio.get_running_loop()
        self._due_s = self._loop.time() + load.draw.random() * load.pause_s
        self._transport: asyncio.Transport | None = None
        self._heard = bytearray()
        self._connecting: asyncio.Task[None] | None = None
        self.done: asyncio.Future[None] = self._loop.create_future()

    async def connect(self) -> None:
        await self._loop.create_connection(lambda: self, "127.0.0.1", self._load.port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        if self._loop.time() >= self._load.until_s:
            if not self.done.done():
                self.done.set_result(None)
        else:
            self._connecting = self._loop.create_task(self.connect())

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head = self._heard.find(b"\r\n\r\n") + 4
        if head < 4:
            return
        found = LENGTH.search(self._heard, 0, head)
        if found is None:
            whole = self._heard.endswith(b"0\r\n\r\n")
        else:
            whole = len(self._heard) >= head + int(found[1])
        if whole:
            self._load.seen[self._heard[9:12].decode()] += 1
            self._heard.clear()
            self._due_s = max(self._due_s + self._load.pause_s, self._loop.time() - 1)
            self._next()

    def _next(self) -> None:
        wait_s = self._due_s - self._loop.time()
        if wait_s > 0:
            self._loop.call_later(wait_s, self._send)
        else:
            self._send()

    def _send(self) -> None:
        assert self._transport is not None
        if self._loop.time() >= self._load.until_s:
            self._transport.close()
            return
        request, hangs_up = self._load.request()
        self._transport.write(request)
        if hangs_up:
            self._load.seen["hung up"] += 1
            self._heard.clear()
            self._transport.close()


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
