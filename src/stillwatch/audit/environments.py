"""What an environment is: the made-up person, place and machine that a level of each factor means.

Everything in it is invented, and all that belongs to one level agrees with itself: who is logged in
owns the home, and the zone is the same in the variable, the file and the link.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from stillwatch.audit.environments_git import FILES, Repository
from stillwatch.audit.environments_levels import (
    AUTHORS,
    BUILDS,
    CERTIFICATE,
    CLOCKS,
    EXTRA_PROGRAMS,
    FAKETIME,
    HOMES,
    LOCAL_PORT,
    LOCALES,
    MACHINES,
    PATH,
    PROGRAMS,
    PROJECTS,
    PROXY,
    REMOTES,
    SERVERS,
    TERMINALS,
    USERS,
    ZONES,
)
from stillwatch.audit.recording import Factor


@dataclass(frozen=True, slots=True)
class Scene:
    """All that one environment consists of.

    Attributes:
        variables: environment variables.
        files: text of files by absolute path.
        links: where links go, by absolute path.
        programs: those files that may be run.
        values: texts that tell about the environment, by what they are.
    """

    variables: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    programs: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)

    def __or__(self, other: "Scene") -> "Scene":
        return Scene(
            self.variables | other.variables,
            self.files | other.files,
            self.links | other.links,
            self.programs + other.programs,
            self.values | other.values,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """What the parts of an environment must agree on.

    Attributes:
        levels: level of each factor by its name.
        official: the server that the tool's vendor runs.
    """

    levels: Mapping[str, str]
    official: str

    @property
    def user(self) -> str:
        """The person's short name."""
        return USERS[self.levels["user"]][0]

    @property
    def home(self) -> str:
        """The person's home."""
        return f"{HOMES[self.levels['home']]}/{self.user}"

    @property
    def project(self) -> str:
        """Where the tool starts."""
        return f"{self.home}/{PROJECTS[self.levels['directory']]}"

    @property
    def machine(self) -> str:
        """The machine's name."""
        return MACHINES[self.levels["machine"]]

    @property
    def server(self) -> str:
        """Name of the API's server."""
        level = self.levels["host"]
        return {"official": self.official, "local": "localhost"}.get(level) or SERVERS[level]

    @property
    def base_url(self) -> str:
        """Where the API is, without a path."""
        if self.levels["host"] == "local":
            return f"http://localhost:{LOCAL_PORT}"
        return f"https://{self.server}"

    @property
    def terminal(self) -> bool:
        """Whether the tool talks to a terminal."""
        return self.levels["terminal"] != "none"


def factors() -> tuple[Factor, ...]:
    """What can be varied on this machine; the clock only where Debian's `faketime` is installed."""
    return tuple(
        Factor(name, levels) for name, (levels, _) in _PARTS.items() if name != "clock" or _faker()
    )


def servers(official: str) -> dict[str, str]:
    """The host class of each server that a base URL may name.

    Args:
        official: the server that the tool's vendor runs.
    """
    named = {name: level for level, name in SERVERS.items()}
    return named | {official: "official", "localhost": "local", "127.0.0.1": "local"}


def scene(place: Place, repository: Repository) -> Scene:
    """Put an environment together.

    Args:
        place: the levels.
        repository: of the project.
    """
    parts = [part(place) for name, (_, part) in _PARTS.items() if name in place.levels]
    return reduce(Scene.__or__, [_always(place), *parts, _tracked(place, repository)])


def _always(place: Place) -> Scene:
    names = {place.official, PROXY, *SERVERS.values()}
    hosts = "".join(f"127.0.0.1 {name}\n" for name in ("localhost", *sorted(names)))
    hosts += f"127.0.1.1 {place.machine}\n"
    files = {
        "/etc/hosts": hosts,
        "/etc/resolv.conf": "nameserver 127.0.0.1\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
        "/etc/machine-id": "6b1f0a5c2f3e4d5c8a7b9e0d1c2b3a4f\n",
    }
    files |= {f"{place.project}/{name}": text for name, text in FILES.items()}
    certificates = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    variables = dict.fromkeys(certificates, CERTIFICATE)
    return Scene(variables | {"PATH": ":".join(PATH), "SHELL": "/bin/bash"}, files)


def _host(place: Place) -> Scene:
    return Scene(values={"server": place.server, "base_url": place.base_url})


