"""Who a relay says is calling: device, account and session ids, and client headers."""

import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from stillwatch_range.model import Account
from stillwatch_range.seeds import draw_for

MASK_US = 15 * 60 * 1_000_000
SPACE = uuid.UUID("6f1d2c84-0b5e-5a37-9c41-7e2d90b35a18")
FINGERPRINT = (
    "user-agent",
    "x-app",
    "x-stainless-lang",
    "x-stainless-package-version",
    "x-stainless-os",
    "x-stainless-arch",
    "x-stainless-runtime",
    "x-stainless-runtime-version",
)


@dataclass(slots=True)
class Persona:
    """What an account pretends to be.

    Attributes:
        device: 64 hexadecimal digits.
        account: the provider's id of the account, a UUID.
        headers: client headers that are stored for it, by lower-case name; empty at first.
        masked: session id that all its customers share for now, and when it was last used.
    """

    device: str
    account: str
    headers: dict[str, str] = field(default_factory=dict)
    masked: tuple[str, int] = ("", 0)

    def mask(self, now_us: int) -> str:
        """The session id of everybody on this account, with a sliding life of 15 minutes."""
        held, last_us = self.masked
        if not held or now_us - last_us > MASK_US:
            held = shaped(f"{self.device}:{now_us}")
        self.masked = held, now_us
        return held


def persona(seed: int, account: Account) -> Persona:
    """A new persona for an account."""
    draw = draw_for(seed, "persona", account.id)
    number = uuid.UUID(int=draw.getrandbits(128), version=4)
    return Persona(f"{draw.getrandbits(256):064x}", str(number))


def shaped(text: str) -> str:
    """A hash shaped as a UUID of version 4, as relays make session ids."""
    return str(uuid.UUID(bytes=sha256(text.encode()).digest()[:16], version=4))


def named(text: str) -> str:
    """A UUID of version 5."""
    return str(uuid.uuid5(SPACE, text))


@dataclass(frozen=True, slots=True)
class UserId:
    """`metadata.user_id` of a coding client, in parts."""

    device: str
    account: str
    session: str
    old: bool = False

    def text(self) -> str:
        """As it stands in a request."""
        if self.old:
            return f"user_{self.device}_account_{self.account}_session_{self.session}"
        return _encode(
            {"device_id": self.device, "account_uuid": self.account, "session_id": self.session}
        ).decode()


_encode = msgspec.json.Encoder().encode


def user_id(body: dict[str, Any]) -> UserId | None:
    """The parts of a request's `metadata.user_id`, None where it is of no coding client."""
    text = (body.get("metadata") or {}).get("user_id")
    if not isinstance(text, str):
        return None
    if text.startswith("{"):
        try:
            parts = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return None
        return UserId(
            str(parts.get("device_id", "")),
            str(parts.get("account_uuid", "")),
            str(parts.get("session_id", "")),
        )
    head, found, session = text.partition("_session_")
    device, _, account = head.removeprefix("user_").partition("_account_")
    return UserId(device, account, session, old=True) if found else None
