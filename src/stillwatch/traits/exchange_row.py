"""The one row of the table `exchanges` that an exchange becomes."""

from collections.abc import Sequence

from msgspec import Struct

from stillwatch.exchange import Exchange, Request, Response, Usage
from stillwatch.traits.columns import Row
from stillwatch.traits.errors import error_label
from stillwatch.traits.messages import TurnTraits
from stillwatch.traits.model import Claims
from stillwatch.traits.words import Words


class Place(Struct, frozen=True):
    """Where an exchange was read.

    Attributes:
        source: name of the file inside the input.
        line: line number, from 1.
        stamp: a digest of the exchange's bytes.
        given_id: the id it came with, or None.
    """

    source: str
    line: int
    stamp: str
    given_id: str | None


class Chain(Struct, frozen=True):
    """The exchange's points on the hash chain of its thread (see store/tables.py)."""

    root: int
    head: int
    after: int | None


def exchange_row(
    row: int,
    place: Place,
    exchange: Exchange,
    turns: Sequence[TurnTraits],
    chain: Chain,
    claims: Claims,
    words: Words,
) -> Row:
    """The values in the order of `store.tables.EXCHANGES`."""
    request = exchange.request
    end_us = exchange.time_us + (exchange.duration_us or 0)
    return (
        row,
        exchange.id,
        place.source,
        place.line,
        words.of("id", f"{exchange.account} {place.given_id}") if place.given_id else row,
        exchange.time_us,
        end_us,
        exchange.account,
        *_edge(exchange, words),
        exchange.wire,
        request.model,
        *_outcome(exchange.response),
        request.stream,
        *_history(turns),
        chain.root,
        chain.head,
        chain.after,
        *_shape(request, words),
        *_claimed(request, claims, words),
        *_usage(exchange.response),
    )


def _edge(exchange: Exchange, words: Words) -> Row:
    client = exchange.client
    return (
        words.maybe("organization", exchange.organization),
        words.maybe("address", client.ip),
        client.asn,
        client.ja4,
    )


def _outcome(response: Response | None) -> Row:
    return (response.status if response else None, error_label(response))


def _history(turns: Sequence[TurnTraits]) -> Row:
    spoken = [turn for turn in turns if turn.link is not None]
    return (
        len(spoken),
        bool(turns) and turns[-1].human,
        sum([turn.reasoning for turn in turns]),
        sum([turn.tool_calls for turn in turns]),
        spoken[-1].prompt if spoken else None,
    )


def _shape(request: Request, words: Words) -> Row:
    params = " ".join([f"{name}={value}" for name, value in request.params])
    return (
        words.system(request),
        words.tools(request),
        len(request.tools),
        words.of("params", params),
    )


def _claimed(request: Request, claims: Claims, words: Words) -> Row:
    agent = next((value for name, value in request.headers if name.lower() == "user-agent"), None)
    return (
        words.maybe("session", claims.session),
        words.maybe("device", claims.device),
        claims.client,
        claims.version,
        claims.os,
        claims.arch,
        words.maybe("user_agent", agent),
        words.header_order(request),
        claims.library,
    )


def _usage(response: Response | None) -> Row:
    usage = response.usage if response else Usage()
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
    )
