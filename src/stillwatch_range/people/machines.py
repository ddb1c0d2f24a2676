"""Computers: system, release, architecture, home, shell, locale and address."""

import random
from dataclasses import replace

from stillwatch_range.model import Machine, System
from stillwatch_range.people.addresses import Kind, address
from stillwatch_range.people.names import Name, host, login

SYSTEMS: dict[System, float] = {"linux": 0.3, "macos": 0.42, "windows": 0.16, "wsl": 0.12}
RELEASES: dict[System, tuple[str, ...]] = {
    "linux": (
        "6.8.0-52-generic",
        "6.8.0-85-generic",
        "6.14.0-33-generic",
        "6.1.0-37-amd64",
        "6.12.43-1-lts",
        "6.16.8-arch3-1",
        "6.11.4-301.fc41.x86_64",
        "5.15.0-153-generic",
    ),
    "macos": ("23.6.0", "24.3.0", "24.5.0", "24.6.0", "25.0.0", "25.1.0"),
    "windows": ("10.0.19045", "10.0.22631", "10.0.26100", "10.0.26200"),
    "wsl": (
        "5.15.167.4-microsoft-standard-WSL2",
        "6.6.87.2-microsoft-standard-WSL2",
        "5.15.153.1-microsoft-standard-WSL2",
    ),
}
LANGS = {
    "ar": "ar_EG.UTF-8",
    "de": "de_DE.UTF-8",
    "es": "es_ES.UTF-8",
    "fr": "fr_FR.UTF-8",
    "hi": "en_IN.UTF-8",
    "ja": "ja_JP.UTF-8",
    "pt": "pt_BR.UTF-8",
    "ru": "ru_RU.UTF-8",
    "zh": "zh_CN.UTF-8",
}
ENGLISH_LOCALE = 0.6


def machine(
    draw: random.Random, who: Name, system: System | None = None, kind: Kind | None = None
) -> Machine:
    """A computer of somebody's.

    Args:
        draw: chance.
        who: whose.
        system: drawn where None.
        kind: kind of network that it is on; drawn where None.
    """
    chosen = system or draw.choices(list(SYSTEMS), list(SYSTEMS.values()))[0]
    user = login(draw, who)
    ip, asn = address(draw, kind or "any")
    own = LANGS.get(who.language, "en_US.UTF-8")
    return Machine(
        host=host(draw, who, chosen, user),
        system=chosen,
        release=draw.choice(RELEASES[chosen]),
        arch=_arch(draw, chosen),
        user=user,
        home=home(chosen, user),
        shell=_shell(draw, chosen),
        zone="UTC" if chosen == "linux" and draw.random() < 0.15 else who.zone,
        locale="en_US.UTF-8" if draw.random() < ENGLISH_LOCALE else own,
        ip=ip,
        asn=asn,
    )


def moved(draw: random.Random, computer: Machine, kind: Kind | None = None) -> Machine:
    """The same computer on another network."""
    ip, asn = address(draw, kind or "any")
    return replace(computer, ip=ip, asn=asn)


def home(system: System, user: str) -> str:
    """The home directory of a login."""
    if user == "root":
        return "/root"
    return {
        "linux": f"/home/{user}",
        "wsl": f"/home/{user}",
        "macos": f"/Users/{user}",
        "windows": f"C:\\Users\\{user}",
    }[system]


def _arch(draw: random.Random, system: System) -> str:
    arm = {"linux": 0.1, "macos": 0.85, "windows": 0.05, "wsl": 0.05}[system]
    return "arm64" if draw.random() < arm else "x64"


def _shell(draw: random.Random, system: System) -> str:
    match system:
        case "macos":
            return "/bin/zsh" if draw.random() < 0.9 else "/opt/homebrew/bin/fish"
        case "windows":
            return "C:\\Program Files\\Git\\bin\\bash.exe"
        case _:
            return draw.choice(("/bin/bash", "/bin/bash", "/usr/bin/zsh", "/usr/bin/fish"))
