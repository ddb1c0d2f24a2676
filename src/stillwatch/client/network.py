"""Talking to an enrolment server: one small POST over HTTPS.

The credential goes to the host that was named and to no other: redirects are not followed, and
plain HTTP is for this machine only.
"""

import base64
import ipaddress
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

from stillwatch.client.environment import proxy_for
from stillwatch.errors import InputError, SettingsError

TIMEOUT_S = 20.0
MOST_BYTES = 1 << 16

Post = Callable[[str, str], tuple[int, bytes]]
"""Posts nothing to a URL with a bearer token; gives status and body."""


def is_loopback(host: str | None) -> bool:
    """Whether a name or address is this machine."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def post(url: str, token: str) -> tuple[int, bytes]:
    """Post to an enrolment server.

    Args:
        url: with its path.
        token: credential of the account or token of the install.

    Returns:
        Status and the beginning of the body.

    Raises:
        SettingsError: the URL is not HTTPS, nor on this machine.
        InputError: the server cannot be reached.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise SettingsError("An enrolment server has an https:// address.", "Check the address.")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, b"{}", headers, method="POST")  # noqa: S310  # see above
    if proxy := proxy_for(url):
        _go_through(request, proxy)
    # Without a handler of its own urllib would search all variables for proxies.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay())
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            return answer.status, answer.read(MOST_BYTES)
    except HTTPError as error:
        with error:
            return error.code, error.read(MOST_BYTES)
    except (URLError, OSError, HTTPException, ValueError) as error:
        # What urllib says of a bad header would quote the token.
        raise InputError(
            f"The enrolment server cannot be reached ({type(error).__name__}).",
            "Check the address and the network.",
        ) from None


def _go_through(request: urllib.request.Request, proxy: str) -> None:
    parts = urlsplit(proxy)
    user, _, place = parts.netloc.rpartition("@")
    if user:
        basic = base64.b64encode(unquote(user).encode()).decode()
        request.add_header("Proxy-Authorization", f"Basic {basic}")
    request.set_proxy(place, parts.scheme)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: Any) -> None:
        """Do not go there; the redirect is the answer."""
