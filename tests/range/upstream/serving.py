"""A server in a thread of its own, and plain requests to it."""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from stillwatch_range.upstream.server import Upstream, UpstreamSettings
from stillwatch_range.upstream.tape import Take


@dataclass
class Kept:
    """A tape that keeps all it gets."""

    takes: list[Take] = field(default_factory=list)

    def take(self, take: Take) -> None:
        self.takes.append(take)

    @property
    def last(self) -> dict:
        return msgspec.json.decode(self.takes[-1].line)


@dataclass
class Got:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@contextmanager
def serving(settings=None, script=None, tape=None) -> Iterator[Upstream]:
    """A server that listens as long as the block lasts."""
    upstream = Upstream(settings or UpstreamSettings(seed=7), script, tape)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    try:
        wait(upstream.start())
        yield upstream
    finally:
        wait(upstream.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def get(upstream: Upstream, path: str, method="GET", headers=None, data=None) -> Got:
    """A request; errors come back like answers."""
    request = urllib.request.Request(upstream.url + path, data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return Got(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, dict(error.headers), error.read())


def post(upstream: Upstream, path: str, body, key="sk-1", **headers) -> Got:
    """A request of an account; bytes go out as they are."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **headers}
    return get(upstream, path, "POST", {**sent, "X-Api-Key": key} if key else sent, data)


def events(got: Got) -> list[dict]:
    """The data of a stream's events."""
    lines = got.body.decode().splitlines()
    data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    return [json.loads(text) for text in data if text != "[DONE]"]
