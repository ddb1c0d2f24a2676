"""What a path says about the machine it comes from: a home, its user, an operating system.

Paths are found by a literal first and a bounded pattern behind it, so that text without them costs
a few memory scans and text full of them stays linear.
"""

import re
from collections.abc import Iterator

from stillwatch.traits.model import Fact, Origin

# Names that images, runners and manuals give to everybody. They tell no two people apart.
GENERIC_NAMES = frozenset(
    {
        *("root", "user", "users", "username", "user1", "me", "you", "name", "yourname", "myuser"),
        *("ubuntu", "debian", "fedora", "centos", "ec2-user", "azureuser", "opc", "pi", "vagrant"),
        *("node", "app", "dev", "developer", "devuser", "vscode", "coder", "codespace", "gitpod"),
        *("runner", "runneradmin", "circleci", "jenkins", "travis", "vsts", "build", "builder"),
        *("ci", "agent", "docker", "container", "sandbox", "workspace", "work", "jovyan", "claude"),
        *("codex", "opencode", "admin", "administrator", "guest", "public", "default", "shared"),
        *("test", "tester", "git", "www-data", "nobody", "daemon", "staff", "wheel", "linuxbrew"),
        *("all users", "default user", "oracle", "postgres", "mysql", "nginx", "system", "demo"),
    }
)

# Behind the literal: the character before it must not belong to a longer path or a web address.
# A component must follow the name, since "/home/profile" alone is as likely a route of a web site.
_NAME = r"([A-Za-z_][\w.\-]{0,39})"
_LINUX = re.compile(rf"/home/(?<![\w.\-]/home/){_NAME}/(?=[\w.])")
_MACOS = re.compile(rf"/Users/(?<![\w.\-:]/Users/){_NAME}/(?=[\w.])")
_ROOT = re.compile(r"/root/(?<![\w.\-/}]/root/)(?=[\w.])")
_WINDOWS = re.compile(
    r":[\\/]{1,2}Users[\\/]{1,2}([^\\/:*?\"'<>|\s](?:[^\\/:*?\"'<>|\r\n\t]{0,38}[^\\/:*?\"'<>|\s])?)"
    r"[\\/]{1,2}(?=[\w.])"
)
_MOUNTED = re.compile(rf"/c/Users/{_NAME}/(?=[\w.])")

_HOME_OF = (
    (re.compile(rf"/home/{_NAME}(?:/|\Z)"), "/home/"),
    (re.compile(rf"/Users/{_NAME}(?:/|\Z)"), "/Users/"),
    (re.compile(rf"(?:/mnt)?/c/Users/{_NAME}(?:/|\Z)"), "c:/users/"),
    (re.compile(r"[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2}([^\\/:*?\"<>|\r\n]{1,40})"), "c:/users/"),
)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def homes_in(text: str) -> set[str]:
    """The home directories that a text mentions, each in one spelling."""
    homes: set[str] = set()
    if "/home/" in text:
        homes.update("/home/" + name for name in _LINUX.findall(text))
    if "Users" in text:
        homes.update("/Users/" + name for name in _MACOS.findall(text))
        homes.update("c:/users/" + name.lower() for name in _WINDOWS.findall(text))
        homes.update("c:/users/" + name.lower() for name in _MOUNTED.findall(text))
    if "/root/" in text and _ROOT.search(text):
        homes.add("/root")
    homes.discard("/Users/Shared")
    return homes


def home_of(path: str) -> str | None:
    """The home directory that an absolute path lies in, or None."""
    if path == "/root" or path.startswith("/root/"):
        return "/root"
    for pattern, prefix in _HOME_OF:
        if found := pattern.match(path):
            name = found[1]
            return prefix + (name.lower() if prefix[0] == "c" else name)
    return None


def os_of(path: str) -> str | None:
    """The operating system whose shape an absolute path has, or None where it may be any."""
    if path.startswith("/Users/"):
        return "macos"
    if path.startswith(("/home/", "/root", "/mnt/")):
        return "linux"
    return "windows" if _DRIVE.match(path) else None


def is_absolute(path: str) -> bool:
    """Whether a path starts at a root or at a drive."""
    return path.startswith("/") or _DRIVE.match(path) is not None


def directory(path: str) -> str:
    """A directory in one spelling: no separator at its end, drives in lower case with slashes."""
    if _DRIVE.match(path):
        path = path.replace("\\\\", "/").replace("\\", "/").lower()
    return path.rstrip("/") or "/"


def name_label(name: str) -> str | None:
    """`generic` for a user name that tells no two people apart."""
    return "generic" if name.lower() in GENERIC_NAMES else None


def home_facts(home: str, origin: Origin, weaker: str | None = None) -> Iterator[Fact]:
    """A home and its user as facts.

    Args:
        home: as `homes_in` or `home_of` spell it.
        origin: who says so.
        weaker: a label for homes that are only mentioned; `generic` goes before it.
    """
    name = home.rsplit("/", 1)[-1]
    label = name_label(name) or weaker
    yield Fact("home", origin, home, label)
    yield Fact("user", origin, name.lower(), label)
