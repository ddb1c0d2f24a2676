"""The provider's side of signatures: whose install signed a request, and what it declares.

A signature that does not hold says little: old clients have none, and proxies change requests. It
is one of two channels; the seal in the text is the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import HMAC_SHA256

from stillwatch.client.declared import parsed
from stillwatch.client.environment import Environment
from stillwatch.client.replay import Nonces
from stillwatch.client.sealing import RawHeaders
from stillwatch.client.signing import ALWAYS, IF_THERE, LABEL, TAG, Message, signing_key
from stillwatch.errors import InputError
from stillwatch.marks.manifest import (
    ENVIRONMENT,
    HEADERS,
    SIGNATURE,
    SIGNATURE_INPUT,
    SIGNATURE_SKEW_S,
    SIGNATURE_WINDOW_S,
)
from stillwatch.marks.secrets import MarkKeys

MOST_HEADER_CHARS = 8192

Standing = Literal["signed", "unsigned", "broken", "too-old", "too-new", "replayed", "unknown-key"]


@dataclass(frozen=True, slots=True)
class Check:
    """What a request's signature says.

    Attributes:
        standing: `signed`: it holds and is new; else why it says nothing.
        install: the install that signed; None unless `signed`.
        epoch: the epoch of its key.
        environment: what the install declares, if it does; only from a signature that holds.
    """

    standing: Standing
    install: str | None = None
    epoch: int | None = None
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in.

    Attributes:
        method: in upper case.
        url: as the client wrote it: scheme, host and path before any rewriting.
        headers: in order.
        body: as received, before any decoding.
    """

    method: str
    url: str
    headers: RawHeaders
    body: bytes = field(repr=False)


class Checker:
    """Checks signatures; keep one, for it remembers what it has seen.

    Args:
        keys: the marks keys.
        knows: whether an install is enrolled and not revoked.
        clock: seconds since 1970.
        nonces: memory of what was seen.
    """

    def __init__(
        self,
        keys: MarkKeys,
        knows: Callable[[str], bool],
        clock: Callable[[], float],
        nonces: Nonces | None = None,
    ) -> None:
        self._keys = keys
        self._knows = knows
        self._clock = clock
        self._nonces = nonces or Nonces(SIGNATURE_WINDOW_S + SIGNATURE_SKEW_S)

    def check(self, request: Received) -> Check:
        """Check a request; whatever its headers hold, this does not raise."""
        headers = _joined(request.headers)
        if SIGNATURE.name not in headers and SIGNATURE_INPUT.name not in headers:
            return Check("unsigned")
        if sum(len(headers.get(header.name, "")) for header in HEADERS) > MOST_HEADER_CHARS:
            return Check("broken")
        message = Message(request.method, request.url, headers)
        resolver = _Resolver(self._keys, self._knows, self._clock())
        verifier = _Verifier(signature_algorithm=HMAC_SHA256, key_resolver=resolver)
        required = [*ALWAYS, *(name for name in IF_THERE if name in headers)]
        try:
            verified = verifier.verify(
                message,
                expect_tag=TAG,
                expect_label=LABEL,
                require_components=required,
                body=request.body,
            )
            environment = parsed(headers[ENVIRONMENT.name]) if ENVIRONMENT.name in headers else None
        except (HTTPMessageSignaturesException, InputError, ValueError, TypeError, RecursionError):
            return Check("unknown-key" if resolver.failed else "broken")
        return self._new(verified[0].parameters, environment)

    def _new(self, parameters: dict[str, Any], environment: Environment | None) -> Check:
        """A signature that holds, unless it is out of its time or was seen before."""
        now_s, made_s = self._clock(), parameters["created"]
        if made_s > now_s + SIGNATURE_SKEW_S:
            return Check("too-new")
        if made_s < now_s - SIGNATURE_WINDOW_S:
            return Check("too-old")
        install, epoch, _ = parameters["keyid"].split("/")
        nonce = f"{install}/{parameters.get('nonce')}".encode()
        if not self._nonces.first_use(nonce, made_s, now_s):
            return Check("replayed")
        return Check("signed", install, int(epoch), environment)


class _Verifier(HTTPMessageVerifier):
    """Leaves the times to us, for we have a clock that is given."""

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        del max_age
        if type(sig_input.params.get("created")) is not int or "expires" in sig_input.params:
            raise HTTPMessageSignaturesException("created is missing, or expires is there")
        if not sig_input.params.get("nonce"):
            raise HTTPMessageSignaturesException("nonce is missing")


class _Resolver(HTTPSignatureKeyResolver):
    """Derives the key that a signature names."""

    def __init__(self, keys: MarkKeys, knows: Callable[[str], bool], now_s: float) -> None:
        self._keys = keys
        self._knows = knows
        self._now_s = now_s
        self.failed = False

    def resolve_public_key(self, key_id: str) -> bytes | None:
        key = self._key(key_id)
        self.failed = key is None
        return key

    def _key(self, key_id: str) -> bytes | None:
        install, _, rest = key_id.partition("/")
        number, _, name = rest.partition("/")
        if not self._knows(install) or not number.isascii() or not number.isdigit():
            return None
        for key in self._keys.reading(self._now_s):
            # The next epoch, for clocks that are a little fast; the last, for late renewals.
            if key.id == name and abs(key.epoch(self._now_s) - int(number[:9])) <= 1:
                return signing_key(key.install_key(install, int(number[:9])))
        return None


def _joined(headers: RawHeaders) -> dict[str, str]:
    """Header lines by name, those of one name joined as RFC 9110 does."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1").strip()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
