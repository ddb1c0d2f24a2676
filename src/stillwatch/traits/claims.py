"""What a request claims about its client, and whether the claims agree with one another.

A relay copies the outside of a client and rarely all of it. Every question here held for each
recorded request of the genuine client and breaks for relays that were read or recorded; which ones
are asked for which client and version stands in `packs/clients.toml`. A client or version that is
not in there is not asked anything.

Answers are stored under the group of the question: `claims` (header against header and metadata),
`session` (shape of its id), `body` (the claim against what the request asks for), `transport` (what
honest proxies change too), `relocation` (see `traits.relocation`) and `relay-build:<id>`. A group
that applies and holds gives one row; each question that does not hold gives one, its name in
`detail`.
"""

from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from stillwatch.exchange import Exchange, Request, ToolCall, Wire
from stillwatch.traits.identity import Said, read_said
from stillwatch.traits.library import library_of
from stillwatch.traits.model import Check, Claims
from stillwatch.traits.packs import Client, clients_by_agent, version_key
from stillwatch.traits.relay_traces import traces
from stillwatch.traits.relocation import relocation

_OS_SPELLINGS = frozenset({"Linux", "MacOS", "Windows", "FreeBSD", "OpenBSD", "Android", "iOS"})
_SDK_HEADERS = frozenset(
    f"x-stainless-{name}"
    for name in ("lang", "package-version", "os", "arch", "runtime", "runtime-version")
)
# Parameters of the plain API that the recorded clients never send.
_SDK_PARAMETERS = frozenset(
    {"top_p", "top_k", "presence_penalty", "frequency_penalty", "seed", "n", "logprobs"}
)
_OWN_SHARE = 0.5
_OWN_TOOLS = 5
_LONG_TALK = 4
_DEVICE_CHARS = 64
_HEX = frozenset("0123456789abcdef")


def claims(request: Request) -> Claims:
    """What the headers and metadata say, in words of closed lists; ids as they stand."""
    said = read_said(request)
    return Claims(
        client=said.client,
        version=said.version,
        os=said.os,
        arch=said.arch,
        session=said.header_session or said.user_session or said.cache_key,
        device=said.device,
        library=library_of(request),
    )


def checks(exchange: Exchange) -> tuple[Check, ...]:
    """The questions that apply to this exchange, and whether the claims held."""
    request = exchange.request
    said = read_said(request)
    pack = clients_by_agent().get(said.agent)
    if pack is None or not pack.checks:
        return ()
    found = traces(said, pack, request)
    if plan := _plan(said.agent, said.version):
        case = _Case(said, pack, request, exchange.wire)
        for group, questions in plan:
            found.extend(_answers(group, questions, case))
        moved = relocation(request, pack)
        if moved:
            found.append(moved)
    return tuple(found)


class _Case(Struct, frozen=True):
    """What the questions look at."""

    said: Said
    pack: Client
    request: Request
    wire: Wire


_Question = Callable[[_Case], bool | None]
_Plan = tuple[tuple[str, tuple[tuple[str, _Question], ...]], ...]


@lru_cache(maxsize=1024)
def _plan(agent: str, version: str | None) -> _Plan:
    """The questions for a version of a client, by group; empty where nothing is known of it."""
    pack = clients_by_agent()[agent]
    if version is None or not pack.covers(version):
        return ()
    names: dict[str, list[str]] = {}
    for entry in pack.checks:
        if version_key(entry.since) <= version_key(version):
            names.setdefault(entry.group, []).extend(entry.ask)
    return tuple(
        (group, tuple((name, _QUESTIONS[name]) for name in asked)) for group, asked in names.items()
    )


def _answers(group: str, questions: tuple[tuple[str, _Question], ...], case: _Case) -> list[Check]:
    """One broken check for each question that fails, one that held if none does and any applies."""
    answers = [(name, ask(case)) for name, ask in questions]
    broken = [Check(group, held=False, detail=name) for name, held in answers if held is False]
    if broken or all(held is None for _, held in answers):
        return broken
    return [Check(group, held=True)]


def uuid_version(text: str) -> int:
    """The version of a UUID in its usual spelling; 0 if it is none."""
    marks = text[8:9] + text[13:14] + text[18:19] + text[23:24]
    if len(text) != 36 or marks != "----" or text[19] not in "89abAB":
        return 0
    return int(text[14]) if text[14].isdecimal() else 0


