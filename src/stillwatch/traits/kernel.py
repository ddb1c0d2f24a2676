"""The batch kernel: exchanges in, rows of every table out.

A thread sends its whole history again with every request, so the work is done where something is
new: turns are read once by their key, and a fact or an artefact is written down when a
conversation shows it for the first time. A conversation is named here by its account and its
`root`, the hash of its first user turn; the exact threads are found later, over all rows.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from stillwatch.exchange import Exchange, Message, Request, Response, Text
from stillwatch.hashing import Hasher
from stillwatch.memo import Memo
from stillwatch.traits import claims as claiming
from stillwatch.traits import declared
from stillwatch.traits.artefacts import ArtefactText, is_artefact, issued
from stillwatch.traits.blocks import Blocks
from stillwatch.traits.columns import Columns
from stillwatch.traits.embedder import Embedder
from stillwatch.traits.exchange_row import Place, exchange_row
from stillwatch.traits.messages import HashedArtefact, HashedFact, TurnReader
from stillwatch.traits.model import Claims
from stillwatch.traits.turns import normal_form, words_of
from stillwatch.traits.walk import New, Walker
from stillwatch.traits.words import Words

SEEN_BUDGET = 40_000
UNDER_WAY = 4
"""Turns from which a conversation is judged as a whole (see `claims`)."""


class Added(NamedTuple):
    """What the kernel made of an exchange, for whoever reads more from it.

    Attributes:
        row: the keyed hash that names the exchange.
        scope: a number for its account and opening.
        new: the turns that this opening had not shown before.
    """

    row: int
    scope: int
    new: list[New]


class Kernel:
    """Turns exchanges into rows.

    Args:
        hasher: keyed hashing for everything that is stored.
        columns: where rows are collected.
        keep_text: also write the words of turns and answers into the table `texts`.
        embeddings: folder of a model that says what texts mean, or None for lexical features.

    Raises:
        StillwatchError: the model cannot be used.
    """

    def __init__(
        self,
        hasher: Hasher,
        columns: Columns,
        *,
        keep_text: bool = False,
        embeddings: Path | None = None,
    ) -> None:
        self._hasher = hasher
        self._columns = columns
        self._keep_text = keep_text
        self._reader = TurnReader(hasher)
        self._walker = Walker(hasher, self._reader)
        self._words = Words(hasher)
        key = hasher.derived("shingles")
        self._blocks = Blocks(
            hasher, key, None if embeddings is None else Embedder(embeddings, key)
        )
        self._seen: Memo[int, bool] = Memo(SEEN_BUDGET)
        self._system_facts: Memo[int, tuple[HashedFact, ...]] = Memo(2_000)

    def add(self, exchange: Exchange, place: Place) -> Added:
        """Write down everything that one exchange shows."""
        request = exchange.request
        name = f"row {exchange.account}\0{place.given_id or ''}\0{place.stamp}"
        row = self._hasher.of(name)
        account = self._words.of("account", exchange.account)
        step, new = self._walker.walk(account, request.messages)
        scope = account ^ step.root
        new = [turn for turn in new if self._first(scope ^ turn.message.key)]
        for turn in new:
            self._new_turn(row, turn)
        self._columns["prefixes"].extend((row, *prefix) for prefix in step.prefixes)
        claims = claiming.claims(request)
        self._continued(row, request.previous_response)
        self._declared(row, scope, exchange, claims)
        after = self._answer(row, step.chain, exchange.response)
        self._columns["exchanges"].append(
            exchange_row(row, place, exchange, step, after, claims, self._words)
        )
        return Added(row, scope, new)

    def finish(self) -> None:
        """Write down what is worked out for a whole batch at once."""
        self._columns["anchors"].extend(self._blocks.rows())

    def _new_turn(self, row: int, turn: New) -> None:
        self._present(row, turn.traits.presented)
        self._facts(row, turn.traits.facts)
        if turn.opening and turn.message.role == "user":
            opening = self._reader.opening(turn.message)
            self._present(row, opening.presented)
            self._facts(row, opening.facts)
        if turn.message.role == "system":
            texts = [part.text for part in turn.message.parts if isinstance(part, Text)]
            block = self._blocks.system(turn.message.key, texts)
            self._columns["blocks"].append((row, "system", block))
        if turn.traits.human and turn.message.role == "user":
            block = self._blocks.turn(turn.traits.prompt, words_of(turn.message))
            self._columns["blocks"].append((row, "user", block))
        if self._keep_text:
            self._text(row, turn.position, turn.message)

    def _continued(self, row: int, previous_response: str | None) -> None:
        if previous_response:
            found = [ArtefactText("message", previous_response)]
            self._present(row, self._reader.artefacts(found))

    def _declared(self, row: int, scope: int, exchange: Exchange, claims: Claims) -> None:
        """Facts and checks that headers and system text give, once a conversation."""
        request = exchange.request
        if not self._first(scope ^ self._case(request, claims)):
            return
        if request.system and self._first(scope ^ request.system_key):
            self._facts(row, self._facts_of_system(request.system, request.system_key))
            block = self._blocks.system(request.system_key, request.system)
            self._columns["blocks"].append((row, "system", block))
        labels = (("session", claims.session), ("device", claims.device), ("os", claims.os))
        for kind, value in labels:
            if value and self._first(scope ^ self._words.of("claimed " + kind, value)):
                label = value if kind == "os" else None
                self._facts(row, [(kind, "declared", self._words.of(kind, value), label)])
        for check in claiming.checks(exchange):
            name = f"{check.check} {check.held} {check.detail}"
            if self._first(scope ^ self._words.of("check", name)):
                self._columns["checks"].append((row, check.check, check.held, check.detail))

    def _case(self, request: Request, claims: Claims) -> int:
        """What facts and checks depend on; asked again when it changes or a talk gets under way."""
        size = min(len(request.messages), UNDER_WAY).bit_length()
        said = (claims.client, claims.version, claims.os, claims.session, claims.device)
        name = f"{size} {said} {request.user} {request.path}"
        return self._words.of("case", name) ^ request.system_key ^ request.tools_key

    def _answer(self, row: int, head: int, response: Response | None) -> int | None:
        """Write down what the response issued; the chain's value with the answer."""
        if response is None:
            return None
        found = [ArtefactText("message", response.id)] if response.id else []
        answer = response.message
        form = normal_form(answer, words_of(answer)) if answer is not None else ""
        link = self._reader.link(form)
        rows = self._columns["issued"]
        if answer is not None:
            found.extend(issued(answer))
            if self._keep_text:
                self._text(row, -1, answer)
        if link is not None and is_artefact(form):
            rows.append((row, "turn", link))
        rows.extend((row, one.kind, self._reader.hashed(one)) for one in dict.fromkeys(found))
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
