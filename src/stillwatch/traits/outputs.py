"""What the output of commands says about the machine and its user.

Every pattern starts at a literal that is looked for first, and repeats within bounds.
"""

import re
from collections.abc import Callable, Iterator

from stillwatch.traits.model import Fact
from stillwatch.traits.paths import home_facts, home_of, name_label, os_of

_MAIL = r"([\w.+\-]{1,64}@[\w.\-]{1,80})"
_SET_MAIL = re.compile(rf"user\.email[ =]{{1,3}}[\"']?{_MAIL}")
_VARIABLE_MAIL = re.compile(rf"GIT_AUTHOR_EMAIL=[\"']?{_MAIL}")
_CONFIG_MAIL = re.compile(rf"\[user\]\s(?:[^\[\n]{{0,120}}\n){{0,4}}?\s{{0,8}}email = {_MAIL}")
_AUTHOR = re.compile(rf"Author: [^<\n]{{0,80}}<{_MAIL}>")
_REMOTE = re.compile(r"origin[\t ]{1,4}(\S{6,200})[\t ]{1,4}\((?:fetch|push)\)")
_CONFIG_REMOTE = re.compile(r"\[remote \"origin\"\]\s{1,4}url = (\S{6,200})")
_SET_REMOTE = re.compile(r"remote (?:add|set-url) origin [\"']?([^\s\"';&|]{6,200})")
_ADDRESS = re.compile(
    r"(?:(?:git\+)?[a-z]{2,6}://)?(?:[^@/\s]{1,200}@)?([A-Za-z0-9][A-Za-z0-9.\-]{1,100})"
    r"(?::\d{1,5}/|[:/])([\w.~/\-]{2,150})\Z"
)

_LINUX = re.compile(r"Linux ([\w.\-]{1,63}) \d{1,2}\.\d{1,3}\.")
_DARWIN = re.compile(r"Darwin ([\w.\-]{1,63}) \d{1,2}\.\d{1,2}")
_MINGW = re.compile(r"_NT-[\d.\-]{1,20} ([\w.\-]{1,63}) \d\.")
_UID = re.compile(r"uid=\d{1,10}\(([^()\s]{1,40})\)")
_LISTED = re.compile(r"drwx[rwxsStT\-]{6}[.+@]? {1,6}\d{1,6} {1,4}([A-Za-z_][\w.\-]{0,39}) ")
_PROMPT = re.compile(r"@([A-Za-z0-9][\w.\-]{0,62}):[~/][^\s$#\"@]{0,200}[$#] ", re.ASCII)
_PROMPT_USER = re.compile(r"(?:\A|[\s)])([a-z_][\w\-]{0,31})\Z", re.ASCII)
_HOME = re.compile(r"HOME=((?:/|[A-Za-z]:\\)[^\s:;\"'$]{2,80})")
_HOST = re.compile(r"(?:HOST|COMPUTER)NAME=([\w.\-]{1,63})")
_LOCALE = re.compile(r"LANG=[\"']?([A-Za-z]{2,3}_[A-Za-z]{2,4}(?:\.[\w\-]{3,10})?)")
# Host names that an image, a runner or a cloud makes up anew for every start.
_EPHEMERAL = re.compile(
    r"(?:[0-9a-f]{12}|localhost|ip-\d.*|fv-az.*|runner.*|codespaces?-.*|docker.*|buildkit.*)\Z"
)
_SHELLS = (
    ("zsh", "zsh: command not found"),
    ("zsh", "zsh:1: command not found"),
    ("bash", "bash: line "),
    ("bash", "/bin/bash: "),
    ("bash", "-bash: "),
    ("sh", "/bin/sh: 1: "),
    ("sh", "sh: 1: "),
)
# Bots that sign commits; they are nobody's identity.
_BOT_MAIL = ("noreply@", "no-reply@", "[bot]", "@example.", "actions@github.com")


def machine_facts(text: str) -> Iterator[Fact]:
    """User, host, system, shell and locale as a command's output shows them."""
    for needle, read in _READERS:
        if needle in text:
            yield from read(text)


