"""What the gateway finds out of a request for rules to look at."""

import json
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.errors import SettingsError
from stillwatch.gateway.accounts import Who
from stillwatch.gateway.finding import MOST_LOOKED_AT
from stillwatch.gateway.networks import Networks, read_networks
from stillwatch.gateway.reading import thread_of
from stillwatch.gateway.register import Register
from tests.gateway.test_serve import rule

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


@st.composite
def some_network(draw):
    """A network around an address."""
    address = draw(ADDRESSES)
    length = draw(st.integers(0, address.max_prefixlen))
    return ip_network(f"{address}/{length}", strict=False)


@given(st.dictionaries(some_network(), st.sampled_from(["hosting", "vpn", "tor"])), ADDRESSES)
def test_the_smallest_network_that_holds_an_address_counts(kinds, address):
    """As a search through all of them finds it."""
    seen = getattr(address, "ipv4_mapped", None) or address
    holding = [one for one in kinds if one.version == seen.version and seen in one]
    best = max(holding, key=lambda one: one.prefixlen, default=None)
    assert Networks(kinds).kind(str(address)) == ("" if best is None else kinds[best])


def test_an_address_of_the_old_kind_in_new_dress_is_the_same():
    """Servers that listen on both show ::ffff:203.0.113.9."""
    networks = Networks({ip_network("203.0.113.0/24"): "hosting"})
    assert networks.kind("::ffff:203.0.113.9") == "hosting"
    assert networks.kind(str(ip_address("203.0.114.9"))) == ""
    assert [networks.kind(odd) for odd in (None, "", "unix", "1.2.3")] == [""] * 4


@pytest.mark.parametrize("line", ["203.0.113.0/24", "hosting 203.0.113.0/24", "1.2.3.4/99 vpn"])
def test_a_line_that_is_no_network_is_named(tmp_path, line):
    """With its number, and what it should look like."""
    file = tmp_path / "networks.txt"
    file.write_text(f"# ours\n203.0.113.0/24 hosting # fine\n\n{line}\n")
    with pytest.raises(SettingsError, match=r"networks\.txt, line 4") as found:
        read_networks(file)
    assert "203.0.113.0/24 hosting" in found.value.hint


REGISTER = {"install": "in_1", "account": "acct_a", "organization": "org_1"}


def register(tmp_path, **changes):
    file = tmp_path / "installs.jsonl"
    file.write_text(json.dumps(REGISTER | changes) + "\n")
    return Register(file)


def test_an_install_of_another_organisation_is_foreign(tmp_path):
    """That is what a relay shows that passes on what other people's clients signed."""
    assert register(tmp_path).foreign("in_1", Who("acct_b", organisation="org_2"))


@pytest.mark.parametrize(
    "who",
    [
        Who("acct_a"),
        Who("acct_b", organisation="org_1"),
        Who("acct_b"),
    ],
    ids=["its own account", "a colleague's", "a new key, nothing known"],
)
def test_innocent_twins_of_a_foreign_install(tmp_path, who):
    """Who changes a key has a new account and the same install; so has a colleague at one desk."""
    assert not register(tmp_path).foreign("in_1", who)
    assert not register(tmp_path, organization=None).foreign("in_1", Who("x", organisation="o"))


def test_a_revoked_install_is_known_no_more_after_the_register_was_read_again(tmp_path):
    """Revoking takes effect without a restart."""
    found = register(tmp_path)
    assert found.knows("in_1")
    register(tmp_path, revoked="2026-07-01T12:00:00Z")
    found.read()
    assert not found.knows("in_1")


def body(*said, system="be kind", wire="messages"):
    roles = ["user", "assistant"] * len(said)
    turns = [{"role": role, "content": text} for role, text in zip(roles, said, strict=False)]
    if wire == "chat":
        turns.insert(0, {"role": "system", "content": system})
    return json.dumps({wire if wire == "input" else "messages": turns}).encode()


@pytest.mark.parametrize("wire", ["messages", "chat", "input"])
def test_a_thread_keeps_its_number_as_it_grows_and_others_have_another(wire):
    """The number is what its user said first."""
    numbers = {
        thread_of(body(*turns, wire=wire)) for turns in (("a",), ("a", "b"), ("a", "c", "d"))
    }
    assert len(numbers) == 1
    assert numbers.isdisjoint({thread_of(body("b", wire=wire)), 0})


@given(st.one_of(st.binary(), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["messages", "input", "role", "content"]), inner),
).map(lambda value: json.dumps(value).encode())))  # fmt: skip
def test_any_body_has_a_thread_or_none(content):
    """Nothing that a client sends makes it fail."""
    assert thread_of(content) >= 0


NETWORK = rule("hosting", "block", 'context.network == "hosting"')


def test_a_rule_on_networks_asks_the_list_and_the_server_in_front(gateway, upstream, tmp_path):
    """The last address that the server in front wrote counts, not what the client claims."""
    listed = tmp_path / "networks.txt"
    listed.write_text("203.0.113.0/24 hosting\n")
    gate = gateway(NETWORK, "--networks", listed, "--address-header", "X-Forwarded-For")
    assert gate.ask(x_forwarded_for="198.51.100.1, 203.0.113.9")[0] == 403
    assert gate.ask(x_forwarded_for="203.0.113.9, 198.51.100.1")[0] == 200
    assert gate.ask()[0] == 200


def test_a_rule_on_networks_without_a_list_is_refused(gateway):
    """It would never meet anybody, and its owner would think it does."""
    with pytest.raises(AssertionError, match="--networks FILE"):
        gateway(NETWORK)


def test_threads_at_once_are_counted_by_their_beginnings(gateway, upstream):
    """Two calls of one thread are one, forty threads are forty."""
    gate = gateway(rule("many", "block", "context.busy > 30"))
    for _ in range(40):
        assert gate.ask(body=body("a", "b"), x_api_key="one")[0] == 200
    found = [gate.ask(body=body(f"{n}"), x_api_key="many")[0] for n in range(40)]
    assert found[:20] == [200] * 20
    assert found[-1] == 403


TAGS = "".join(chr(0xE0000 + ord(one)) for one in "from shop 7")


@pytest.mark.parametrize(
    ("size", "status"), [(0, 403), (200_000, 403), (MOST_LOOKED_AT, 200)], ids=str
)
def test_hidden_marks_are_seen_in_short_and_long_requests(gateway, upstream, size, status):
    """Long ones are looked at beside the event loop; very long ones are not, as the docs say."""
    gate = gateway(rule("marked", "block", 'context.mark != ""'))
    said = json.dumps({"messages": [{"role": "user", "content": "word " * (size // 5)}]})
    assert gate.ask(body=said.encode())[0] == 200
    marked = json.dumps({"messages": [{"role": "user", "content": TAGS + "word " * (size // 5)}]})
    assert gate.ask(body=marked.encode())[0] == status
