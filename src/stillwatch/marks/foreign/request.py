"""Looking for hidden marks in a request, in all its parts alike."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from stillwatch.errors import InputError
from stillwatch.marks.foreign.channels import date_format
from stillwatch.marks.foreign.clients import Usual, product
from stillwatch.marks.foreign.locate import locate
from stillwatch.marks.foreign.model import Channel, Finding, Hit, Place
from stillwatch.marks.foreign.parts import Headers, Part, Path, header_parts, parts, written
from stillwatch.marks.foreign.registry import RAW_CHANNELS, TEXT_CHANNELS, VISIBLE_ANYWHERE
from stillwatch.marks.foreign.scan import finding, look
from stillwatch.marks.foreign.schemes import DATE_LINE
from stillwatch.marks.foreign.view import View

Found = tuple[Part, Channel, Hit]


def scan_request(
    body: bytes | str | Mapping[str, Any], headers: Headers = (), usual: Usual | None = None
) -> list[Finding]:
    """What is hidden in a request to a model API.

    Args:
        body: the body as received, or decoded. Only as received can marks in the JSON itself be
            seen.
        headers: the headers, as an object or a list of pairs; secrets among them are not looked at.
        usual: what clients sent before, if the request is one of many.

    Returns:
        Findings in the order of the request, headers first. Lines and columns are those of the
        body as received; 1 for headers, and for everything where the body is given decoded.

    Raises:
        InputError: the body is not JSON.
    """
    raw = None if isinstance(body, Mapping) else decoded_text(body)
    value = body if raw is None else decoded(raw)
    pieces = [*header_parts(headers), *parts(value)]
    found = [] if raw is None else find_raw(raw)
    found += find_in(pieces, usual or Usual(), client_of(pieces))
    return list(placed(found, raw))


def find_in(pieces: list[Part], usual: Usual, client: str) -> list[Found]:
    """Hits in the pieces of one request."""
    # All at once first: most channels can find nothing in a request, and that is told from the
    # whole faster than from each of hundreds of pieces.
    whole = View("\n".join(piece.text for piece in pieces if piece.kind != "opaque"))
    live = tuple(channel for channel in TEXT_CHANNELS if channel.may(whole))
    found: list[Found] = []
    for piece in pieces:
        if piece.kind != "opaque":
            found += _in_piece(piece, live)
        elif not piece.text.isascii():
            found += _in_piece(piece, VISIBLE_ANYWHERE)
    return [*found, *_dates(pieces, usual, client)]


def find_raw(raw: str, path: Path = ()) -> list[Found]:
    """Hits in how JSON itself is written.

    Args:
        raw: the JSON text.
        path: where it stands as a string in another document, if it does.
    """
    piece = Part(path, raw, "raw", raw)
    return _in_piece(piece, RAW_CHANNELS)


def placed(
    found: Iterable[Found], raw: str | None, base: int = 0, line: int = 1
) -> Iterator[Finding]:
    """Findings with their places.

    Args:
        found: the hits.
        raw: the JSON text that their pieces were decoded from, if there is any.
        base: where it begins in its file, in characters.
        line: on which line of the file it begins.
    """
    for piece, channel, hit in found:
        place = Place("", line, 1, written(piece.path, key=piece.key), hit.offset)
        if raw is not None:
            place = _in_file(place, piece, raw, hit.length, base)
        yield finding(channel, hit, piece.whole, place)


def decoded_text(body: bytes | str) -> str:
    """The text of a body.

    Raises:
        InputError: it is not UTF-8.
    """
    if isinstance(body, str):
        return body
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("The JSON is not in UTF-8.") from error


def decoded(raw: str) -> Any:
    """Decode JSON, halves of surrogate pairs and all.

    Raises:
        InputError: it is not JSON.
    """
    text = raw.removeprefix("\ufeff")
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        pass
    except RecursionError as error:
        raise InputError("The JSON is nested too deeply.") from error
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError("This is not JSON.") from error
    except RecursionError as error:
        raise InputError("The JSON is nested too deeply.") from error


def _in_piece(piece: Part, channels: tuple[Channel, ...]) -> list[Found]:
    hits = [
        (piece, channel, _moved(hit, piece.start))
        for channel, hit in look(View(piece.text, piece.kind), channels)
    ]
    hits.sort(key=lambda one: one[2].offset)
    return hits


def _moved(hit: Hit, by: int) -> Hit:
    if not by:
        return hit
    return replace(hit, marks=tuple(replace(one, offset=one.offset + by) for one in hit.marks))


def _in_file(place: Place, piece: Part, raw: str, size: int, base: int) -> Place:
    """A place with line, column and offset in the JSON text."""
    at: int | None = place.offset
    end: int | None = place.offset + size
    if piece.path or piece.kind != "raw":
        end = locate(raw, piece.path, place.offset + size, key=piece.key)
        at = locate(raw, piece.path, place.offset, key=piece.key)
    if at is None or end is None:
        return place
    line = place.line + raw.count("\n", 0, at)
    column = at - raw.rfind("\n", 0, at)
    return replace(place, line=line, column=column, file_offset=base + at, length=end - at)


def _dates(pieces: list[Part], usual: Usual, client: str) -> Iterator[Found]:
    """Announcements of the date in another format than the client's usual one."""
    announced = [
        (piece, dates)
        for piece in pieces
        if piece.kind != "opaque"
        and "ate" in piece.text
        and (dates := date_format.announced(piece.text))
    ]
    if not announced:
        return
    known, where = usual.of(client, announced[0][1][0])
    said: set[str] = set()
    for piece, dates in announced:
        formats = {date.format for date in dates}
        # Where a text holds two formats, or the line of a known scheme, a channel has said so.
        if len(formats) > 1 or known in formats or formats <= said or DATE_LINE.search(piece.text):
            continue
        said |= formats
        yield piece, date_format.CHANNEL, _moved(date_format.flip(dates, where), piece.start)


def client_of(pieces: Iterable[Part]) -> str:
    """The product and version that a request's user agent names, or nothing."""
    for piece in pieces:
        name = piece.path[-1] if piece.path else ""
        if isinstance(name, str) and name.lower() == "user-agent":
            return product(piece.text)
    return ""