def _zone(place: Place) -> Scene:
    zone = place.levels["zone"]
    # Some tools read the variable, some the file, some the link.
    links = {"/etc/localtime": f"/usr/share/zoneinfo/{zone}"}
    return Scene({"TZ": zone}, {"/etc/timezone": f"{zone}\n"}, links, values={"zone": zone})


def _locale(place: Place) -> Scene:
    name = place.levels["locale"]
    language = name.partition(".")[0]
    variables = {"LANG": name, "LC_ALL": name, "LANGUAGE": language}
    return Scene(variables, {"/etc/default/locale": f"LANG={name}\n"}, values={"locale": language})


def _proxy(place: Place) -> Scene:
    if place.levels["proxy"] == "none":
        return Scene()
    url, local = f"http://{PROXY}:3128", f"localhost,127.0.0.1,{place.server}"
    wanted = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "ALL_PROXY": url, "NO_PROXY": local}
    variables = wanted | {name.lower(): value for name, value in wanted.items()}
    return Scene(variables, values={"proxy": PROXY})


def _user(place: Place) -> Scene:
    name, full = USERS[place.levels["user"]]
    entry = f"{name}:x:1000:1000:{full}:{place.home}:/bin/bash\n"
    files = {
        "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n" + entry,
        "/etc/group": f"root:x:0:\n{name}:x:1000:\n",
    }
    variables = {"USER": name, "LOGNAME": name}
    return Scene(variables, files, values={"user_name": name, "full_name": full})


def _home(place: Place) -> Scene:
    return Scene({"HOME": place.home}, values={"home": place.home})


def _directory(place: Place) -> Scene:
    return Scene({"PWD": place.project}, values={"directory": place.project})


def _machine(place: Place) -> Scene:
    name = place.machine
    return Scene({"HOSTNAME": name}, {"/etc/hostname": f"{name}\n"}, values={"machine": name})


def _author(place: Place) -> Scene:
    name, email = AUTHORS[place.levels["git author"]]
    text = f"[user]\n\tname = {name}\n\temail = {email}\n"
    return Scene(
        files={f"{place.home}/.gitconfig": text},
        values={"git_name": name, "git_email": email},
    )


def _remote(place: Place) -> Scene:
    return Scene(values={"git_remote": REMOTES[place.levels["git remote"]]})


def _terminal(place: Place) -> Scene:
    return Scene(dict(TERMINALS[place.levels["terminal"]]))


def _build(place: Place) -> Scene:
    return Scene(dict(BUILDS[place.levels["build"]]))


def _programs(place: Place) -> Scene:
    if place.levels["programs"] == "few":
        return Scene()
    paths = tuple(f"{EXTRA_PROGRAMS}/{name}" for name in PROGRAMS)
    return Scene(files=dict.fromkeys(paths, "#!/bin/sh\nexit 0\n"), programs=paths)


def _clock(place: Place) -> Scene:
    faker = _faker()
    if faker is None:
        return Scene()
    shift = CLOCKS[place.levels["clock"]]
    return Scene({"LD_PRELOAD": str(faker), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"})


def _faker() -> Path | None:
    return next((path for path in FAKETIME if path.is_file()), None)


def _tracked(place: Place, repository: Repository) -> Scene:
    config = repository.config(REMOTES[place.levels["git remote"]])
    return Scene(files={f"{place.project}/.git/config": config} if config else {})


_PARTS: dict[str, tuple[tuple[str, ...], Callable[[Place], Scene]]] = {
    "host": (("official", "local", *SERVERS), _host),
    "zone": (ZONES, _zone),
    "locale": (LOCALES, _locale),
    "proxy": (("none", "set"), _proxy),
    "user": (tuple(USERS), _user),
    "home": (tuple(HOMES), _home),
    "directory": (tuple(PROJECTS), _directory),
    "machine": (tuple(MACHINES), _machine),
    "git author": (tuple(AUTHORS), _author),
    "git remote": (tuple(REMOTES), _remote),
    "terminal": (tuple(TERMINALS), _terminal),
    "build": (tuple(BUILDS), _build),
    "programs": (("few", "many"), _programs),
    "clock": (tuple(CLOCKS), _clock),
}
"""Every factor: its levels, and what a level means. The first two meet most often in the design."""
