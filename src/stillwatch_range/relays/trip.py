"""One request on its way through a relay: what the relay knows while it rewrites it."""

from dataclasses import dataclass, field
from hashlib import blake2b

from stillwatch_range.model import Account, Ask
from stillwatch_range.relays.identity import Persona, UserId, user_id
from stillwatch_range.relays.items import first_words
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.memory import Memory
from stillwatch_range.relays.style import values


@dataclass(slots=True)
class Trip:
    """A request, the account that will carry it, and what is remembered of both.

    Attributes:
        ask: as the caller sent it, on the wire that it will be forwarded on.
        came_as: as the caller sent it.
        customer: whose key it came with.
        account: the account.
        persona: what the account pretends to be.
        memory: of the conversation.
        switches: how the relay is set.
        seed: the relay's seed.
        exit_: address that the provider will see, and its network.
        detail: how long the vendors' fixed texts are.
        headers: the caller's, by lower-case name.
        user: the caller's `metadata.user_id`, in parts.
        given: session id that the caller gives, empty for none.
        session: session id that the provider gets.
    """

    ask: Ask
    came_as: Ask
    customer: str
    account: Account
    persona: Persona
    memory: Memory
    switches: Switches
    seed: int
    exit_: tuple[str, int]
    detail: str
    headers: dict[str, str] = field(init=False)
    user: UserId | None = field(init=False)
    given: str = field(init=False)
    session: str = ""

    def __post_init__(self) -> None:
        self.headers = values(self.came_as.headers)
        self.user = user_id(self.came_as.body) if self.came_as.wire == "messages" else None
        self.given = session_of(self.came_as, self.headers, self.user)

    @property
    def coder(self) -> bool:
        """Whether the caller looks like the coding client that the relay imitates."""
        return self.headers.get("user-agent", "").startswith("claude-cli/")

    @property
    def words(self) -> str:
        """Whose wording is used for what is put in; empty for the wording that ships."""
        return self.account.id if self.switches.wording == "account" else ""


def session_of(ask: Ask, headers: dict[str, str], user: UserId | None) -> str:
    """The session id that a caller gives, from where relays look for one; empty for none."""
    if user is not None and user.session:
        return user.session
    for name in ("x-claude-code-session-id", "session-id", "session_id", "x-session-id"):
        if headers.get(name):
            return headers[name]
    key = ask.body.get("prompt_cache_key")
    return key if isinstance(key, str) else ""


def conversation_of(ask: Ask) -> str:
    """What tells a conversation for a relay: the session that the caller gives, else how it opens.

    So two callers with the same opening and no session are one conversation to a relay that does
    not put their names to it.
    """
    user = user_id(ask.body) if ask.wire == "messages" else None
    given = session_of(ask, values(ask.headers), user)
    if given:
        return given
    opening = next((item for item in ask.items if b'"role":"user"' in bytes(item)), None)
    words = first_words([opening]) if opening is not None else ""
    return blake2b(words.encode(), digest_size=12).hexdigest()
