"""How a JSON text is written, whatever it says: its white space and its escapes."""

import hashlib
import re

_TOKEN = re.compile(r"\S|\s+")
# Others stand where JSON leaves no choice. A backslash that is itself escaped begins none.
_ESCAPE = re.compile(r"\\(?:[^/u]|(u(?!00[01])[0-9a-fA-F]{4}|/))")
_LINE = re.compile(r"[^\S\n]*\n[^\S\n]*")


def spacing(text: str) -> str:
    """The white space between the tokens of a JSON text.

    Args:
        text: the whole text.

    Returns:
        Each kind of white space with what it follows, and a digest of where all of it stands if
        the text has spaces at some of these places only; empty for a text without any.
    """
    after: dict[str, set[str]] = {}
    last, gap = "start", ""
    for here in _TOKEN.findall(_skeleton(text)):
        if here.isspace():
            gap = here
            continue
        after.setdefault(last, set()).add(_indent(gap))
        last, gap = here, ""
    after.setdefault("end", set()).add(gap)
    styles = [f"{token}{'|'.join(sorted(gaps))!r}" for token, gaps in sorted(after.items())]
    mixed = any(len(after.get(token, ())) > 1 for token in ":,")
    spots = [str(m.start()) for m in re.finditer(r"\s+", _skeleton(text))] if mixed else []
    digest = hashlib.sha256(",".join(spots).encode()).hexdigest()[:8] if spots else ""
    return " ".join([style for style in styles if not style.endswith("''")] + [digest] * mixed)


def escapes(text: str) -> str:
    """Which spellings of characters a JSON text uses where it has a choice.

    Args:
        text: the whole text.

    Returns:
        Spellings that could be others, sorted.
    """
    found = set(_ESCAPE.findall(text)) - {""}
    return " ".join(sorted({_spelling(one) for one in found}))


def _spelling(one: str) -> str:
    if one == "/":
        return "\\/"
    digits = one[1:]
    if digits.isdigit():
        return "\\u0000"
    return "\\u" + ("ABCD" if digits == digits.upper() else "abcd")


def _indent(gap: str) -> str:
    """White space with an indentation of any depth as one kind."""
    found = _LINE.fullmatch(gap)
    if not found:
        return gap
    width = len(gap.rpartition("\n")[2])
    if "\t" in gap:
        return "\n and tabs"
    return "\n and spaces" if width else "\n"


def _skeleton(text: str) -> str:
    """The text with every string and every other value as one letter."""
    return re.sub(r'"(?:[^"\\]|\\.)*"|[^\s{}\[\]:,"]+', "v", text, flags=re.DOTALL)
