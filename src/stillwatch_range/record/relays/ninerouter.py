"""9router: accounts of one provider in turn, set up over its own interface once it runs."""

import http.cookiejar
import json
import urllib.request
from typing import Any

from stillwatch_range.record.process import Program
from stillwatch_range.record.relays.kind import Kind, Site, plain_door

PREFIX = "up"
FIRST_PASSWORD = "123456"  # noqa: S105  what every fresh installation has
LIMIT_S = 20


def _program(site: Site) -> Program:
    # The database needs SQLite as Node 22 brings it along; its own driver is not on npm.
    node = site.tools.path("node22")
    server = site.tools.path("9router").resolve().with_name("app") / "custom-server.js"
    return Program(
        name=site.name,
        command=(str(node), str(server)),
        port=site.port,
        ready="/api/health",
        env={
            "PORT": str(site.port),
            "HOSTNAME": "127.0.0.1",
            "NODE_ENV": "production",
            "DATA_DIR": "data",
        },
    )


def _prepare(site: Site) -> None:
    """Log in, name the provider, add its accounts, take them in turn."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(jar)

    def say(method: str, path: str, **body: Any) -> Any:
        request = urllib.request.Request(  # loopback
            f"http://127.0.0.1:{site.port}/api/{path}",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
            method=method,
        )
        with opener.open(request, timeout=LIMIT_S) as answer:
            return json.load(answer)

    say("POST", "auth/login", password=FIRST_PASSWORD)
    node = say(
        "POST",
        "provider-nodes",
        name="upstream",
        prefix=PREFIX,
        type="anthropic-compatible",
        baseUrl=f"{site.upstream}/v1",
    )["node"]["id"]
    for number, key in enumerate(site.keys):
        say("POST", "providers", provider=node, name=f"account {number}", apiKey=key, priority=1)
    settings = {"fallbackStrategy": "round-robin", "stickyRoundRobinLimit": 1}
    say("PATCH", "settings", requireApiKey=False, **settings)


NINEROUTER = Kind(
    name="9router",
    needs=("9router", "node22"),
    clients=frozenset({"claude", "claude-old", "sdk-messages"}),
    program=_program,
    door=plain_door,
    pools=True,
    model=f"{PREFIX}/claude-opus-5-5",
    prepare=_prepare,
)
