"""Sharing with a store that holds garbage, a wrong password, forks and whole gateways."""

import asyncio
import logging
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stillwatch.errors import SettingsError
from stillwatch.gateway.faces.asgi import Middleware
from stillwatch.gateway.live.sharing import PREFIX, Sharing
from stillwatch.gateway.live.state import LiveState
from tests.gateway.test_serve import BAN, until

from .members import NOW, SLOW, Member

KEYS = [PREFIX + name for name in ("account:a", "bucket:a:r", "processes")]


def spoiled(client, key, kind, raw):
    """Put something of a kind where something of ours should be."""
    client.delete(key)
    if kind == "string":
        client.set(key, raw)
    elif kind == "list":
        client.rpush(key, raw, raw)
    elif kind == "scores":
        client.zadd(key, {raw: 1e300, b"x": -1e300, b"y": float("inf")})
    elif kind == "fields":
        names = [b"s", b"f", b"full", b"asked", b"at", b"p:x", b"p:" + raw, raw]
        client.hset(key, mapping=dict.fromkeys(names, raw))
    else:
        client.hset(key, mapping={f"p:{number}": raw for number in range(3000)})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.sampled_from(KEYS),
    st.sampled_from(["string", "list", "scores", "fields", "many"]),
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from([b"nan", b"inf", b"-inf", b"-1", b"1e999", b"9" * 30, b"0x10", b""]),
    ),
)
def test_garbage_in_the_store_is_thrown_away_and_counted(store, key, kind, raw):
    """Whoever else writes there can neither stop the merging nor make anybody wait for ever."""
    with store.client() as client:
        client.flushall()
        member = Member(store)
        member.began()
        assert member.merge()
        spoiled(client, key, kind, raw)
        for _ in range(2):
            member.began()
            member.take(1)
            assert member.merge(), member.sharing.counts.trouble
        assert member.seals() >= 3
        assert member.live.standing("a", NOW).busy <= 255
        assert member.live.take("a", "s", SLOW, NOW) == 0
        assert client.hlen(KEYS[0]) < 100
        if kind in {"string", "list", "many"} or (kind == "scores" and key != KEYS[2]):
            assert member.sharing.counts.ignored
        member.sharing.stop()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(max_size=60))
def test_an_answer_that_is_none_is_a_failure_and_no_more(store, raw):
    """A server that is no store of ours cannot stop the merging thread."""
    member = Member(store)
    member.began()
    member.sharing._store.execute_command = lambda *_words: raw
    assert not member.merge()
    assert member.sharing.counts.failures == 1
    del member.sharing._store.execute_command
    assert member.merge()
    member.sharing.stop()


def test_a_wrong_password_is_told_without_it(stores, caplog):
    """The gateway works on alone; neither log nor counts hold the password."""
    store = stores("right-one")
    with caplog.at_level(logging.DEBUG):
        member = Member(store, store.with_password("wrong-one"))
        member.began()
        assert not member.merge()
        assert member.seals() == 1
        member.sharing.stop()
        good = Member(store)
        assert good.merge()
        good.sharing.stop()
    assert member.sharing.counts.trouble == "AuthenticationError"
    assert "wrong-one" not in caplog.text + repr(member.sharing.counts)
    assert "right-one" not in caplog.text


@pytest.mark.parametrize(
    "url", ["", "bogus://x", "redis://h:secret@y:port", "redis://:secret@h/0?no_such=1"]
)
def test_an_address_that_is_none_is_refused_without_quoting_it(url):
    """It may hold a password."""
    with pytest.raises(SettingsError) as found:
        Sharing(LiveState(shared=True), url)
    assert "secret" not in f"{found.value.message}{found.value.hint}{found.value.__cause__}"


def test_gateways_share_and_never_show_the_password(gateway, stores, monkeypatch):
    """The variable keeps it out of the list of processes; what is printed does not hold it."""
    store = stores("a-password")
    monkeypatch.setenv("STILLWATCH_SHARE", store.url)
    gate = gateway(BAN)
    assert gate.ask(X_Api_Key="one")[0] == 200
    assert b"a-password" not in Path(f"/proc/{gate.process.pid}/cmdline").read_bytes()
    said = gate.stop()
    assert "a-password" not in said
    with store.client() as client:
        assert any(key.startswith(b"stillwatch:1:account:acct_") for key in client.scan_iter())


def test_a_gateway_starts_without_its_store(gateway, tmp_path):
    """Somebody may need it just then."""
    gate = gateway(BAN, "--share", f"unix://:a-password@{tmp_path}/nowhere")
    assert gate.ask()[0] == 200
    assert "a-password" not in gate.stop()


def test_a_middleware_shares_as_well(stores, tmp_path, monkeypatch):
    """By the variable, for servers that take no settings but the name of a class."""
    store = stores()
    monkeypatch.setenv("STILLWATCH_SHARE", store.url)
    (tmp_path / "rules.cedar").write_text(BAN)
    (tmp_path / "settings.toml").write_text('appeal = "help@example.com"\n')

    async def model(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive():
        return {"type": "http.request", "body": b"{}"}

    async def send(_message):
        pass

    made = Middleware(model, policy=tmp_path, state=tmp_path / "state", key=tmp_path / "key")
    headers = [(b"x-api-key", b"one")]
    call = {"type": "http", "method": "POST", "path": "/v1/messages", "headers": headers}
    asyncio.run(made(call | {"query_string": b"", "client": None}, receive, send))
    with store.client() as client:
        until(lambda: any(b":account:acct_" in key for key in client.scan_iter()))


def test_processes_that_were_forked_are_two(store):
    """Servers load everything once and then fork; each child merges for itself."""
    member = Member(store)

    def served():
        member.sharing.start()
        for _ in range(3):
            member.began()
        member.sharing.stop()

    child = os.fork()
    if not child:
        served()
        os._exit(0)
    os.waitpid(child, 0)
    served()
    assert member.sharing.counts.processes == 2
    fresh = Member(store)
    fresh.began()
    fresh.merge()
    assert fresh.seals() == 7
    fresh.sharing.stop()
