"""Signing requests with an install's key (RFC 9421), over the body's digest (RFC 9530).

The signature shows a provider that a request comes from an enrolled install, and from nobody in
between: a relay that sends requests of its own has no key. It is the counterpart of the seal, which
lasts through a relay; where both are there and disagree, that says something.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hmac import digest

from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import HMAC_SHA256

from stillwatch.client.declared import written
from stillwatch.client.environment import Observe
from stillwatch.client.sealing import Draft, Key
from stillwatch.marks.manifest import DIGEST, ENVIRONMENT, SIGNATURE, SIGNATURE_INPUT

LABEL = "stillwatch"
TAG = "stillwatch-client"
NONCE_BYTES = 16
ALWAYS = ("@method", "@authority", "@path", "@query", DIGEST.name)
IF_THERE = ("content-type", ENVIRONMENT.name)
"""Headers that are signed where the request has them; a request that has one must have it signed."""


@dataclass
class Message:
    """A request as the signature library wants it.

    Attributes:
        method: in upper case.
        url: absolute.
        headers: names in lower case.
    """

    method: str
    url: str
    headers: dict[str, str]


def signing_key(install_key: bytes) -> bytes:
    """The key of an install for signatures; another than the one that makes its seals."""
    return digest(install_key, b"stillwatch/signature/1", "sha256")


def key_name(install: str, epoch: int, key_id: str) -> str:
    """The `keyid` of a signature."""
    return f"{install}/{epoch}/{key_id}"


@dataclass(frozen=True, slots=True)
class Signed:
    """Declares and signs requests.

    Attributes:
        observe: the environment check; None if there is no policy.
    """

    observe: Observe | None = None

    def put(self, draft: Draft, key: Key, at_s: float) -> Draft:
        """A request with the header of the environment and a signature."""
        added: dict[str, str] = {}
        if self.observe is not None:
            added[ENVIRONMENT.name] = written(self.observe(draft.url))
        added |= _signature(draft, added, key, at_s)
        lines = [(name.encode(), value.encode()) for name, value in added.items()]
        return replace(draft, headers=[*draft.headers, *lines])


def _signature(draft: Draft, added: dict[str, str], key: Key, at_s: float) -> dict[str, str]:
    present = {name.decode("ascii").lower(): value for name, value in draft.headers}
    kept = {name: present[name].decode("ascii") for name in IF_THERE if name in present} | added
    message = Message(draft.method, draft.url, kept)
    name = key_name(key.install, key.epoch, key.key_id)
    resolver = MappingKeyResolver(public_keys={}, private_keys={name: signing_key(key.secret)})
    HTTPMessageSigner(signature_algorithm=HMAC_SHA256, key_resolver=resolver).sign(
        message,
        key_id=name,
        created=datetime.fromtimestamp(int(at_s), UTC),
        nonce=secrets.token_urlsafe(NONCE_BYTES),
        label=LABEL,
        tag=TAG,
        covered_component_ids=[*ALWAYS, *(part for part in IF_THERE if part in kept)],
        body=draft.body,
    )
    signed = {part.lower(): value for part, value in message.headers.items()}
    return {part: signed[part] for part in (DIGEST.name, SIGNATURE_INPUT.name, SIGNATURE.name)}
