"""What the gateway costs beside its peers: `python -m benchmarks.gateway`.

One model server (nginx, which answers from memory), one load (wrk), one core for the proxy, in turns:
nginx as a proxy, a bare pass-through of the gateway's own parts, `stillwatch serve` with a rule and
recording, and LiteLLM's proxy with `--litellm PYTHON`. CPU is user and system time of the proxy's
whole process group over the requests it answered, the least of several rounds: other load on the
machine adds to it and never takes away. Needs nginx and wrk (Debian packages).
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

ANSWER = json.dumps({"id": "x", "object": "chat.completion", "model": "m", "created": 1,
                     "choices": [{"index": 0, "finish_reason": "stop",
                                  "message": {"role": "assistant", "content": "a" * 700}}],
                     "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})  # fmt: skip
SMALL, LARGE = 2_000, 80_000
RULE = """@id("ban") @outcome("block") @owner("o") @purpose("p") @until("2099-01-01") @mode("enforce")
@message("No. {case}") @review("2098-01-01")
forbid (principal, action, resource) when { context.client == "claude-code" && context.model == "x" };
"""
BARE = """
import sys, uvicorn
from stillwatch.gateway.upstream import Upstream, headers_of
up = Upstream(sys.argv[1])
async def app(scope, receive, send):
    if up._client is None:
        up.open()
    message = await receive()
    body = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    target = (scope["raw_path"]).decode()
    drop = (b"host", b"content-length", b"connection")
    headers = [(n.decode(), v.decode()) for n, v in scope["headers"] if n not in drop]
    async with up.answer(scope["method"], target, headers, body) as response:
        await send({"type": "http.response.start", "status": response.status,
                    "headers": [h for h in headers_of(response) if h[0] != b"connection"]})
        while (chunk := await response.body_reader.read_chunk()) is not None:
            await send({"type": "http.response.body", "body": bytes(chunk), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), loop="uvloop", http="httptools",
            lifespan="off", access_log=False, log_level="error")
"""


@dataclass(frozen=True)
class Round:
    """One run of the load.

    Attributes:
        requests: answered.
        cpu_us: of the proxy, a request.
        p50_ms: median latency.
        bad: answers that were not 2xx.
    """

    requests: int
    cpu_us: float
    p50_ms: float
    bad: int


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(words: list[str], port: int, core: int, **env: str) -> Iterator[int]:
    """A server on a core, until the block ends."""
    process = subprocess.Popen(
        ["taskset", "-c", str(core), *words],  # noqa: S607
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **env},
    )
    try:
        end = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"{words[0]} did not start: {words}") from None
                time.sleep(0.1)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def nginx(folder: Path, name: str, port: int, location: str) -> list[str]:
    """The command line of an nginx with one location."""
    file = folder / f"{name}.conf"
    file.write_text(
        f"daemon off; worker_processes 1; pid {folder}/{name}.pid; error_log /dev/null;"
        "events { worker_connections 4096; } http { access_log off; keepalive_requests 1000000000;"
        f"client_body_temp_path {folder}/{name}; client_body_buffer_size 1m; client_max_body_size 0;"
        f"{location.replace('PORT', str(port))} }}"
    )
    return ["nginx", "-c", str(file), "-e", "/dev/null"]


def cpu_s(group: int) -> float:
    """User and system time of a session's processes, seconds."""
    total = 0.0
    for process in psutil.process_iter(["pid"]):
        try:
            if os.getsid(process.pid) == group:
                times = process.cpu_times()
                total += times.user + times.system
        except (psutil.Error, OSError):
            continue
    return total


