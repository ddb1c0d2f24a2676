"""Addresses that belong to nobody, and networks with private numbers.

IPv4 comes from 100.64.0.0/10 (RFC 6598) and 198.18.0.0/15 (RFC 2544), IPv6 from 2001:db8::/32
(RFC 3849); numbers of networks from the private range of RFC 6996. Every network owns a slice of
that space, so that address and network agree.
"""

import random
from typing import Literal

Kind = Literal["home", "mobile", "office", "hosting"]
FIRST_ASN = 64512
NETWORKS = 1000
WEIGHTS = {"home": 0.55, "office": 0.2, "mobile": 0.1, "hosting": 0.15}
SPAN = {"home": (0, 450), "mobile": (450, 550), "office": (550, 800), "hosting": (800, 1000)}
BIG_SHARE = 0.5
BIG_NETWORKS = 24
IPV6_SHARE = 0.12


def address(draw: random.Random, kind: Kind | Literal["any"] = "any") -> tuple[str, int]:
    """An address and the number of its network.

    Args:
        draw: chance.
        kind: what kind of network; `any` draws one as people and programs have them.
    """
    if kind == "any":
        kind = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]  # type: ignore[assignment]
    first, end = SPAN[kind]
    width = end - first
    big = draw.random() < BIG_SHARE
    network = first + int(draw.random() * (min(BIG_NETWORKS, width) if big else width))
    asn = FIRST_ASN + network
    if draw.random() < IPV6_SHARE:
        tail = ":".join(f"{draw.getrandbits(16):x}" for _ in range(5))
        return f"2001:db8:{network:x}:{tail}", asn
    # 4,000 addresses of 100.64.0.0/10 for each network, and every tenth host in 198.18.0.0/15.
    if draw.random() < 0.1:
        host = network * 131 + int(draw.random() * 131)
        return f"198.{18 + (host >> 16)}.{host >> 8 & 255}.{host & 255}", asn
    host = network * 4_000 + int(draw.random() * 4_000)
    return f"100.{64 + (host >> 16)}.{host >> 8 & 255}.{host & 255}", asn
