"""The HTTP library shows in the order of headers and in what it adds."""

import pytest

from stillwatch.exchange import Request
from stillwatch.traits.library import library_of


def request(*headers, ordered=True):
    pairs = tuple(tuple(header.split(": ", 1)) for header in headers)
    return Request("POST", "/", pairs, ordered, None, (), 0, (), 0, (), (), None, stream=False)


ORDERS = {
    "bun-fetch": (
        *("Accept: application/json", "User-Agent: claude-cli/2.1.330 (external, cli)"),
        *("Connection: keep-alive", "Host: h", "Accept-Encoding: gzip, deflate, br, zstd"),
        "Content-Length: 2",
    ),
    "node-undici": (
        *("host: h", "connection: keep-alive", "user-agent: node", "accept-language: *"),
        *("sec-fetch-mode: cors", "accept-encoding: gzip, deflate", "content-length: 2"),
    ),
    "python-httpx": (
        *("Host: h", "Accept: */*", "Accept-Encoding: gzip, deflate", "Connection: keep-alive"),
        *("User-Agent: x", "Content-Length: 2", "Content-Type: application/json"),
    ),
    "python-requests": (
        *("Host: h", "User-Agent: x", "Accept-Encoding: gzip, deflate", "Accept: */*"),
        *("Connection: keep-alive", "Content-Length: 2"),
    ),
    "python-aiohttp": (
        *("Host: h", "x-api-key: k", "Accept: */*", "Accept-Encoding: gzip, deflate"),
        *("User-Agent: x", "Content-Length: 2", "Content-Type: application/json"),
    ),
    "go-net-http": (
        *("Host: h", "User-Agent: x", "Content-Length: 2", "Anthropic-Version: 1"),
        *("Content-Type: application/json", "Accept-Encoding: gzip"),
    ),
    "reqwest": ("accept: */*", "content-type: application/json", "host: h", "content-length: 2"),
    "curl": ("Host: h", "User-Agent: curl/8.7.1", "Accept: */*", "Content-Length: 2"),
    "browser": ("host: h", "sec-ch-ua: x", "accept-encoding: gzip"),
}


@pytest.mark.parametrize("library", ORDERS)
def test_each_library_is_told_by_its_order(library):
    """The orders are as each library was recorded on loopback."""
    assert library_of(request(*ORDERS[library])) == library


@pytest.mark.parametrize("library", sorted(ORDERS.keys() - {"node-undici", "browser"}))
def test_without_order_nothing_is_claimed(library):
    """A capture that holds headers as an object has lost the trace."""
    assert library_of(request(*ORDERS[library], ordered=False)) is None


def test_headers_that_one_library_alone_adds_need_no_order():
    """Undici's pair stands out wherever it stands."""
    assert library_of(request(*ORDERS["node-undici"], ordered=False)) == "node-undici"


@pytest.mark.parametrize("headers", [(), ("host: h",), ("x: y", "host: h", "z: w", "a: b")])
def test_unclear_traces_give_nothing(headers):
    """Guessing would contradict honest clients."""
    assert library_of(request(*headers)) is None
