"""From a Vega specification and rows to an SVG picture that needs no script.

The specifications are files in `specs/`, which the Vega editor can open. Colours in them are CSS
variables of the page, so one picture serves light, dark and paper.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import vl_convert
from markupsafe import Markup, escape

Row = dict[str, Any]

WIDE: Final = 800
NARROW: Final = 336


_COLOURS: Final = 6
_FRAME: Final = re.compile(r'^<path [^>]*class="(?:back|fore)ground"')
_NEEDLESS: Final = re.compile(
    r' (?:class|role|aria-[a-z]+|pointer-events|font-family)="[^"]*"'
    r'| opacity="1"| fill="none"(?=/>)| stroke-width="1"| stroke-dasharray=""'
    r'| text-anchor="start"| font-weight="400"| font-size="12px"'
)


class Picture(msgspec.Struct, frozen=True):
    """A picture with its description.

    Attributes:
        drawings: the same picture for wide and for narrow screens, or one that fits both.
        label: what it shows, in words, for those who do not see it.
        note: what it leaves out, or an empty text.
    """

    drawings: tuple[Markup, ...]
    label: str
    note: str = ""


def letters(accounts: Sequence[str]) -> dict[str, str]:
    """A letter for every account: A to Z, then A2 and on."""
    return {
        account: chr(ord("A") + place % 26) + (str(place // 26 + 1) if place >= 26 else "")
        for place, account in enumerate(accounts)
    }


def colour(place: int) -> str:
    """The colour of the account at a place in the order of letters; colours come round again."""
    return f"var(--c{place % _COLOURS + 1})"


def picture(
    spec: str,
    rows: Mapping[str, Iterable[Row]],
    sizes: Iterable[tuple[int, int, Mapping[str, float]]],
    label: str,
    note: str = "",
) -> Picture:
    """Draw a specification once for every size.

    Args:
        spec: name of the file in `specs/`, without its ending.
        rows: rows for the specification's data sets, by name.
        sizes: width and height in pixels, and values for the specification's signals.
        label: the picture in words.
        note: what it leaves out.
    """
    held = {name: list(values) for name, values in rows.items()}
    drawings = tuple(_draw(spec, held, *size, label) for size in sizes)
    return Picture(drawings, label, note)


def _draw(
    spec: str,
    rows: Mapping[str, list[Row]],
    width: int,
    height: int,
    signals: Mapping[str, float],
    label: str,
) -> Markup:
    """One SVG; its opening tag is ours, so that it scales and carries the label."""
    filled = msgspec.json.decode(_read(spec)) | {"width": width, "height": height}
    for data in filled["data"]:
        if data["name"] in rows:
            data["values"] = rows[data["name"]]
    for signal in filled["signals"]:
        signal["value"] = signals.get(signal["name"], signal["value"])
    # Nothing in a specification names an address; the empty list makes sure that none is fetched.
    svg = vl_convert.vega_to_svg(filled, allowed_base_urls=[])
    _, _, inside = svg.partition(">")
    inside = _slim(inside)
    opening = (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-size="12" '
    )
    return Markup(f'{opening}role="img" aria-label="{escape(label)}">{inside}')  # noqa: S704 - Vega escapes


def _slim(svg: str) -> str:
    """Leave out what an inlined picture does not need; about half of it.

    Only tags are touched: Vega escapes every `<` in a text, so a tag is what begins with one.
    """
    tags_only = re.sub(r"<[^<>]*>", lambda tag: _slim_tag(tag.group()), svg)
    return tags_only.replace("<g></g>", "")


def _slim_tag(tag: str) -> str:
    return "" if _FRAME.search(tag) else _NEEDLESS.sub("", tag)


@cache
def _read(spec: str) -> bytes:
    return (files("stillwatch.report") / "specs" / f"{spec}.vg.json").read_bytes()
