"""Several gateways on one port, with one folder of state."""

import re

import pytest

from tests.gateway.test_serve import BAN, CLAUDE


def test_two_processes_share_a_port_and_what_they_write_down(gateway, upstream, tmp_path):
    """The kernel deals connections out; a case is one case wherever it is met, and nothing is lost."""
    record = tmp_path / "captures"
    options = ("--shared-port", "--record", record)
    first = gateway(BAN, *options)
    second = gateway(BAN, *options, listen=f"127.0.0.1:{first.port}")
    assert second.port == first.port
    cases = set()
    for number in range(60):
        assert first.ask(body=b'{"n":%d}' % number, x_api_key="k")[0] == 200
        status, _, said = first.ask(x_api_key="k", user_agent=CLAUDE)
        assert status == 403
        cases.add(re.search(rb"Case ([0-9A-Z-]+)", said)[1])
    written = [
        int(re.search(r"Decisions written: (\d+)", one.stop())[1]) for one in (first, second)
    ]
    assert all(written)
    assert sum(written) == 120
    lines = (tmp_path / "state" / "decisions.jsonl").read_bytes().splitlines()
    assert len(lines) == 120
    assert len(cases) == 1
    assert len(list(record.iterdir())) == 2
    assert len(upstream[1].requests) == 60


def test_a_port_is_not_shared_with_those_who_do_not_ask(gateway):
    """Two gateways on one port by mistake would halve what each knows."""
    first = gateway(BAN)
    with pytest.raises(AssertionError, match="cannot be listened on"):
        gateway(BAN, "--shared-port", listen=f"127.0.0.1:{first.port}")