def load(folder: Path, port: int, group: int, size: int, connections: int, seconds: int) -> Round:
    """Load a proxy and look at what it cost."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "y" * size}]})
    script = folder / "load.lua"
    script.write_text(
        f"wrk.method='POST' wrk.body=[[{body}]] "
        "wrk.headers['content-type']='application/json' wrk.headers['authorization']='Bearer k' "
        "done=function(s,l,r) io.write('FIGURES ',s.requests,' ',l:percentile(50),' ',"
        "s.errors.status,'\\n') end"
    )
    before = cpu_s(group)
    said = subprocess.run(
        [  # noqa: S607
         "taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script),
         f"http://127.0.0.1:{port}/v1/chat/completions",
        ],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    spent = cpu_s(group) - before
    found = re.search(r"FIGURES (\d+) ([\d.]+) (\d+)", said)
    assert found, said
    requests = int(found[1])
    return Round(requests, spent / max(requests, 1) * 1e6, float(found[2]) / 1e3, int(found[3]))


Start = Callable[[Path, int, int], list[str]]


def starters(litellm: Path | None) -> Mapping[str, Start]:
    """How each proxy is started: folder, own port, port of the model server."""
    python = sys.executable

    def serve(folder: Path, port: int, behind: int) -> list[str]:
        rules = folder / "rules"
        rules.mkdir(exist_ok=True)
        (rules / "r.cedar").write_text(RULE)
        (rules / "settings.toml").write_text('appeal = "a@b.c"\n')
        return [python, "-m", "stillwatch", "serve", "--upstream", f"http://127.0.0.1:{behind}",
                "--policy", str(rules), "--listen", f"127.0.0.1:{port}", "--state", f"{folder}/s",
                "--record", f"{folder}/captures", "--key", f"{folder}/key"]  # fmt: skip

    found: dict[str, Start] = {
        "nginx": lambda folder, port, behind: nginx(
            folder, "proxy", port,
            f"upstream u {{ server 127.0.0.1:{behind}; keepalive 256; }} server {{ listen 127.0.0.1:PORT;"
            "location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection '';"
            "proxy_buffering off; } }",
        ),
        "bare pass-through": lambda _folder, port, behind: [
            python, "-c", BARE, f"http://127.0.0.1:{behind}", str(port)],
        "stillwatch serve": serve,
    }  # fmt: skip
    if litellm is not None:

        def start_litellm(folder: Path, port: int, behind: int) -> list[str]:
            file = folder / "litellm.yaml"
            file.write_text(
                "model_list:\n- model_name: m\n  litellm_params:\n    model: openai/m\n"
                f"    api_base: http://127.0.0.1:{behind}/v1\n    api_key: k\n"
            )
            program = str(litellm.with_name("litellm"))
            return [program, "--config", str(file), "--port", str(port), "--host", "127.0.0.1"]

        found["litellm"] = start_litellm
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--litellm", type=Path, help="Python of an environment with LiteLLM")
    chosen = parser.parse_args()
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        behind = free_port()
        model = nginx(
            folder, "model", behind,
            "server { listen 127.0.0.1:PORT; location / { default_type application/json;"
            f"return 200 '{ANSWER}'; }} }}",
        )  # fmt: skip
        stack.enter_context(running(model, behind, 1))
        best: dict[tuple[str, int, int], Round] = {}
        ports: dict[str, tuple[int, int]] = {}
        for proxy, start in starters(chosen.litellm).items():
            place = folder / proxy.replace(" ", "-")
            place.mkdir()
            place.chmod(0o777)
            port = free_port()
            quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
            group = stack.enter_context(running(start(place, port, behind), port, 0, **quiet))
            ports[proxy] = port, group
        for _ in range(chosen.rounds):
            for proxy, (port, group) in ports.items():
                for size, connections in ((SMALL, 64), (SMALL, 1), (LARGE, 16)):
                    one = load(folder, port, group, size, connections, chosen.seconds)
                    key = proxy, size, connections
                    if key not in best or one.cpu_us < best[key].cpu_us:
                        best[key] = one
        direct = load(folder, behind, 0, SMALL, 1, chosen.seconds)
    print(f"direct, one connection: {direct.p50_ms:.3f} ms")
    print(
        "| proxy | CPU us, 2 KB | requests/s | added p50 ms, one connection | CPU us, 80 KB | bad |"
    )
    print("|---|---|---|---|---|---|")
    for proxy in ports:
        many, single, large = (best[proxy, *key] for key in ((SMALL, 64), (SMALL, 1), (LARGE, 16)))
        print(
            f"| {proxy} | {many.cpu_us:.0f} | {many.requests / chosen.seconds:.0f} "
            f"| {single.p50_ms - direct.p50_ms:.3f} | {large.cpu_us:.0f} "
            f"| {many.bad + single.bad + large.bad} |"
        )


if __name__ == "__main__":
    main()
