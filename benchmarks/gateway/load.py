"""Loads a proxy with requests and looks at what each costs."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway.servers import cpu_s

KEY = "sk-benchmark-" + "0123456789abcdef" * 2
"""The same for all; LiteLLM asks for a long one."""


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


def load(folder: Path, port: int, group: int, size: int, connections: int, seconds: int) -> Round:
    """Load a proxy and look at what it cost."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "y" * size}]})
    script = folder / "load.lua"
    script.write_text(
        f"wrk.method='POST' wrk.body=[[{body}]] "
        f"wrk.headers['content-type']='application/json' wrk.headers['authorization']='Bearer {KEY}' "
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
