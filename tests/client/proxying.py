"""The proxy in a thread of its own, for clients that are programs."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from stillwatch.client.proxy import Proxy, ProxySettings
from stillwatch.client.sealing import Sealing


@contextmanager
def proxying(sealing: Sealing, upstream: str) -> Iterator[Proxy]:
    """A proxy that listens as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    proxy = Proxy(sealing, ProxySettings(upstream))
    try:
        wait(proxy.start())
        yield proxy
    finally:
        wait(proxy.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
