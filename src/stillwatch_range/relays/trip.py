"""One request on its way through a relay: what the relay knows while it rewrites it."""

from dataclasses import dataclass
from hashlib import blake2b

from stillwatch_range.model import Account, Ask
from stillwatch_range.relays.identity import Persona, UserId, user_id
from stillwatch_range.relays.items import first_words
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.memory import Memory
from stillwatch_range.relays.style import values

SESSION_HEADERS = ("x-claude-code-session-id", "session-id", "session_id", "x-session-id")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as far as a relay reads it off a request.

    Attributes:
        customer: whose key it came with.
        ask: the request as it came.
        headers: by lower-case name.
        user: `metadata.user_id` in parts; None where it is of no coding client.
        given: session id that the caller gives; empty for none.
        conversation: what tells the conversation: the session, else how it opens. So two callers
            with one opening and no session are one conversation.
    """

    customer: str
    ask: Ask
    headers: dict[str, str]
    user: UserId | None
    given: str
    conversation: str

    @classmethod
    def of(cls, customer: str, ask: Ask) -> "Caller":
        """Read a request."""
        headers = values(ask.headers)
        user = user_id(ask.body) if ask.wire == "messages" else None
        given = _given(ask, headers, user)
        return cls(customer, ask, headers, user, given, given or _opening(ask))

    @property
    def coder(self) -> bool:
        """Whether the caller looks like the coding client that relays imitate."""
        return self.headers.get("user-agent", "").startswith("claude-cli/")


@dataclass(slots=True)
class Trip:
    """A request, the account that will carry it, and what is remembered of both.

    Attributes:
        caller: who asks.
        ask: the request on the wire that it will be forwarded on.
        at_us: when it is forwarded.
        account: the account.
        persona: what the account pretends to be.
        memory: of the conversation.
        switches: how the relay is set.
        seed: the relay's seed.
        exit_: address that the provider will see, and its network.
        detail: how long the vendors' fixed texts are.
        session: session id that the provider gets.
    """

    caller: Caller
    ask: Ask
    at_us: int
    account: Account
    persona: Persona
    memory: Memory
    switches: Switches
    seed: int
    exit_: tuple[str, int]
    detail: str
    session: str = ""

    @property
    def words(self) -> str:
        """Whose wording is used for what is put in; empty for the wording that ships."""
        return self.account.id if self.switches.wording == "account" else ""


def _given(ask: Ask, headers: dict[str, str], user: UserId | None) -> str:
    if user is not None and user.session:
        return user.session
    for name in SESSION_HEADERS:
        if headers.get(name):
            return headers[name]
    key = ask.body.get("prompt_cache_key")
    return key if isinstance(key, str) else ""


def _opening(ask: Ask) -> str:
    opening = next((item for item in ask.items if b'"role":"user"' in bytes(item)), None)
    words = first_words([opening]) if opening is not None else ""
    return blake2b(words.encode(), digest_size=12).hexdigest()
