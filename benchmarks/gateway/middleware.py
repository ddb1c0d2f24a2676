"""What the middleware adds to a request of 60 kB, beside the same application without it."""

import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.gateway.load import load
from benchmarks.gateway.proxies import RULE
from benchmarks.gateway.servers import free_port, running

SIZE = 60_000
APP = """
import sys, uvicorn
SAID = b'{"choices":[{"message":{"role":"assistant","content":"hello"}}]}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(SAID)).encode())]
async def app(scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": SAID})
"""
WITH = """
from stillwatch.gateway.faces.asgi import Middleware
app = Middleware(app, policy=sys.argv[2], state=sys.argv[3], record=sys.argv[4], key=sys.argv[5])
"""
RUN = """
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools",
            lifespan="off", access_log=False, log_level="error")
"""


def added_us(folder: Path, rounds: int, seconds: int) -> tuple[float, float]:
    """CPU of a request without and with the middleware, decisions and recording on, microseconds."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "r.cedar").write_text(RULE)
    (rules / "settings.toml").write_text('appeal = "a@b.c"\n')
    places = [str(rules), *(f"{folder}/{name}" for name in ("state", "captures", "key"))]
    with ExitStack() as stack:
        ports = []
        for code in (APP + RUN, APP + WITH + RUN):
            port = free_port()
            words = [sys.executable, "-c", code, str(port), *places]
            ports.append((port, stack.enter_context(running(words, port, 0))))
        found: list[list[float]] = [[], []]
        for _ in range(rounds):
            for one, (port, group) in zip(found, ports, strict=True):
                one.append(load(folder, port, group, SIZE, 16, seconds).cpu_us)
    return min(found[0]), min(found[1])