def git_settings(text: str) -> Iterator[Fact]:
    """Who commits, and where to, as git settings, commands and logs show it."""
    if "@" in text:
        for pattern in (_SET_MAIL, _VARIABLE_MAIL, _CONFIG_MAIL):
            yield from _mails(pattern.findall(text), None)
        if "Author: " in text:
            yield from _mails(_AUTHOR.findall(text), "history")
    if "origin" in text:
        for pattern in (_REMOTE, _CONFIG_REMOTE, _SET_REMOTE):
            for address in dict.fromkeys(pattern.findall(text)):
                if repository := repository_of(address):
                    yield Fact("repo", "evidenced", repository)


def repository_of(address: str) -> str | None:
    """A git address as `host/path`, without scheme, credentials and ending; None if it is none."""
    parts = _ADDRESS.match(address)
    if parts is None or "." not in parts[1]:
        return None
    path = parts[2].strip("/").removesuffix(".git")
    return f"{parts[1].lower()}/{path}" if path else None


def _mails(found: list[str], label: str | None) -> Iterator[Fact]:
    for mail in dict.fromkeys(found):
        address = mail.lower().rstrip(".")
        if not any(mark in address for mark in _BOT_MAIL):
            yield Fact("git_email", "evidenced", address, label)


def _system(name: str) -> Fact:
    return Fact("os", "evidenced", name, name)


def _host(name: str) -> Fact:
    host = name.lower()
    return Fact("host", "evidenced", host, "generic" if _EPHEMERAL.match(host) else None)


def _user(name: str) -> Fact:
    user = name.lower()
    return Fact("user", "evidenced", user, name_label(user))


def _kernel_reader(pattern: re.Pattern[str], system: str) -> Callable[[str], Iterator[Fact]]:
    def read(text: str) -> Iterator[Fact]:
        if found := pattern.search(text):
            yield _host(found[1])
            yield _system(system)

    return read


def _users_reader(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Fact]]:
    def read(text: str) -> Iterator[Fact]:
        return (_user(name) for name in dict.fromkeys(pattern.findall(text)))

    return read


def _prompts(text: str) -> Iterator[Fact]:
    for found in _PROMPT.finditer(text):
        before = _PROMPT_USER.search(text, max(0, found.start() - 34), found.start())
        if before:
            yield _user(before[1])
            yield _host(found[1])


def _homes(text: str) -> Iterator[Fact]:
    for path in dict.fromkeys(_HOME.findall(text)):
        if home := home_of(path):
            yield from home_facts(home, "evidenced")
            if system := os_of(path):
                yield _system(system)


def _hosts(text: str) -> Iterator[Fact]:
    return (_host(name) for name in dict.fromkeys(_HOST.findall(text)))


def _locales(text: str) -> Iterator[Fact]:
    for name in dict.fromkeys(_LOCALE.findall(text)):
        yield Fact("locale", "evidenced", name.lower())


def _shells(text: str) -> Iterator[Fact]:
    for shell in dict.fromkeys(shell for shell, trace in _SHELLS if trace in text):
        yield Fact("shell", "evidenced", shell, shell)


def _power_shell(text: str) -> Iterator[Fact]:
    if "FullyQualifiedErrorId" in text:
        yield Fact("shell", "evidenced", "powershell", "powershell")
        yield _system("windows")


def _windows(_: str) -> Iterator[Fact]:
    yield _system("windows")


_READERS: tuple[tuple[str, Callable[[str], Iterator[Fact]]], ...] = (
    ("Linux ", _kernel_reader(_LINUX, "linux")),
    ("Darwin ", _kernel_reader(_DARWIN, "macos")),
    ("_NT-", _kernel_reader(_MINGW, "windows")),
    ("uid=", _users_reader(_UID)),
    ("drwx", _users_reader(_LISTED)),
    ("@", _prompts),
    ("HOME=", _homes),
    ("NAME=", _hosts),
    ("LANG=", _locales),
    ("not found", _shells),
    ("CategoryInfo", _power_shell),
    ("Microsoft Windows [Version", _windows),
)
