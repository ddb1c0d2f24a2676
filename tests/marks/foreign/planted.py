"""Marks planted by hand, one way to hide something for each channel.

Written from descriptions of the techniques and without the scanner's own tables, so that a mistake
there is not repeated here. Every plant takes ordinary prose and a word to hide, and returns text.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator

WORD = "bureau7"
NAMES = (
    "amber", "basil", "cedar", "delta", "ember", "fable", "grove", "hazel", "ivory", "jolly",
    "karma", "lemon", "maple", "noble", "ocean", "pearl", "quilt", "river", "sable", "tulip",
    "umber", "vivid", "waltz", "xenon", "yield", "zebra", "acorn", "birch", "cloud", "drift",
    "eagle", "flint", "glade", "heron", "inlet", "jewel", "knoll", "lotus", "mango", "north",
    "olive", "plume", "quart", "ridge", "stone", "thorn", "union", "vista", "wheat", "yacht",
    "zonal", "aspen", "bison", "coral", "dunes", "elder", "frost", "grain", "hobby",
)  # fmt: skip
PROSE = "\n".join(
    f"It's a well-known \"rule of {name}\" that we can't fix, so first we wait... and then see. "
    f"Nobody who keeps a {name} near the river thinks about it, or asks why."
    for name in NAMES
)
Plant = Callable[[str, str], str]


def bits(word: str) -> list[int]:
    """Eight bits a letter, the highest first."""
    return [int(bit) for char in word for bit in f"{ord(char):08b}"]


def chosen(
    text: str, pattern: str, other: str | Callable[[str], str], choices: Iterable[int]
) -> str:
    """The text with the next match of a pattern written the other way wherever a bit is 1."""
    left = iter(choices)

    def write(found: re.Match[str]) -> str:
        if not next(left, 0):
            return found.group()
        return other(found.group()) if callable(other) else other

    return re.sub(pattern, write, text)


def swap(pattern: str, other: str | Callable[[str], str]) -> Plant:
    """A plant that writes bits as choices between what a pattern matches and something else."""
    return lambda text, word: chosen(text, pattern, other, bits(word))


def put(hidden: Callable[[str], str], at: str = "that we") -> Plant:
    """A plant that puts hidden characters between two words of the first line."""
    return lambda text, word: text.replace(at, at.replace(" ", f"{hidden(word)} "), 1)


def tags(word: str) -> str:
    """ASCII shifted into the plane of tags."""
    return "".join(chr(0xE0000 + ord(char)) for char in word)


def selectors(word: str) -> str:
    """A byte a variation selector: sixteen in the BMP, the rest in the supplement."""
    return "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in word.encode())


def binary(zero: str, one: str) -> Callable[[str], str]:
    """Two invisible characters as 0 and 1."""
    return lambda word: "".join(one if bit else zero for bit in bits(word))


def split_letters(word: str) -> str:
    """Binary numbers of any length, with a separator between letters."""
    return "\u200d".join(
        f"{ord(char):b}".replace("0", "\u200b").replace("1", "\u200c") for char in word
    )


def four(word: str) -> str:
    """Two bits a character, of four."""
    values = [b >> shift & 3 for b in word.encode() for shift in (6, 4, 2, 0)]
    return "".join("\u200b\u200c\u200d\u2060"[value] for value in values)


def four_spaces(text: str, word: str) -> str:
    """Two bits a gap between words, as four kinds of space."""
    values = iter([b >> shift & 3 for b in word.encode() for shift in (6, 4, 2, 0)])
    spaces = "\u2004\u2008\u2009\u202f"
    return re.sub(
        r"(?<=[a-z]) (?=[a-z])",
        lambda gap: spaces[value] if (value := next(values, None)) is not None else gap.group(),
        text,
    )


def at_line_ends(blank: str, other: str = "") -> Plant:
    """A bit a line."""

    def plant(text: str, word: str) -> str:
        lines, left = text.split("\n"), iter(bits(word))
        return "\n".join(line + (blank if next(left, 0) else other) for line in lines)

    return plant


def woven(text: str, word: str) -> str:
    """Three bits as up to seven spaces before a tab, at the ends of lines."""
    lines = text.split("\n")
    for place, byte in enumerate(word.encode()):
        numbers = (byte >> 6, byte >> 3 & 7, byte & 7)
        lines[place] += "\t" + "".join(" " * (number + 1) + "\t" for number in numbers)
    return "\n".join(lines)


def between_lines(text: str, word: str) -> str:
    """A byte in tabs and spaces on each of some empty lines."""
    blanks = ["".join("\t" if bit else " " for bit in bits(char)) for char in word]
    lines = text.split("\n")
    return "\n".join([*(x for pair in zip(lines, blanks, strict=False) for x in pair), *lines[7:]])


def line_ends(text: str, word: str) -> str:
    """A bit a line end."""
    return chosen(text, "\n", "\r\n", bits(word * 2))


def capitals(text: str, word: str) -> str:
    """A bit a letter."""
    return chosen(text.lower(), "[a-z]", str.upper, bits(word * 4))


def hex_capitals(text: str, word: str) -> str:
    """A bit a hexadecimal letter of a long number."""
    letters = iter("abcdef" * 20)
    digits = iter("0123456789" * 20)
    number = "".join(
        (next(letters).upper() if bit else next(letters)) + next(digits) for bit in bits(word)
    )
    return text.replace("that we", f"that {number} we", 1)


def mixed_forms(text: str, word: str) -> str:
    """A bit an accented letter, in one piece or two."""
    text = text.replace("e", "\u00e9")
    return chosen(text, "\u00e9", "e\u0301", bits(word))


def look_alikes(text: str, word: str) -> str:
    """A bit a letter that Cyrillic has as well."""
    twins = {"a": "\u0430", "c": "\u0441", "e": "\u0435", "o": "\u043e", "p": "\u0440"}
    return chosen(text, "[aceop]", twins.__getitem__, bits(word))


def inside(char: str) -> Plant:
    """One character in the middle of a word."""
    return lambda text, _word: text.replace("river", f"riv{char}er", 2)


def curled(text: str, word: str) -> str:
    """A bit a quotation."""
    return chosen(text, '"[^"\n]*"', lambda quoted: f"\u201c{quoted[1:-1]}\u201d", bits(word))


def island(encode: Callable[[bytes], bytes | str]) -> Plant:
    """A sentence, encoded, in the middle of prose."""

    def plant(text: str, word: str) -> str:
        code = encode(f"sent by {word} of the third floor".encode())
        code = code if isinstance(code, str) else code.decode()
        return text.replace("that we", f"that {code} we", 1)

    return plant


def date(line: str) -> Plant:
    """A line about the date."""
    return lambda text, _word: f"{line}\n\n{text}"


PLANTS: dict[str, tuple[Plant, ...]] = {
    "apostrophes": (
        swap(r"(?<=\w)'(?=\w)", "\u2019"),
        lambda text, _word: text.replace("can't", "can\u02bct", 1),
        lambda text, _word: text.replace("It's", "It\uff07s", 1),
    ),
    "base32-islands": (island(base64.b32encode),),
    "base64-islands": (island(base64.b64encode), island(base64.urlsafe_b64encode)),
    "bidi-controls": (
        inside("\u202e"),
        put(lambda _word: "\u202b"),
        inside("\u200e"),
    ),
    "blank-lines": (between_lines,),
    "braille-blanks": (put(lambda _word: "\u2800"),),
    "control-characters": (put(lambda _word: "\x01\x02\x01"), put(binary("\x0e", "\x0f"))),
    "dashes": (swap(r"(?<=\w)-(?=\w)", "\u2010"), swap(r"(?<=\w)-(?=\w)", "\u2011")),
    "date-digits": (date("Built on 2O26-11-22."),),
    "date-format": (date("Current date: 2026-11-22\nToday's date is 22.11.2026"),),
    "date-line": (
        date("# currentDate\nToday\u2019s date is 2026/11/22."),
        date("Today\u02bcs date is 2026-11-22."),
        date("Today\u02b9s date is 2026-11-22."),
    ),
    "double-spaces": (swap(r"(?<=[a-z]) (?=[a-z])", "  "),),
    "ellipses": (
        swap(r"\.\.\.", "\u2026"),
        lambda text, _word: text.replace("see.", "see\u2024", 3),
    ),
    "fullwidth": (
        swap(",", "\uff0c"),
        lambda text, _word: text.replace("river", "riv\uff45r", 1),
    ),
    "grapheme-joiner": (inside("\u034f"),),
    "hangul-fillers": (put(lambda _word: "\u3164"), inside("\u115f"), inside("\uffa0")),
    "hex-case": (hex_capitals,),
    "hex-islands": (island(bytes.hex),),
    "interlinear-annotation": (
        lambda text, word: text.replace("river", f"\ufff9river\ufffa{word}\ufffb", 1),
    ),
    "invisible-math": (inside("\u2062"), inside("\u2063")),
    "joiners": (inside("\u200d"), inside("\u200c")),
    "json-escapes": (),
    "json-keys": (),
    "json-spaces": (),
    "letter-case": (capitals,),
    "ligatures": (swap("fi", "\ufb01"),),
    "line-endings": (line_ends,),
    "line-separators": (swap("\n", "\u2028"), swap("\n", "\u2029")),
    "look-alike-digits": (date("Built on 202\u0666-11-22."), date("Take 1\U0001d7d0 of them.")),
    "look-alike-letters": (
        look_alikes,
        lambda text, _word: text.replace("river", "r\u0456ver", 1),
        lambda text, _word: text.replace("Nobody", "N\u03bfbody", 1),
    ),
    "look-alike-punctuation": (
        lambda text, _word: text.replace("river", "river\u037e", 1),
        lambda text, _word: text.replace("river", "river\ua789", 1),
    ),
    "normal-forms": (mixed_forms,),
    "odd-spaces": (
        swap(r"(?<=[a-z]) (?=[a-z])", "\u00a0"),
        swap(r"(?<=[a-z]) (?=[a-z])", "\u2009"),
        four_spaces,
    ),
    "other-format": (inside("\u206a"), put(lambda _word: "\U0001d173")),
    "private-use": (
        put(lambda word: "".join(chr(0xE000 + ord(char)) for char in word)),
        put(lambda word: "".join(chr(0xF0000 + ord(char)) for char in word)),
    ),
    "prompt-metadata": (
        date("x-anthropic-billing-header: cc_version=2.1.169.c9a; cc_entrypoint=cli; cch=0b38a;"),
    ),
    "quotation-marks": (curled,),
    "soft-hyphens": (put(lambda _word: "\u00ad\u00ad"), put(lambda _word: "\u00ad \u00ad \u00ad")),
    "stacked-marks": (
        lambda text, _word: text.replace(
            "river", "ri\u0301\u0302\u0303\u0304v\u0305\u0306\u0307\u0308er"
        ),
    ),
    "styled-letters": (
        lambda text, _word: text.replace("river", "riv\U0001d41er", 1),
        lambda text, _word: text.replace("river", "r\u2170ver", 1),
    ),
    "tabs": (swap(r"(?<=[a-z]) (?=[a-z])", "\t"),),
    "tag-characters": (put(tags), put(lambda word: "\U0001f3f4" + tags(word) + "\U000e007f")),
    "trailing-spaces": (at_line_ends(" "), at_line_ends("  ", " "), at_line_ends("\t", " "), woven),
    "unassigned": (put(lambda _word: "\ufdd0"), put(lambda _word: "\U000e1234")),
    "variation-selectors": (
        put(selectors),
        lambda text, word: "\U0001f600" + selectors(word) + text,
    ),
    "zero-width": (
        inside("\u200b"),
        inside("\u2060"),
        inside("\ufeff"),
        swap(r"(?<=[a-z]) (?=[a-z])", "\u200b "),
    ),
    "zero-width-code": (
        put(binary("\u200b", "\u200c")),
        put(binary("\u200c", "\u200d")),
        put(binary("\u2062", "\u2064")),
        put(binary("\u200e", "\u200f")),
        put(split_letters),
        put(four),
    ),
}
"""Channel -> ways to write into it. Those about JSON itself are planted in `test_request.py`."""

READ = {
    "apostrophes", "base32-islands", "base64-islands", "blank-lines", "dashes", "double-spaces",
    "ellipses", "fullwidth", "hex-case", "hex-islands", "letter-case", "ligatures",
    "look-alike-letters", "normal-forms", "odd-spaces", "private-use", "quotation-marks", "tabs",
    "tag-characters", "trailing-spaces", "variation-selectors", "zero-width-code",
}  # fmt: skip
"""Channels in which the first plant's word must be read back."""


def plants() -> Iterator[tuple[str, int, str]]:
    """Every plant: channel, number, marked text."""
    for channel, ways in PLANTS.items():
        for number, plant in enumerate(ways):
            yield channel, number, plant(PROSE, WORD)
