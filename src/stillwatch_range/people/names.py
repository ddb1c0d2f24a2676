"""Invented people's names, logins, mail addresses and hosts, from many cultures.

A culture gives a name, a zone and a home language and nothing else: no class of the range prefers
one over another.
"""

import random
from dataclasses import dataclass

from stillwatch_range.model import System
from stillwatch_range.people.grammar import table

MAIL_DOMAINS = ("mail.example", "post.example", "inbox.example", "letters.example")


@dataclass(frozen=True, slots=True)
class Name:
    """Who somebody is.

    Attributes:
        full: as in a git identity.
        given, family: parts, in Latin letters.
        culture: where the name comes from.
        language: code of the language spoken at home.
        zone: IANA time zone.
    """

    full: str
    given: str
    family: str
    culture: str
    language: str
    zone: str


def cultures() -> tuple[str, ...]:
    """Names of all cultures, sorted."""
    return tuple(sorted(set(table("names")) - {"hosts"}))


def name(draw: random.Random, culture: str = "", zone: str = "") -> Name:
    """An invented name.

    Args:
        draw: chance.
        culture: one of `cultures()`; drawn where empty.
        zone: where they live; drawn from the culture's where empty.
    """
    culture = culture or draw.choice(cultures())
    about: dict[str, object] = table("names")[culture]  # type: ignore[assignment]
    given, family = draw.choice(_list(about, "given")), draw.choice(_list(about, "family"))
    full = f"{family} {given}" if about.get("family_first") else f"{given} {family}"
    zone = zone or draw.choice(_list(about, "zones"))
    return Name(full, given, family, culture, str(about["language"]), zone)


def _list(about: dict[str, object], key: str) -> list[str]:
    return about[key]  # type: ignore[return-value]


def login(draw: random.Random, who: Name) -> str:
    """A login name, as people choose them."""
    given = who.given.lower().replace(" ", "").replace("-", "")
    family = who.family.lower().replace(" ", "").replace("-", "")
    forms = (
        given,
        given,
        given[0] + family,
        f"{given}.{family}",
        family,
        f"{given}{draw.randrange(2, 99)}",
        given[:3] + family[:3],
        f"{family}{given[0]}",
        f"{given}_{family[:2]}",
    )
    return draw.choice(forms)


def mail(draw: random.Random, who: Name, domain: str = "") -> str:
    """A mail address; with the domain of their company, where one is given."""
    given = who.given.lower().replace(" ", "")
    family = who.family.lower().replace(" ", "")
    if domain:
        return f"{given}.{family}@{domain}"
    form = draw.choice((f"{given}.{family}", f"{given}{family}", f"{family}.{given[0]}", given))
    number = str(draw.randrange(1, 999)) if draw.random() < 0.5 else ""
    if draw.random() < 0.3:
        return f"{given}@{family}-{draw.choice(('works', 'dev', 'codes', 'io'))}.example"
    return f"{form}{number}@{draw.choice(MAIL_DOMAINS)}"


def host(draw: random.Random, who: Name, system: System, login_name: str) -> str:
    """A host name, in the style of its system."""
    about: dict[str, object] = table("names")["hosts"]  # type: ignore[assignment]
    word, tail = draw.choice(_list(about, "given")), draw.choice(_list(about, "family"))
    match system:
        case "macos":
            model = draw.choice(("MacBook-Pro", "MacBook-Air", "Mac-mini", "MacBook-Pro-2"))
            own = who.given.replace(" ", "-")
            return draw.choice((f"{own}s-{model}.local", f"{model}.local", f"{word}.local"))
        case "windows" | "wsl":
            code = "".join(draw.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=7))
            return draw.choice((f"DESKTOP-{code}", f"LAPTOP-{code}", f"{word}-{tail}".upper()))
        case _:
            own = f"{login_name.split('.', maxsplit=1)[0]}-{tail}"
            return draw.choice((f"{word}-{tail}", word, own, f"{word}{draw.randrange(1, 30)}"))


def language_of(culture: str) -> str:
    """Code of the language spoken at home in a culture."""
    about: dict[str, object] = table("names")[culture]  # type: ignore[assignment]
    return str(about["language"])
