"""What each program does to a request, held against what the provider receives."""

import re
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest

from stillwatch_range import relays
from stillwatch_range.clients.encode import sent
from stillwatch_range.model import Called
from tests.range.relays import stage
from tests.range.relays.stage import blocks, items, session, through

CODER, STRANGER = "claude-code", "anthropic-python"
KINDS = sorted(relays.KINDS)
IMITATORS = ("cpa", "crs", "sub2api")
PERSONA = "You are Brackwater, the helper of a marina."


def talk(kind, client=CODER, level="E1", count=1, number=0, **settings):
    more = {} if client == CODER else {"system": PERSONA, "model": "claude-opus-5-5"}
    one = session(client, number, **more)
    return through(kind, [one], level, count, **settings)


def head(ask):
    return {name.lower(): value for name, value in ask.headers}


def user(ask):
    text = ask.body["metadata"]["user_id"]
    if text.startswith("{"):
        return msgspec.json.decode(text)
    device, rest = text.removeprefix("user_").split("_account_")
    account, session_id = rest.split("_session_")
    return {"device_id": device, "account_uuid": account, "session_id": session_id}


@pytest.mark.parametrize("level", ["E0", "E1", "E3", "E5"])
@pytest.mark.parametrize("client", [CODER, STRANGER, "openai-python", "openai-responses"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_customer_sees_the_conversation_as_without_a_relay(kind, client, level):
    """Answers come back in the caller's names, words and inputs, on every rung."""
    plain = "gpt-load"
    _, direct = talk(plain, client, "E5")
    _, went = talk(kind, client, level, elsewhere=0.0)

    def heard(rows):
        return [
            [
                (b.name, dict(b.input)) if isinstance(b, Called) else type(b).__name__
                for b in r.content
            ]
            for _, r in rows
            if r.ok
        ]

    expected = heard(direct)
    if client == "openai-python":
        expected = [[b for b in answer if b != "Thought"] for answer in expected]
    assert heard(went) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_work_is_left_alone(kind):
    """Tool ids, inputs, results and the model's words pass as they are on one wire."""
    seen, went = talk(kind)
    for (ask, _), out in zip(went, seen.asks, strict=True):
        for block in ("tool_use", "tool_result"):
            ours = [{**b, "name": ""} for b in blocks(ask, block)]
            theirs = [{**b, "name": ""} for b in blocks(out, block)]
            for row in (*ours, *theirs):
                row.pop("cache_control", None)
            assert ours == theirs
        said = [
            b["text"]
            for i in items(ask)
            if i["role"] == "assistant"
            for b in i["content"]
            if b["type"] == "text"
        ]
        assert said == [
            b["text"]
            for i in items(out)
            if i["role"] == "assistant"
            for b in i["content"]
            if b["type"] == "text"
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_signatures_pass_while_the_account_stays(kind):
    """Reasoning comes back to the account that made it with its signature unchanged."""
    seen, went = talk(kind, stick_to="session")
    last, out = went[-1][0], seen.asks[-1]
    assert [b["signature"] for b in blocks(last, "thinking")]
    assert blocks(last, "thinking") == blocks(out, "thinking")


@pytest.mark.parametrize("kind", KINDS)
def test_the_callers_request_is_not_changed(kind):
    """The body that the client handed over reads the same after the relay had it."""
    texts = []

    class Before:
        def __init__(self, road):
            self._road = road

        def send(self, ask):
            text = sent(ask)
            reply = self._road.send(ask)
            texts.append(text == sent(ask))
            return reply

    seen = stage.Seen()
    spec = relays.RelaySpec(kind=kind, level="E0")
    relay = relays.open_relay(spec, stage.some_accounts(2), stage.provider(seen), stage.WORLD, 5)
    stage.run(Before(relay.door("c", "UTC", "en")), [session(STRANGER, system=PERSONA)])
    assert texts
    assert all(texts)


@pytest.mark.parametrize("kind", KINDS)
def test_the_length_header_is_true(kind):
    """Content-Length says the length of the body as the relay writes it."""
    for client in (CODER, STRANGER, "openai-python"):
        seen, _ = talk(kind, client)
        for ask in seen.asks:
            assert head(ask)["content-length"] == str(len(sent(ask)))


@pytest.mark.parametrize("kind", ["sub2api", "cpa"])
def test_an_account_has_one_device(kind):
    """All customers of an account show one device of 64 hexadecimal digits, not their own."""
    one, _ = talk(kind, number=0)
    two, _ = talk(kind, number=1)
    devices = {user(ask)["device_id"] for ask in one.asks + two.asks}
    assert len(devices) == 1
    assert len(bytes.fromhex(devices.pop())) == 32


def test_crs_gives_strangers_its_constant_device():
    """The device of callers without one is the hash that every installation shares."""
    seen, _ = talk("crs", STRANGER)
    assert user(seen.asks[0])["device_id"] == sha256(b"relay-generated-device").hexdigest()
    assert user(seen.asks[0])["account_uuid"] == ""


def test_crs_keeps_a_coders_device_and_puts_the_account_in():
    """The caller's device passes; the account id becomes the real one."""
    seen, went = talk("crs")
    assert user(seen.asks[0])["device_id"] == user(went[0][0])["device_id"]
    assert UUID(user(seen.asks[0])["account_uuid"]).version == 4


@pytest.mark.parametrize(
    ("kind", "client", "version"),
    [("sub2api", CODER, 4), ("crs", CODER, 4), ("cpa", STRANGER, 5), ("cpa", CODER, 4)],
)
def test_session_ids_have_the_shape_that_the_program_gives_them(kind, client, version):
    """Hashes in the shape of version 4; CLIProxyAPI's derived ones are of version 5."""
    seen, _ = talk(kind, client)
    assert {UUID(user(ask)["session_id"]).version for ask in seen.asks} == {version}


def test_masked_sessions_are_one_an_account_for_a_quarter_of_an_hour():
    """With masking, customers share a session id until fifteen idle minutes pass."""
    later = 3_600_000_000
    first, second = session(number=0), session(number=1)
    third = session(number=2, start_us=first.start_us + later)
    seen, _ = through("sub2api", [first, second, third], session_id="masked")
    ids = [user(ask)["session_id"] for ask in seen.asks]
    assert len(set(ids)) == 2
    assert (
        len(
            {i for i, ask in zip(ids, seen.asks, strict=True) if ask.at_us < first.start_us + later}
        )
        == 1
    )


@pytest.mark.parametrize("kind", KINDS)
def test_header_and_body_name_one_session(kind):
    """Where both carry a session id, they agree."""
    for level in ("E0", "E5"):
        seen, _ = talk(kind, level=level)
        for ask in seen.asks:
            shown = head(ask).get("x-claude-code-session-id")
            assert shown in (None, user(ask)["session_id"])


@pytest.mark.parametrize(
    ("kind", "agent"),
    [
        ("sub2api", "claude-cli/2.1.22 (external, cli)"),
        ("cpa", "claude-cli/2.1.220 (external, cli)"),
        ("new-api", "Go-http-client/1.1"),
        ("cc-gateway", "claude-cli/2.1.197 (external, cli)"),
    ],
)
def test_naive_relays_show_what_the_program_ships(kind, agent):
    """On E0 the user agent is the program's constant, whoever calls."""
    seen, _ = talk(kind, level="E0")
    assert {head(ask)["user-agent"] for ask in seen.asks} == {agent}


def test_a_stored_fingerprint_outlives_its_first_caller():
    """The first coder's headers are shown for the next one as well."""
    one, two = (
        session(number=0),
        session(number=1, version="2.1.197", start_us=session().start_us + 10**9),
    )
    seen, _ = through("crs", [one, two])
    assert len({head(ask)["user-agent"] for ask in seen.asks}) == 1


def test_hardened_relays_show_the_newest_client_seen():
    """From E2 on a stored version only rises."""
    old = session(number=0, version="2.1.100")
    new = session(number=1, version="2.1.999", start_us=old.start_us + 10**9)
    seen, _ = through("sub2api", [old, new], "E2")
    agents = [head(ask)["user-agent"] for ask in seen.asks]
    assert agents[-1].startswith("claude-cli/2.1.999")
    assert not any(agent.startswith("claude-cli/2.1.100") for agent in agents)


@pytest.mark.parametrize("kind", IMITATORS)
def test_a_strangers_prompt_is_moved_behind_the_imitated_one(kind):
    """The caller's persona leaves the system field and stands in the conversation."""
    seen, _ = talk(kind, STRANGER)
    ask = seen.asks[-1]
    system = " ".join(block["text"] for block in ask.body["system"])
    assert PERSONA not in system
    where = [item["role"] for item in items(ask)]
    holder = next(item for item in items(ask) if PERSONA in str(item["content"]))
    match kind:
        case "crs":
            assert where[:3] == ["user", "assistant", "user"]
            assert items(ask)[0] == holder
        case "cpa":
            assert holder["role"] == "system"
            assert where[:2] == ["user", "system"]
        case "sub2api":
            assert items(ask)[0] == holder


def test_wording_is_drawn_for_each_account_when_hardened():
    """On E5 what the relay puts in reads differently on different accounts, else everywhere alike."""

    def moved(level):
        texts = set()
        for group in "abcdef":
            seen = stage.Seen()
            spec = relays.RelaySpec(kind="sub2api", level=level)
            accounts = stage.some_accounts(1, group)
            relay = relays.open_relay(spec, accounts, stage.provider(seen), stage.WORLD, 5)
            stage.run(relay.door("c", "UTC", "en"), [session(STRANGER, system=PERSONA)])
            texts.add(items(seen.asks[0])[0]["content"][0]["text"])
        return texts

    assert len(moved("E1")) == 1
    assert len(moved("E5")) > 3


def names(kind, level="E1", customer="c1", account=0, **more):
    seen = stage.Seen()
    spec = relays.RelaySpec(kind=kind, level=level)
    accounts = [stage.some_accounts(3)[account]]
    relay = relays.open_relay(spec, accounts, stage.provider(seen), stage.WORLD, 5)
    one = session("opencode", version="1.18.33", **more)
    stage.run(relay.door(customer, "UTC", "en"), [one])
    return seen.asks[-1].tools.names


def test_tool_names_of_strangers_change_as_the_program_does_it():
    """Verbs with letters and digits; a suffix; servers named after the caller's key."""
    assert all(re.fullmatch(r"[a-z]+_[a-z]{3}\d\d", name) for name in names("sub2api"))
    assert all(re.fullmatch(r"\w+_(tool|[a-z0-9]{6})", name) for name in names("crs"))
    assert all(re.fullmatch(r"mcp__[a-z]+_[a-z]+__[a-z]+_\w+", name) for name in names("cpa"))


def test_cpa_aliases_follow_the_caller_over_accounts():
    """One caller's aliases are the same on two accounts; another caller's are not."""
    assert names("cpa", account=0) == names("cpa", account=1)
    assert names("cpa", customer="c1") != names("cpa", customer="c2")
    assert names("sub2api", account=0) != names("sub2api", account=1)


@pytest.mark.parametrize("kind", IMITATORS)
def test_hardened_relays_rename_nothing(kind):
    """From E3 on tools keep their names."""
    assert names(kind, "E3") == names("gpt-load")


def test_json_and_headers_show_the_library():
    """Python's spaces, Go's escapes and order, httpx's order."""
    seen, _ = talk("litellm-pool")
    assert seen.asks[0].raw.startswith('{"messages": [{')
    assert seen.asks[0].headers[0][0] == "host"
    assert head(seen.asks[0])["user-agent"].startswith("litellm/")
    betas = head(seen.asks[0])["anthropic-beta"].split(",")
    assert betas == sorted(betas)
    seen, _ = talk("new-api")
    assert "\\u003csystem-reminder\\u003e" in seen.asks[0].raw
    assert [name for name, _ in seen.asks[0].headers][:2] == ["Host", "User-Agent"]
    for kind in ("litellm-pool", "new-api"):
        seen, _ = talk(kind)
        for ask in seen.asks:
            plain = msgspec.json.decode(sent(ask))
            assert [item["role"] for item in plain["messages"]] == [i["role"] for i in items(ask)]


def test_cc_gateway_rewrites_prose_only():
    """The folder changes in system text and reminders, not in what tools show."""
    seen, went = talk("cc-gateway")
    ours, theirs = sent(went[-1][0]).decode(), sent(seen.asks[-1]).decode()
    assert "Primary working directory: /home/user0" in ours
    assert "Primary working directory: /home/user0" not in theirs
    assert "Platform: darwin" in theirs


def test_a_moved_conversation_loses_its_reasoning_after_the_error():
    """On another account the signature is refused once, then the history goes without reasoning."""
    seen, went = talk("new-api", count=3, stick_to="nothing", pick="round_robin")
    statuses = [reply.status for _, _, reply in seen.rows]
    assert statuses.count(400) == 1
    assert all(reply.ok for _, reply in went)
    after = seen.asks[statuses.index(400) + 1 :]
    assert not any(blocks(ask, "thinking") for ask in after)


def test_answers_from_elsewhere_leave_foreign_ids():
    """Ids in the history that the provider never made have the program's shape."""
    for kind, shape in (("sub2api", "toolu_"), ("new-api", "call_"), ("crs", "toolu_")):
        seen, went = through(kind, [session(count=12)], elsewhere=0.5)
        made = {b.id for _, _, r in seen.rows for b in r.content if isinstance(b, Called)}
        shown = {b["id"] for b in blocks(went[-1][0], "tool_use")}
        assert shown - made
        assert all(name.startswith(shape) for name in shown - made)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_captures(kind):
    """Two runs write the same bytes."""
    one, _ = talk(kind, STRANGER, "E0", 3)
    two, _ = talk(kind, STRANGER, "E0", 3)
    assert one.lines == two.lines


@pytest.mark.parametrize("kind", KINDS)
def test_truth_passes_through(kind):
    """The labels get the person and the conversation of the caller."""
    seen, went = talk(kind, STRANGER)
    assert {ask.truth for ask in seen.asks} == {ask.truth for ask, _ in went}
