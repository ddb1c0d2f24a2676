"""What kind of network an address is in, by the operator's own list.

A list is text, one network a line and its kind behind it; `#` begins a remark:

    203.0.113.0/24   hosting
    2001:db8::/32    vpn       # a service for companies

Of networks that hold an address the smallest counts. A kind is a written choice of the operator's,
and says nothing about a person: many honest calls come from data centres and through tunnels.
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from stillwatch.errors import SettingsError
from stillwatch.memo import Memo

MOST_KIND = 32
"""Characters of a kind."""
_HINT = "Every line is a network and its kind, such as `203.0.113.0/24 hosting`."
_REMEMBERED = 1 << 16

Network = IPv4Network | IPv6Network


class Networks:
    """Kinds of networks.

    Args:
        kinds: of networks.
    """

    def __init__(self, kinds: Mapping[Network, str]) -> None:
        # By version and length of prefix, longest first: one look-up for each length that occurs.
        by_length: dict[tuple[int, int], dict[int, str]] = {}
        for network, kind in kinds.items():
            place = by_length.setdefault((network.version, network.prefixlen), {})
            place[int(network.network_address)] = kind
        self._by_length = sorted(by_length.items(), key=lambda one: -one[0][1])
        self._seen: Memo[str, str] = Memo(_REMEMBERED)

    def kind(self, address: str | None) -> str:
        """The kind of network that an address is in; empty where no line holds it."""
        if not address:
            return ""
        known = self._seen.get(address)
        return self._seen.put(address, self._kind(address)) if known is None else known

    def _kind(self, text: str) -> str:
        try:
            address = ip_address(text)
        except ValueError:
            return ""
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        number = int(address)
        for (version, length), networks in self._by_length:
            if version == address.version:
                left = address.max_prefixlen - length
                kind = networks.get(number >> left << left)
                if kind is not None:
                    return kind
        return ""


def read_networks(file: Path) -> Networks:
    """Read a list.

    Raises:
        SettingsError: it cannot be read, or a line is no network with a kind; names the line.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file.name} cannot be read: {error}.", _HINT) from error
    return Networks(dict(_read(lines, file.name)))


def _read(lines: Iterable[str], name: str) -> Iterable[tuple[Network, str]]:
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            network, kind = words
            yield ip_network(network, strict=False), _short(kind)
        except ValueError as error:
            raise SettingsError(f"{name}, line {number} is no network.", _HINT) from error


def _short(kind: str) -> str:
    if len(kind) > MOST_KIND:
        raise ValueError(kind)
    return kind
