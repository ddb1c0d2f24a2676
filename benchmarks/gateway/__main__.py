"""Prints what the gateway costs beside its peers: `python -m benchmarks.gateway`.

One model server (nginx, which answers from memory), one load (wrk), one core for the proxy, in turns:
nginx as a proxy, a bare pass-through of the gateway's own parts, `stillwatch serve` with a rule and
recording, and LiteLLM's proxy with `--litellm PYTHON`. CPU is user and system time of the proxy's
whole process group over the requests it answered, the least of several rounds: other load on the
machine adds to it and never takes away. Needs nginx and wrk (Debian packages).
"""

import argparse
import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.gateway import middleware, streams
from benchmarks.gateway.load import KEY, Round, load
from benchmarks.gateway.proxies import starters
from benchmarks.gateway.servers import free_port, nginx, running

ANSWER = json.dumps({"id": "x", "object": "chat.completion", "model": "m", "created": 1,
                     "choices": [{"index": 0, "finish_reason": "stop",
                                  "message": {"role": "assistant", "content": "a" * 700}}],
                     "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})  # fmt: skip
SMALL, LARGE = 2_000, 80_000
LOADS = ((SMALL, 64), (SMALL, 1), (LARGE, 16))
OURS, BARE = "stillwatch serve", "bare pass-through"

Found = Mapping[tuple[str, int, int], Round]


def requests(folder: Path, litellm: Path | None, rounds: int, seconds: int) -> None:
    """Print what a request costs each proxy, and the ratios between them."""
    with ExitStack() as stack:
        behind = free_port()
        server = nginx(
            folder, "model", behind,
            "server { listen 127.0.0.1:PORT; location / { default_type application/json;"
            f"return 200 '{ANSWER}'; }} }}",
        )  # fmt: skip
        stack.enter_context(running(server, behind, 1))
        ports = started(stack, folder, behind, litellm)
        best: dict[tuple[str, int, int], Round] = {}
        for _ in range(rounds):
            for proxy, (port, group) in ports.items():
                for size, connections in LOADS:
                    one = load(folder, port, group, size, connections, seconds)
                    key = proxy, size, connections
                    if key not in best or one.cpu_us < best[key].cpu_us:
                        best[key] = one
        direct = min(load(folder, behind, 0, SMALL, 1, seconds).p50_ms for _ in range(rounds))
    print(f"direct, one connection: {direct:.3f} ms")
    table(best, direct, seconds)
    ratios(best)


def started(
    stack: ExitStack, folder: Path, behind: int, litellm: Path | None
) -> dict[str, tuple[int, int]]:
    """Start all proxies before a server: port and process group of each."""
    ports = {}
    for proxy, start in starters(litellm).items():
        place = folder / f"{proxy.replace(' ', '-')}-{behind}"
        place.mkdir()
        place.chmod(0o777)
        port = free_port()
        quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": KEY}
        group = stack.enter_context(running(start(place, port, behind), port, 0, **quiet))
        ports[proxy] = port, group
    return ports


def table(best: Found, direct: float, seconds: int) -> None:
    """Print a line for each proxy."""
    print(
        "| proxy | CPU us, 2 KB | requests/s | added p50 ms, one connection | CPU us, 80 KB | bad |"
    )
    print("|---|---|---|---|---|---|")
    for proxy in dict.fromkeys(name for name, _, _ in best):
        many, single, large = (best[proxy, *key] for key in LOADS)
        print(
            f"| {proxy} | {many.cpu_us:.0f} | {many.requests / seconds:.0f} "
            f"| {single.p50_ms - direct:.3f} | {large.cpu_us:.0f} "
            f"| {many.bad + single.bad + large.bad} |"
        )


def ratios(best: Found) -> None:
    """Print how ours stands to the others, by CPU for each request."""
    ours = best[OURS, SMALL, 64].cpu_us
    for proxy in dict.fromkeys(name for name, _, _ in best):
        if proxy != OURS:
            print(f"{OURS} does {best[proxy, SMALL, 64].cpu_us / ours:.2f} of what {proxy} does")
    more = best[OURS, LARGE, 16].cpu_us - best[BARE, LARGE, 16].cpu_us
    print(f"80 KB through {OURS}: {more:.0f} us more than forwarding it")


def events(folder: Path, rounds: int) -> None:
    """Print what a forwarded event costs each proxy."""
    print("| proxy | CPU us a stream event |")
    print("|---|---|")
    with ExitStack() as stack:
        behind = stack.enter_context(streams.model())
        for proxy, (port, group) in started(stack, folder, behind, None).items():
            print(f"| {proxy} | {streams.cost_us(port, group, rounds):.1f} |")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--litellm", type=Path, help="Python of an environment with LiteLLM")
    chosen = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        requests(folder, chosen.litellm, chosen.rounds, chosen.seconds)
        events(folder, chosen.rounds)
        alone, both = middleware.added_us(folder, chosen.rounds, chosen.seconds)
        print(
            f"middleware, 60 kB: {both - alone:.0f} us ({alone:.0f} without it, {both:.0f} with it)"
        )


if __name__ == "__main__":
    main()
