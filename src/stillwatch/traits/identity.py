"""Who a request says it comes from: user agent, SDK headers, session and device ids."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from stillwatch.exchange import Request
from stillwatch.traits.packs import clients_by_agent

_SESSION_HEADERS = ("x-claude-code-session-id", "session-id", "session_id", "x-session-id")
_SDKS = frozenset({"anthropic", "openai", "asyncanthropic", "asyncopenai", "azureopenai"})
_SYSTEMS = (
    ("linux", ("linux", "debian", "ubuntu", "fedora", "arch ", "alpine", "red hat")),
    ("macos", ("mac", "darwin")),
    ("windows", ("windows", "win32")),
)
_LABELS = {"linux": "linux", "macos": "macos", "windows": "windows"}
_ARCHITECTURES = {
    "x64": "x64",
    "x86_64": "x64",
    "amd64": "x64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "x32": "x32",
    "arm": "arm",
}
_VERSION_CHARS = 24
_VERSION_LETTERS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-+")


class Said(Struct, frozen=True):
    """What headers and metadata say.

    Attributes:
        headers: values by lower-case name; the last one counts.
        agent: first word of the user agent in lower case, without version; empty if none.
        client: the label of that software, `other` if unknown, None without a user agent.
        user_form: `json` or `old` for the two forms of a coding client's user id, else None.
    """

    headers: Mapping[str, str]
    agent: str
    client: str | None
    version: str | None
    os: str | None
    arch: str | None
    header_session: str | None
    cache_key: str | None
    user_form: str | None = None
    device: str | None = None
    account: str | None = None
    user_session: str | None = None


class _UserId(Struct):
    device_id: str | None = None
    account_uuid: str | None = None
    session_id: str | None = None


class _TurnMetadata(Struct):
    installation_id: str | None = None


_user_id = msgspec.json.Decoder(_UserId)
_turn_metadata = msgspec.json.Decoder(_TurnMetadata)


def read_said(request: Request) -> Said:
    """Read headers and metadata; what cannot be read is None."""
    headers = {name.lower(): value for name, value in request.headers}
    whole_agent = headers.get("user-agent", "")
    agent, version = agent_of(whole_agent)
    known = clients_by_agent().get(agent)
    form, user = _user(request.user)
    return Said(
        headers=headers,
        agent=agent,
        client=known.id if known else ("other" if agent else None),
        version=version,
        os=_os(headers.get("x-stainless-os") or whole_agent.partition("(")[2]),
        arch=_arch(headers, whole_agent),
        header_session=_session(headers),
        cache_key=next((v for name, v in request.params if name == "prompt_cache_key"), None),
        user_form=form,
        device=user.device_id or _installation(headers.get("x-codex-turn-metadata")),
        account=user.account_uuid,
        user_session=user.session_id,
    )


def _session(headers: Mapping[str, str]) -> str | None:
    for name in _SESSION_HEADERS:
        if session := headers.get(name):
            return session
    return None


def agent_of(whole: str) -> tuple[str, str | None]:
    """The first word of a user agent in lower case, and the version it names, if it is one."""
    words = whole.split(" ", 2)
    name, _, version = words[0].partition("/")
    agent = name.lower()
    if agent in _SDKS and len(words) > 1:
        version = words[1]
    version = version.partition("/")[0]
    sound = len(version) <= _VERSION_CHARS and version[:1].isdecimal()
    return agent, version if sound and _VERSION_LETTERS.issuperset(version) else None


def _os(words: str) -> str | None:
    if not words:
        return None
    lowered = words.lower()
    if known := _LABELS.get(lowered):
        return known
    for label, marks in _SYSTEMS:
        if any(mark in lowered for mark in marks):
            return label
    return "other" if lowered.startswith(("freebsd", "openbsd", "android", "ios")) else None


def _arch(headers: Mapping[str, str], whole_agent: str) -> str | None:
    named = headers.get("x-stainless-arch")
    if named:
        return _ARCHITECTURES.get(named.lower(), "other")
    words = whole_agent.partition("(")[2].partition(")")[0].split(";")
    return next(
        (_ARCHITECTURES[w] for word in words if (w := word.strip()) in _ARCHITECTURES), None
    )


def _user(text: str | None) -> tuple[str | None, _UserId]:
    """A coding client's user id in either of its forms; anything else is nobody's business."""
    if not text:
        return None, _UserId()
    if text[0] == "{":
        try:
            user = _user_id.decode(text)
        except (msgspec.DecodeError, UnicodeError):
            return None, _UserId()
        return ("json" if user.device_id else None), user
    if text.startswith("user_") and "_session_" in text:
        device, _, rest = text[5:].partition("_account_")
        account, _, session = rest.partition("_session_")
        return "old", _UserId(device, account.strip("_"), session)
    return None, _UserId()


def _installation(metadata: str | None) -> str | None:
    if not metadata:
        return None
    try:
        return _turn_metadata.decode(metadata).installation_id
    except (msgspec.DecodeError, UnicodeError):
        return None
