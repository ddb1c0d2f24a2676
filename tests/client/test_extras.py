"""What is not installed is named, with the line that installs it; sealing alone needs no extra."""

import subprocess
import sys

import pytest

from stillwatch.cli.marks.machine import machine
from stillwatch.cli.marks.proxy import proxy
from stillwatch.client import Choices, environment
from stillwatch.client.enrolment import write_enrolment
from stillwatch.client.policy import parse_policy
from stillwatch.client.sealing import Draft
from stillwatch.client.wrapping import sealing_for
from stillwatch.errors import MissingExtra
from tests.client.installs import ENROLMENT, GRAMMAR, NOW_S, raw
from tests.client.test_environment import POLICY


@pytest.fixture
def without(monkeypatch):
    """Makes imports fail as if something were not installed."""

    def remove(*names):
        for name in list(sys.modules):
            if name.split(".")[0] in names or name in names:
                monkeypatch.delitem(sys.modules, name)
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)

    return remove


def test_signatures_are_an_extra(without):
    """Said when the client is made, not in the middle of a request."""
    without("http_message_signatures", "stillwatch.client.signing")
    with pytest.raises(MissingExtra) as caught:
        sealing_for(ENROLMENT, Choices(GRAMMAR))
    assert "stillwatch[client]" in caught.value.hint


def test_sealing_alone_needs_no_extra(without):
    """Neither signatures nor structured fields nor time zones."""
    without("http_message_signatures", "http_sf", "tzlocal", "stillwatch.client.signing")
    how = sealing_for(ENROLMENT, Choices(GRAMMAR, sign=False, clock=lambda: NOW_S))
    body = raw("/v1/messages")
    assert how.sealed(Draft("POST", "https://x.test/v1/messages", [], body)).body != body


def test_the_time_zone_is_an_extra(without, monkeypatch):
    """But not where the variable is set."""
    without("tzlocal")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    assert dict(environment(parse_policy(POLICY)).classes)["time-zone"] == "europe"
    monkeypatch.delenv("TZ")
    with pytest.raises(MissingExtra):
        environment(parse_policy(POLICY))


def test_the_header_is_an_extra(without):
    """Also for showing it."""
    without("http_sf", "stillwatch.client.declared")
    with pytest.raises(MissingExtra):
        machine(ENROLMENT, parse_policy(POLICY), "https://api.example.com")


def test_the_commands_are_there_without_extras():
    """Help names them all; only what needs an extra asks for it."""
    code = (
        "import sys\n"
        "for name in ('aiohttp', 'http_message_signatures', 'http_sf', 'tzlocal'):\n"
        "    sys.modules[name] = None\n"
        "from stillwatch.cli import main\n"
        "sys.exit(main())"
    )

    def said(*words):
        done = subprocess.run(
            [sys.executable, "-c", code, "marks", *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    status, text = said("--help")
    assert status == 0
    assert all(name in text for name in ("disclose", "explain", "join", "notice", "proxy"))
    assert said("notice", "--name", "Example", "--contact", "x")[0] == 0
    status, text = said("proxy", "--upstream", "https://x.test", "--enrolment", "e.json")
    assert status
    assert "stillwatch[proxy]" in text
    assert "Traceback" not in text


def test_the_proxy_is_an_extra(without, tmp_path):
    """With what it needs."""
    write_enrolment(tmp_path / "e.json", ENROLMENT)
    without("aiohttp", "stillwatch.client.proxy")
    with pytest.raises(MissingExtra) as caught:
        proxy(upstream="https://x.test", enrolment=tmp_path / "e.json")
    assert "stillwatch[proxy]" in caught.value.hint
