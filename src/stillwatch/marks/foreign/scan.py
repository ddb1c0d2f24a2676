"""Looking for all channels in one text."""

from collections.abc import Iterable, Iterator
from itertools import islice

from stillwatch.marks.foreign.model import Channel, Finding, Hit, Place
from stillwatch.marks.foreign.registry import ASCII_CHANNELS, TEXT_CHANNELS
from stillwatch.marks.foreign.show import window
from stillwatch.marks.foreign.view import View

MOST_HITS = 1000
"""Hits of one channel that are looked at in one text."""


def scan_text(text: str, *, own: bool = False) -> list[Finding]:
    """What is hidden in a text.

    Args:
        text: any text, however long; lone surrogates are allowed.
        own: whether it is a client's own fixed text, such as a system prompt, where nothing is
            pasted by mistake. It is looked at more strictly.

    Returns:
        Findings in the order of the text; lines and columns count from 1.
    """
    view = View(text, "own" if own else "typed")
    found = sorted(look(view), key=lambda pair: (pair[1].offset, pair[0].id))
    findings = []
    line, start, seen = 1, 0, 0
    for channel, hit in found:
        at = hit.offset
        line += text.count("\n", seen, at)
        start = text.rfind("\n", 0, at) + 1 if "\n" in text[seen:at] else start
        seen = at
        place = Place("", line, at - start + 1, "", at, at, hit.length)
        findings.append(finding(channel, hit, text, place))
    return findings


def look(view: View, channels: Iterable[Channel] | None = None) -> Iterator[tuple[Channel, Hit]]:
    """The hits of some channels in a text, by default of all that could find anything."""
    if channels is None:
        channels = ASCII_CHANNELS if view.ascii else TEXT_CHANNELS
    for channel in channels:
        if channel.may(view):
            for hit in islice(channel.find(view), MOST_HITS):
                yield channel, hit


def finding(channel: Channel, hit: Hit, text: str, place: Place) -> Finding:
    """A hit with its place, and what it looks like there."""
    shown, plain = window(text, hit.marks)
    return Finding(
        channel=channel.id,
        sure=hit.sure,
        says=hit.says,
        marks=hit.marks,
        count=hit.count,
        place=place,
        shown=shown,
        plain=plain,
        payload=hit.payload,
        twin=hit.twin or channel.twin,
        declared=hit.declared,
    )
