"""Which HTTP library wrote a request, by the order of its headers and the few it adds itself.

A relay that copies a client's headers still sends them with its own library, which puts `Host`,
`Accept-Encoding` and the like where it always does. The orders were read from recordings of each
library on loopback (2026-11); where order is unknown only unmistakable headers count.
"""

from stillwatch.exchange import Request

_UNDICI = {"accept-language": "*", "sec-fetch-mode": "cors"}
_ADDED_BY_REQUESTS = ["user-agent", "accept-encoding", "accept", "connection"]
_BUN_ENCODINGS = "gzip, deflate, br, zstd"


def library_of(request: Request) -> str | None:
    """The library that wrote the request.

    Returns:
        bun-fetch, node-undici, python-httpx, python-aiohttp, python-requests, go-net-http,
        reqwest, curl or browser; None when the traces are unclear or order is unknown.
    """
    headers = {name.lower(): value for name, value in request.headers}
    if "sec-ch-ua" in headers or headers.get("sec-fetch-site"):
        return "browser"
    if _UNDICI.items() <= headers.items():
        return "node-undici"
    if not request.headers_ordered or "host" not in headers:
        return None
    return _by_order(list(headers), headers)


def _by_order(names: list[str], headers: dict[str, str]) -> str | None:
    encodings = headers.get("accept-encoding", "")
    if names[0] == "host":
        return _host_first(names, headers, encodings)
    if encodings == _BUN_ENCODINGS and _stand_together(names, "host", "accept-encoding"):
        return "bun-fetch"
    if _near_end(names, "host") and not encodings:
        return "reqwest"
    return None


def _host_first(names: list[str], headers: dict[str, str], encodings: str) -> str | None:
    if names[1:2] == ["user-agent"]:
        if headers["user-agent"].startswith("curl/"):
            return "curl"
        if encodings == "gzip" and _near_end(names, "accept-encoding"):
            return "go-net-http"
        return "python-requests" if names[1:5] == _ADDED_BY_REQUESTS else None
    if not encodings.startswith("gzip, deflate"):
        return None
    if "accept-encoding" in names[1:3]:
        return "python-httpx"
    return "python-aiohttp" if _added_late(names) else None


def _stand_together(names: list[str], first: str, second: str) -> bool:
    place = names.index(first)
    return names[place + 1 : place + 2] == [second]


def _near_end(names: list[str], name: str) -> bool:
    return name in names[-2:]


def _added_late(names: list[str]) -> bool:
    """Accept, encodings and length stand behind the caller's own headers."""
    return {"accept-encoding", "content-length"} <= set(names[-4:])
