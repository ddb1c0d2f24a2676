"""What real relay programs make of a request: each runs in a room and is asked; we keep what comes.

The relays are those of `stillwatch_range.record.relays`, configured as a recording configures
them; the provider behind them is the range's. The same module runs on both sides: `arrivals` makes
the room, `main` is what runs in it.
"""

import asyncio
import contextlib
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec

from stillwatch.errors import EngineError, SettingsError
from stillwatch_range.record import room
from stillwatch_range.record.process import Running, free_port
from stillwatch_range.record.relays.catalogue import KINDS
from stillwatch_range.record.relays.kind import Kind, Site
from stillwatch_range.record.tools import Tools
from stillwatch_range.upstream.core import ProviderSettings
from stillwatch_range.upstream.server import Upstream, UpstreamSettings
from stillwatch_range.upstream.tape import Take

KEYS = ("sk-range-bench-1", "sk-range-bench-2")
LIMIT_S = 60
RESULT = "arrived.json"


class Post(msgspec.Struct, frozen=True):
    """A request for every relay.

    Attributes:
        name: of it in the tables.
        path: where clients send it.
        agent: the user agent that they send it with.
        model: that it asks for, where the relay takes every model.
        body: its body as JSON; a model is put in for each relay.
    """

    name: str
    path: str
    agent: str
    model: str
    body: msgspec.Raw


class Arrived(msgspec.Struct, frozen=True):
    """What became of a request.

    Attributes:
        relay, post: names of both.
        status: that the sender got.
        path, body: where it arrived at the provider, and the body there; empty if it did not.
    """

    relay: str
    post: str
    status: int
    path: str = ""
    body: str = ""


class Order(msgspec.Struct, frozen=True):
    """What is handed into the room: the relays, their tools, the requests, and where results go."""

    relays: list[str]
    tools: str
    posts: list[Post]
    out: str


def installed(tools: Tools) -> list[Kind]:
    """The relays whose programs lie in a folder."""
    found = []
    for kind in KINDS:
        with contextlib.suppress(SettingsError):
            tools.check(kind.needs)
            found.append(kind)
    return found


def arrivals(root: Path, posts: Sequence[Post]) -> list[Arrived]:
    """Send requests through every installed relay.

    Args:
        root: folder that `stillwatch range tools` filled.
        posts: the requests.

    Raises:
        SettingsError: no relay is there, or no room can be made.
        EngineError: a relay did not start.
    """
    relays = [kind.name for kind in installed(Tools(root, {}))]
    if not relays:
        raise SettingsError(
            f"No relay is installed in {root}", f"stillwatch range tools --into {root}"
        )
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        order = Path(folder) / "order.json"
        order.write_bytes(
            msgspec.json.encode(Order(relays, str(root.resolve()), list(posts), folder))
        )
        status = room.run_inside(__spec__.name, [str(order)], [Path(folder), root])
        if status:
            raise EngineError("The relays failed", "Their last words stand above.")
        return msgspec.json.decode((Path(folder) / RESULT).read_bytes(), type=list[Arrived])


class _Kept:
    """A tape in memory."""

    def __init__(self) -> None:
        self.takes: list[Take] = []

    def take(self, take: Take) -> None:
        """Keep an exchange."""
        self.takes.append(take)


async def _all(order: Order) -> list[Arrived]:
    kept = _Kept()
    provider = ProviderSettings(limits={}, overload_share=0, bound_signatures=False)
    server = Upstream(UpstreamSettings(provider), tape=kept)
    await server.start()
    try:
        tools = Tools(Path(order.tools), {})
        kinds = [kind for kind in KINDS if kind.name in order.relays]
        return [one for kind in kinds async for one in _one(kind, server, tools, order, kept)]
    finally:
        await server.stop()


async def _one(
    kind: Kind, server: Upstream, tools: Tools, order: Order, kept: _Kept
) -> AsyncIterator[Arrived]:
    """Start a relay and send it everything, one after the other."""
    site = Site(kind.name, server.url, KEYS if kind.pools else KEYS[:1], free_port(), tools)
    async with Running(kind.program(site)):
        await asyncio.to_thread(kind.prepare, site)
        for post in order.posts:
            before = len(kept.takes)
            status = await asyncio.to_thread(_sent, kind, site, post)
            came = kept.takes[before:]
            path, body = (came[0].ask.path, came[0].ask.raw or "") if came else ("", "")
            yield Arrived(kind.name, post.name, status, path, body)


def _sent(kind: Kind, site: Site, post: Post) -> int:
    """Send a request as a customer of a relay; the status of its answer."""
    door = kind.door(site)
    body = {**msgspec.json.decode(post.body), "model": kind.model or post.model}
    headers = {
        "content-type": "application/json",
        "user-agent": post.agent,
        "anthropic-version": "2023-06-01",
        "x-api-key": door.key,
        "authorization": f"Bearer {door.key}",
        **door.headers,
    }
    raw = msgspec.json.encode(body)
    request = urllib.request.Request(door.url + post.path, raw, headers)  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:  # noqa: S310
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def main() -> None:
    """What runs in the room."""
    order = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Order)
    arrived = asyncio.run(_all(order))
    (Path(order.out) / RESULT).write_bytes(msgspec.json.encode(arrived))


if __name__ == "__main__":
    main()
