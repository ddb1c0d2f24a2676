"""The one row of the table `exchanges` that an exchange becomes."""

from msgspec import Struct

from stillwatch.exchange import Exchange, Request, Response, Usage
from stillwatch.traits.columns import Row
from stillwatch.traits.errors import error_label
from stillwatch.traits.model import Claims
from stillwatch.traits.refusals import refused
from stillwatch.traits.walk import Step
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


def exchange_row(
    row: int,
    place: Place,
    exchange: Exchange,
    step: Step,
    after: int | None,
    claims: Claims,
    words: Words,
) -> Row:
    """The values in the order of `store.tables.EXCHANGES`.

    Args:
        row: the keyed hash that names the exchange.
        place: where it was read.
        exchange: the exchange.
        step: the walk's state after its last turn.
        after: the chain's value with the answer, or None.
        claims: what its headers claim.
        words: hashes of short texts.
    """
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
        *_history(step),
        step.root,
        step.chain,
        after,
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
    status = response.status if response else None
    return (status, error_label(response), refused(response))


def _history(step: Step) -> Row:
    return (step.spoken, step.human, step.reasoning, step.tool_calls, step.prompt)


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
