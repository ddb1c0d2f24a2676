"""The marked client itself, from npm: its three bits are read from what it really sends.

Names of hosts lead to the loopback because the client is told of a proxy, so that nothing leaves
this machine and nobody has to edit its table of hosts.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from stillwatch.cli import run
from tests.clients.endpoint import Endpoint

pytestmark = pytest.mark.clients
CLIENTS = Path(__file__).parents[3] / ".venv" / "clients"
MARKED = CLIENTS / "marked" / "node_modules" / ".bin" / "claude"
CURRENT = CLIENTS / "node_modules" / ".bin" / "claude"
HOSTS = {"relay.test": 0, "relay.test.cn": 4, "deepseek.test": 2, "deepseek.test.cn": 6}
"""Name of a host -> bits, by the published description: listed domain, name of a laboratory."""
ZONES = {"UTC": 0, "Asia/Shanghai": 1}


@pytest.fixture
def scanned(tmp_path, monkeypatch, capsys):
    """Run a client in a place and scan what it sends, as a capture."""

    def scan(client, zone, host):
        if not client.exists():
            pytest.skip(f"no {client.relative_to(CLIENTS)}; `make test` installs it")
        with Endpoint() as endpoint:
            _say_hello(client, tmp_path, TZ=zone, http_proxy=endpoint.url, HOST=host)
        monkeypatch.chdir(tmp_path)
        Path("day.jsonl").write_text("".join(json.dumps(one) + "\n" for one in endpoint.lines))
        assert run(["marks", "scan", "day.jsonl", "--json", "-"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["files"] == [{"file": "day.jsonl", "texts": len(endpoint.lines)} | NONE]
        assert endpoint.lines
        return found["findings"]

    return scan


NONE = {"skipped_lines": 0}


def _say_hello(client, folder, **variables):
    home = folder / "home"
    work = home / "work"
    work.mkdir(parents=True)
    quiet = {"DISABLE_TELEMETRY": "1", "DISABLE_AUTOUPDATER": "1", "DISABLE_ERROR_REPORTING": "1"}
    quiet["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"
    url = {"ANTHROPIC_BASE_URL": f"http://{variables.pop('HOST')}", "ANTHROPIC_API_KEY": "dummy"}
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb"} | quiet | url | variables
    done = subprocess.run(
        [str(client), "-p", "Say hello."],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("host", HOSTS)
def test_the_marked_version_gives_its_three_bits(scanned, zone, host):
    """Each of the eight environments is read back; nothing else is found but what is declared."""
    found = [one for one in scanned(MARKED, zone, host) if not one["declared"]]
    bits = HOSTS[host] + ZONES[zone]
    assert {one["channel"] for one in found} == ({"date-line"} if bits else set())
    assert {one["payload"]["hex"] for one in found} == ({f"{bits:02x}"} if bits else set())
    assert {one["sure"] for one in found} <= {"certain"}


def test_the_current_version_hides_nothing(scanned):
    """In the environment that the old one marked most; its documented line is said to be one."""
    found = scanned(CURRENT, "Asia/Shanghai", "deepseek.test.cn")
    assert all(one["declared"] for one in found)