def _version_agrees(case: _Case) -> bool | None:
    """The version is the same in the user agent and wherever else the client writes it."""
    version = case.said.version
    for text in case.request.system[:3]:
        if text.startswith("x-anthropic-billing-header:"):
            written = text.partition("cc_version=")[2].partition(";")[0]
            return written.rpartition(".")[0] == version
    agent = case.said.headers["user-agent"]
    if "; " in agent and agent.endswith(")"):
        ending = agent.rpartition("(")[2].removesuffix(")")
        product, _, written = ending.partition("; ")
        return written == version if product.lower() == case.said.agent else None
    return None


def _originator_agrees(case: _Case) -> bool | None:
    originator = case.said.headers.get("originator")
    return None if originator is None else originator.lower() == case.said.agent


def _session_agrees(case: _Case) -> bool | None:
    said = case.said
    if said.header_session is None or said.user_session is None:
        return None
    return said.header_session == said.user_session


def _session_shape(case: _Case) -> bool | None:
    session = case.said.header_session or case.said.user_session
    return None if session is None else uuid_version(session) == case.pack.session_version


def _device_shape(case: _Case) -> bool | None:
    device = case.said.device
    if device is None:
        return None
    return len(device) == _DEVICE_CHARS and _HEX.issuperset(device)


def _account_shape(case: _Case) -> bool | None:
    """Accounts are named by random UUIDs or not at all; version 5 is derived by someone else."""
    account = case.said.account
    return uuid_version(account) not in (0, 5) if account else None


def _sdk_complete(case: _Case) -> bool:
    return case.said.headers.keys() >= _SDK_HEADERS


def _sdk_is_js(case: _Case) -> bool | None:
    language = case.said.headers.get("x-stainless-lang")
    return None if language is None else language == "js"


def _os_spelling(case: _Case) -> bool | None:
    name = case.said.headers.get("x-stainless-os")
    return None if name is None else name in _OS_SPELLINGS or name.startswith("Other:")


def _user_form(case: _Case) -> bool | None:
    return None if case.said.user_form is None else case.said.user_form == "json"


def _beta_query(case: _Case) -> bool:
    return "beta=true" in case.request.path


def _beta_header(case: _Case) -> bool | None:
    if not case.request.tools:
        return None
    return "claude-code-" in case.said.headers.get("anthropic-beta", "")


def _user_id(case: _Case) -> bool:
    return case.request.user is not None


def _compact_json(case: _Case) -> bool | None:
    style = case.request.style
    return None if style is None else not (style.spaced or style.ascii_escapes)


def _own_wire(case: _Case) -> bool | None:
    return None if case.wire == "unknown" else case.wire == case.pack.wire


def _own_words(case: _Case) -> bool | None:
    if case.wire != case.pack.wire:
        return None
    return any(word in text for text in case.request.system[:3] for word in case.pack.identity)


def _own_tools(case: _Case) -> bool | None:
    """Half of the tools or a handful are the client's; its user may lend it any number of others."""
    names = {tool.name for tool in case.request.tools}
    own = len(names & case.pack.tools)
    if own >= _OWN_TOOLS or own >= _OWN_SHARE * len(names):
        return True if names else None
    lent = sum(name.startswith("mcp__") for name in names)
    return None if lent == len(names) else own >= _OWN_SHARE * (len(names) - lent)


def _has_tools(case: _Case) -> bool | None:
    """Short talks without tools are titles and the like; so is a summary of a talk that had tools.

    A long talk in which none was ever offered or called is not the client's.
    """
    messages = case.request.messages
    if case.request.tools:
        return True
    called = any(isinstance(part, ToolCall) for turn in messages for part in turn.parts)
    return None if called or len(messages) < _LONG_TALK else False


def _no_sdk_parameters(case: _Case) -> bool:
    return _SDK_PARAMETERS.isdisjoint([name for name, _ in case.request.params])


_QUESTIONS: dict[str, _Question] = {
    "version-differs": _version_agrees,
    "originator-differs": _originator_agrees,
    "session-differs": _session_agrees,
    "session-shape": _session_shape,
    "device-shape": _device_shape,
    "account-shape": _account_shape,
    "sdk-headers-partial": _sdk_complete,
    "sdk-not-js": _sdk_is_js,
    "os-spelling": _os_spelling,
    "old-user-id-form": _user_form,
    "no-beta-query": _beta_query,
    "no-beta-header": _beta_header,
    "no-user-id": _user_id,
    "python-json": _compact_json,
    "other-wire": _own_wire,
    "no-identity": _own_words,
    "foreign-tools": _own_tools,
    "no-tools": _has_tools,
    "sdk-parameters": _no_sdk_parameters,
}
