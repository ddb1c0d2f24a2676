"""Every level of every factor is seen by the tool, and nothing of the real machine is."""

import os
import socket

import pytest

from stillwatch.audit.environments import Place, factors, scene, servers
from stillwatch.audit.environments_git import Repository, repository
from stillwatch.audit.environments_levels import AUTHORS

OFFICIAL = "api.vendor.example"
REPOSITORY = Repository({"HEAD": b"ref: refs/heads/main\n"}, "[core]\n\tbare = false\n")
FIRST = {factor.name: factor.levels[0] for factor in factors()}


def placed(**levels):
    return Place(
        FIRST | {name.replace("_", " "): level for name, level in levels.items()}, OFFICIAL
    )


@pytest.mark.parametrize("factor", factors(), ids=lambda factor: factor.name)
def test_every_level_makes_another_environment(factor):
    """A level that changes nothing would never be found."""
    made = [placed(**{factor.name: level}) for level in factor.levels]
    # The author is in the repository's commits as well as in the settings.
    seen = {repr((scene(one, REPOSITORY), one.base_url, one.project)) for one in made}
    assert len(seen) == len(factor.levels) > 1


@pytest.mark.parametrize("level", next(f.levels for f in factors() if f.name == "host"))
def test_servers_lead_to_the_room_and_back_to_their_level(level):
    """Each host class has a server of its own that the room resolves to loopback."""
    place = placed(host=level)
    assert servers(OFFICIAL)[place.server] == level
    hosts = scene(place, REPOSITORY).files["/etc/hosts"].splitlines()
    assert f"127.0.0.1 {place.server}" in hosts
    assert place.base_url.startswith("http://" if level == "local" else "https://")


def test_the_official_server_is_the_vendors():
    """Each tool takes another host for its vendor's."""
    assert placed(host="official").base_url == f"https://{OFFICIAL}"


def test_the_server_is_never_behind_the_proxy():
    """Else tools that know no proxy would see another environment."""
    for level in next(f.levels for f in factors() if f.name == "host"):
        place = placed(host=level, proxy="set")
        assert place.server in scene(place, REPOSITORY).variables["NO_PROXY"].split(",")


def test_nothing_of_this_machine_is_in_an_environment():
    """All that is in it is made up."""
    stage = scene(placed(), REPOSITORY)
    written = repr((stage.variables, stage.files, stage.values))
    assert socket.gethostname() not in written.replace("localhost", "")
    assert os.environ["PATH"] not in written
    assert set(stage.variables) & set(os.environ) <= {
        *("PATH", "SHELL", "TZ", "LANG", "LC_ALL", "LANGUAGE", "USER", "LOGNAME", "HOME", "PWD"),
        *("HOSTNAME", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"),
        "CURL_CA_BUNDLE",
    }


def test_a_repository_has_its_author_and_no_one_else():
    """Two commits, the same whenever they are made."""
    made = {level: repository(*who) for level, who in AUTHORS.items()}
    if not made["one"].files:
        pytest.skip("git is missing")
    again = repository(*AUTHORS["one"])
    heads = [one.files["refs/heads/main"] for one in (made["one"], again, made["two"])]
    assert heads[0] == heads[1] != heads[2]
    assert "https://x.example/y.git" in again.config("https://x.example/y.git")


def test_without_git_there_is_no_repository():
    """Settings alone would be a broken one."""
    assert Repository({}, "").config("https://x.example/y.git") == ""
    assert not any("/.git/" in name for name in scene(placed(), Repository({}, "")).files)
