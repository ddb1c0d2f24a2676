"""The batch kernel: exchanges in, rows of every table out.

A thread sends its whole history again with every request, so the work is done where something is
new: turns are read once by their key, and a fact or an artefact is written down when a
conversation shows it for the first time. A conversation is named here by its account and its
`root`, the hash of its first user turn; the exact threads are found later, over all rows.
"""

from collections import deque
from collections.abc import Iterable

from stillwatch.exchange import Exchange, Message, Response, Text
from stillwatch.hashing import Hasher
from stillwatch.memo import Memo
from stillwatch.traits import claims as claiming
from stillwatch.traits import declared
from stillwatch.traits.artefacts import ArtefactText, id_shape, issued
from stillwatch.traits.columns import Columns
from stillwatch.traits.exchange_row import Chain, Place, exchange_row
from stillwatch.traits.messages import HashedArtefact, HashedFact, TurnReader, TurnTraits
from stillwatch.traits.model import Claims
from stillwatch.traits.turns import normal_form
from stillwatch.traits.words import Words

PREFIXES_KEPT = 4
SEEN_BUDGET = 400_000


class Kernel:
    """Turns exchanges into rows.

    Args:
        hasher: keyed hashing for everything that is stored.
        columns: where rows are collected.
        keep_text: also write the words of turns and answers into the table `texts`.
    """

    def __init__(self, hasher: Hasher, columns: Columns, *, keep_text: bool = False) -> None:
        self._hasher = hasher
        self._columns = columns
        self._keep_text = keep_text
        self._reader = TurnReader(hasher)
        self._words = Words(hasher)
        self._seen: Memo[int, bool] = Memo(SEEN_BUDGET)
        self._system_facts: Memo[int, tuple[HashedFact, ...]] = Memo(2_000)

    def add(self, exchange: Exchange, place: Place) -> None:
        """Write down everything that one exchange shows."""
        request = exchange.request
        name = f"row {exchange.account}\0{place.given_id or ''}\0{place.stamp}"
        row = self._hasher.of(name)
        turns = [self._reader.turn(message) for message in request.messages]
        root = self._root(request.messages, turns)
        scope = self._words.of("account", exchange.account) ^ root
        claims = claiming.claims(request)
        head = self._history(row, scope, request.messages, turns)
        self._continued(row, request.previous_response)
        self._declared(row, scope, exchange, claims)
        chain = Chain(root, head, self._answer(row, head, exchange.response))
        self._columns["exchanges"].append(
            exchange_row(row, place, exchange, turns, chain, claims, self._words)
        )

    def _root(self, messages: tuple[Message, ...], turns: list[TurnTraits]) -> int:
        for message, turn in zip(messages, turns, strict=True):
            if message.role == "user" and turn.link is not None:
                return self._hasher.chain(0, turn.link)
        return 0

    def _history(
        self, row: int, scope: int, messages: tuple[Message, ...], turns: list[TurnTraits]
    ) -> int:
        """Walk the hash chain, write down what is new in this conversation; the chain's end."""
        chain, chars = 0, 0
        recent: deque[tuple[int, int, int, int]] = deque(maxlen=PREFIXES_KEPT)
        extend = self._hasher.chain
        for position, (message, turn) in enumerate(zip(messages, turns, strict=True)):
            if self._first(scope ^ message.key):
                self._new_turn(row, position, message, turn, opening=not chain)
            if turn.link is None:
                continue
            before, chain = chain, extend(chain, turn.link)
            if message.role == "assistant":
                chars += turn.chars
                recent.append((row, before, chain, chars))
        self._columns["prefixes"].extend(recent)
        return chain

    def _new_turn(
        self, row: int, position: int, message: Message, turn: TurnTraits, *, opening: bool
    ) -> None:
        self._present(row, turn.presented)
        self._facts(row, turn.facts)
        if opening and message.role == "user":
            self._present(row, self._reader.opening(message))
        if self._keep_text:
            self._text(row, position, message)

    def _continued(self, row: int, previous_response: str | None) -> None:
        if previous_response:
            found = [ArtefactText("message", previous_response, id_shape(previous_response))]
            self._present(row, self._reader.artefacts(found))

    def _declared(self, row: int, scope: int, exchange: Exchange, claims: Claims) -> None:
        """Facts and checks that headers and system text give, once a conversation."""
        request = exchange.request
        if request.system and self._first(scope ^ request.system_key):
            self._facts(row, self._facts_of_system(request.system, request.system_key))
        labels = (("session", claims.session), ("device", claims.device), ("os", claims.os))
        for kind, value in labels:
            if value and self._first(scope ^ self._words.of("claimed " + kind, value)):
                label = value if kind == "os" else None
                self._facts(row, [(kind, "declared", self._words.of(kind, value), label)])
        for check in claiming.checks(exchange):
            name = f"{check.check} {check.held} {check.detail}"
            if self._first(scope ^ self._words.of("check", name)):
                self._columns["checks"].append((row, check.check, check.held, check.detail))

    def _answer(self, row: int, head: int, response: Response | None) -> int | None:
        """Write down what the response issued; the chain's value with the answer."""
        if response is None:
            return None
        found: list[ArtefactText] = []
        if response.id:
            found.append(ArtefactText("message", response.id, id_shape(response.id)))
        answer = response.message
        if answer is not None:
            found.extend(issued(answer))
            if self._keep_text:
                self._text(row, -1, answer)
        hashed = self._reader.artefacts(found)
        self._columns["issued"].extend((row, kind, value) for kind, value, _ in hashed)
        link = self._reader.link(normal_form(answer)) if answer is not None else None
        return None if link is None else self._hasher.chain(head, link)

    def _first(self, key: int) -> bool:
        if self._seen.get(key):
            return False
        self._seen.put(key, value=True)
        return True

    def _present(self, row: int, artefacts: Iterable[HashedArtefact]) -> None:
        self._columns["presented"].extend((row, *artefact) for artefact in artefacts)

    def _facts(self, row: int, facts: Iterable[HashedFact]) -> None:
        self._columns["facts"].extend((row, *fact) for fact in facts)

    def _text(self, row: int, position: int, message: Message) -> None:
        text = "\n".join(part.text for part in message.parts if isinstance(part, Text))
        if text:
            self._columns["texts"].append((row, position, message.role, text))

    def _facts_of_system(self, texts: tuple[str, ...], key: int) -> tuple[HashedFact, ...]:
        known = self._system_facts.get(key)
        if known is None:
            known = self._reader.facts(declared.system_facts(texts))
            self._system_facts.put(key, known)
        return known
