"""The proxies that are compared, and how each is started."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.gateway.servers import nginx

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
