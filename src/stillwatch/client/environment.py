"""The environment check: a few facts about the machine, reduced to classes.

Nothing is read but what a policy asks for, and of that nothing is reported but the name of a
class. The names of variables come from the manifest. The check is off until somebody calls it with
a policy.
"""

import locale
import os
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from urllib.parse import urlsplit

from stillwatch.client.policy import NONE, OTHER, Policy
from stillwatch.errors import MissingExtra
from stillwatch.marks.manifest import Fact, read_of

Variables = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Environment:
    """What is reported.

    Attributes:
        policy: name of the policy.
        digest: SHA-256 of the policy.
        classes: the class of each fact that was read, in the order of the policy.
    """

    policy: str
    digest: bytes
    classes: tuple[tuple[Fact, str], ...]

    @property
    def context(self) -> bytes:
        """What the fresh part of seals is bound to where the policy says so."""
        return b"\n".join(
            (self.digest, *(f"{fact}={name}".encode() for fact, name in self.classes))
        )


Observe = Callable[[str], Environment]
"""Gives the environment for the URL of a request."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A fact with its value in plain; it is shown to the machine's user and goes nowhere else.

    Attributes:
        fact: which one.
        source: the variable or setting that it was taken from.
        value: what it is; None if it is not set.
        name: the class.
        why: the policy's reason for the class; empty for `other` and `none`.
    """

    fact: Fact
    source: str
    value: str | None
    name: str
    why: str


def environment(policy: Policy, url: str | None = None) -> Environment:
    """Read what a policy asks for, and reduce it to classes.

    Args:
        policy: what to read, and the classes.
        url: where requests go; without it the usual variables for a base URL are read.

    Raises:
        MissingExtra: the policy asks for the time zone and `tzlocal` is not installed.
    """
    seen = look(policy, url)
    return Environment(policy.name, policy.digest, tuple((one.fact, one.name) for one in seen))


def contexts(policy: Policy) -> list[bytes]:
    """Every context that a policy allows, for reading seals; empty if it is not in seals."""
    if not policy.in_seal:
        return []
    choices = product(*(policy.classes(fact) for fact in policy.reads))
    return [
        Environment(
            policy.name, policy.digest, tuple(zip(policy.reads, names, strict=True))
        ).context
        for names in choices
    ]


def look(policy: Policy, url: str | None = None) -> list[Sight]:
    """What `environment` reads, in plain, for disclosure on this machine; arguments as there."""
    return [_sight(policy, fact, *_READERS[fact](os.environ, url)) for fact in policy.reads]


def proxy_for(url: str) -> str | None:
    """The proxy that applies to a URL by the variables and settings of the manifest, as a URL."""
    proxy = _proxy(os.environ, url)[1]
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def _sight(policy: Policy, fact: Fact, source: str, value: str | None) -> Sight:
    if value is None:
        return Sight(fact, source, None, NONE, "")
    entry = policy.entry_for(fact, value)
    return Sight(fact, source, value, entry.name if entry else OTHER, entry.why if entry else "")


def _first(variables: Variables, names: tuple[str, ...]) -> tuple[str, str] | None:
    """The first variable that is set and not empty: its name and value."""
    return next(((name, value) for name in names if (value := variables.get(name))), None)


def _time_zone(variables: Variables, _: str | None) -> tuple[str, str | None]:
    read = read_of("time-zone")
    if found := _first(variables, read.variables):
        # Forms such as ":Europe/Berlin" and ":/usr/share/zoneinfo/Europe/Berlin" are allowed.
        return found[0], found[1].lstrip(":").rpartition("zoneinfo/")[2]
    return read.settings, _system_zone()


def _system_zone() -> str | None:
    try:
        import tzlocal  # noqa: PLC0415  # needed only if a policy asks for the time zone
    except ImportError as error:
        raise MissingExtra(
            "The time zone is read with tzlocal.", "pip install 'stillwatch[client]'"
        ) from error
    try:
        return tzlocal.get_localzone_name()
    except (LookupError, OSError, ValueError):
        return ""  # settings that contradict each other are none of the policy's classes


def _proxied(variables: Variables, url: str | None) -> tuple[str, str | None]:
    source, proxy = _proxy(variables, url or _base_url(variables)[1] or "https://")
    return source, None if proxy is None else _host_of(proxy)


def _proxy(variables: Variables, url: str) -> tuple[str, str | None]:
    """The proxy for a URL: from the variables if any is set, else from the system."""
    read = read_of("proxy")
    scheme, host = _split(url)
    names = _of(read.variables, scheme or "https") + _of(read.variables, "all")
    found = _first(variables, names)
    if found is None:
        return read.settings, _system_proxy(scheme, host)
    bypass = _first(variables, _of(read.variables, "no"))
    if bypass and urllib.request.proxy_bypass_environment(host, {"no": bypass[1]}):  # type: ignore[attr-defined]
        return bypass[0], None
    return found


def _split(url: str) -> tuple[str, str]:
    """Scheme, and host with port; empty where the URL is broken."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.rpartition("@")[2]


def _of(names: tuple[str, ...], kind: str) -> tuple[str, ...]:
    return tuple(name for name in names if name.lower() == f"{kind}_proxy")


def _system_proxy(scheme: str, host: str) -> str | None:
    """What macOS or Windows has in its settings."""
    for platform in ("macosx_sysconf", "registry"):
        proxies: Callable[[], dict[str, str]] | None
        proxies = getattr(urllib.request, f"getproxies_{platform}", None)
        if proxies is not None:
            bypassed = getattr(urllib.request, f"proxy_bypass_{platform}")(host)
            return None if bypassed else proxies().get(scheme)
    return None


def _host(variables: Variables, url: str | None) -> tuple[str, str | None]:
    source, found = (read_of("host").settings, url) if url else _base_url(variables)
    return source, None if found is None else _host_of(found)


def _base_url(variables: Variables) -> tuple[str, str | None]:
    names = read_of("host").variables
    return _first(variables, names) or (" or ".join(names), None)


def _host_of(url: str) -> str:
    """The host of a URL without user, port and path; empty if there is none to be found."""
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        host = None
    return (host or "").rstrip(".")


def _locale(variables: Variables, _: str | None) -> tuple[str, str | None]:
    read = read_of("locale")
    source, value = _first(variables, read.variables) or (read.settings, locale.getlocale()[0])
    if value is None:
        return source, None
    return source, value.partition(".")[0].partition("@")[0].replace("_", "-")


_READERS: dict[Fact, Callable[[Variables, str | None], tuple[str, str | None]]] = {
    "time-zone": _time_zone,
    "proxy": _proxied,
    "host": _host,
    "locale": _locale,
}
