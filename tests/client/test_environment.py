"""The environment check: classes by an open policy, and never a raw value."""

import urllib.request

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.client import environment
from stillwatch.client.environment import look, proxy_for
from stillwatch.client.policy import MOST_CLASSES, parse_policy
from stillwatch.errors import InputError, SettingsError
from stillwatch.marks.manifest import READS

POLICY = """
stillwatch_environment = 1
name = "example"
about = "Where the service of Example is offered."
reads = ["time-zone", "proxy", "host", "locale"]

[[entry]]
fact = "time-zone"
class = "europe"
zones = ["Europe/", "Atlantic/Reykjavik"]
why = "The European terms apply."

[[entry]]
fact = "proxy"
class = "company"
exact = ["gate.example.com"]
suffix = [".corp.example.com"]
why = "Our own gateways."

[[entry]]
fact = "host"
class = "own"
exact = ["api.example.com"]
why = "Our own address."

[[entry]]
fact = "host"
class = "cloud"
substring = ["gateway"]
suffix = ["cloud.example"]
why = "A cloud that has a contract."

[[entry]]
fact = "locale"
class = "german"
substring = ["de-"]
suffix = ["CH"]
why = "German texts are checked by hand."
"""


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """A machine on which nothing is set."""
    for read in READS:
        for name in read.variables:
            monkeypatch.delenv(name, raising=False)


def classes(text=POLICY, url=None):
    return dict(environment(parse_policy(text), url).classes)


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Berlin", "europe"),
        (":Europe/Berlin", "europe"),
        ("/usr/share/zoneinfo/Europe/Berlin", "europe"),
        ("europe/berlin", "europe"),
        ("Atlantic/Reykjavik", "europe"),
        ("Atlantic/Reykjavik2", "other"),
        ("Asia/Shanghai", "other"),
        ("CST-8", "other"),
    ],
)
def test_zones_are_names_or_areas(monkeypatch, zone, name):
    """`TZ` counts in all its forms; what no entry names is `other`."""
    monkeypatch.setenv("TZ", zone)
    assert classes()["time-zone"] == name


def test_the_system_s_zone_is_read_where_the_variable_is_not_set(monkeypatch):
    """And what cannot be told is `other`."""
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "Europe/Rome")
    assert classes()["time-zone"] == "europe"

    def fails():
        raise LookupError

    monkeypatch.setattr("tzlocal.get_localzone_name", fails)
    assert classes()["time-zone"] == "other"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.example.com", "own"),
        ("https://API.Example.com./v1/messages", "own"),
        ("https://api.example.com.evil.test", "other"),
        ("https://notcloud.example", "other"),
        ("https://cloud.example:8443/x", "cloud"),
        ("https://a.cloud.example", "cloud"),
        ("http://my-gateway.test", "cloud"),
        ("http://user:secret@api.example.com/", "own"),
        ("http://[::1]:80/", "other"),
        ("http://[broken/", "other"),
    ],
)
def test_hosts_are_compared_whole_at_the_end_or_in_part(url, name):
    """A suffix ends at a dot; ports, users and paths do not matter."""
    assert classes(url=url)["host"] == name


def test_the_base_url_is_read_where_no_address_is_given(monkeypatch):
    """The first variable that is set counts; without any there is `none`."""
    assert classes()["host"] == "none"
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.test")
    assert classes()["host"] == "other"
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://api.example.com")
    assert classes()["host"] == "own"


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "none"),
        ({"HTTPS_PROXY": "http://gate.example.com:3128"}, "company"),
        ({"https_proxy": "gate.example.com:3128"}, "company"),
        ({"https_proxy": "http://x.test", "HTTPS_PROXY": "http://gate.example.com"}, "other"),
        ({"ALL_PROXY": "socks5://u:p@a.corp.example.com"}, "company"),
        ({"http_proxy": "http://gate.example.com"}, "none"),
        ({"https_proxy": "http://x.test", "NO_PROXY": "localhost,api.example.com"}, "none"),
        ({"https_proxy": "http://x.test", "no_proxy": "*"}, "none"),
        ({"https_proxy": "http://x.test", "no_proxy": "other.test"}, "other"),
    ],
)
def test_the_proxy_is_the_one_that_applies(monkeypatch, variables, name):
    """Lower case before upper, the scheme's own before the general one, exceptions count."""
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert classes(url="https://api.example.com/v1")["proxy"] == name


def test_a_system_s_proxy_settings_count_where_no_variable_does(monkeypatch):
    """As macOS and Windows have them."""
    proxies = {"https": "http://gate.example.com:80"}
    monkeypatch.setattr(urllib.request, "getproxies_registry", lambda: proxies, raising=False)
    monkeypatch.setattr(
        urllib.request, "proxy_bypass_registry", lambda host: "local" in host, raising=False
    )
    assert classes(url="https://api.example.com")["proxy"] == "company"
    assert classes(url="https://box.local")["proxy"] == "none"
    assert proxy_for("https://api.example.com") == "http://gate.example.com:80"


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"LANG": "de_DE.UTF-8"}, "german"),
        ({"LANG": "it_CH.UTF-8@euro"}, "german"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "other"),
        ({"LANG": "de_DE", "LC_MESSAGES": "C"}, "other"),
    ],
)
def test_locales_lose_their_encoding(monkeypatch, variables, name):
    """The order is that of POSIX."""
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert classes()["locale"] == name


def test_what_a_policy_does_not_ask_for_is_not_read(monkeypatch):
    """Not even looked at."""
    text = POLICY.replace('["time-zone", "proxy", "host", "locale"]', '["host"]')
    text = text.split("[[entry]]", maxsplit=1)[0]
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: pytest.fail("read the zone"))
    assert classes(text) == {"host": "none"}


def test_the_first_entry_that_fits_counts():
    """So that exceptions can stand before a rule."""
    first = '[[entry]]\nfact = "host"\nclass = "test"\nexact = ["api.example.com"]\nwhy = "x"\n'
    head, rest = POLICY.split("[[entry]]", maxsplit=1)
    text = f"{head}{first}[[entry]]{rest}"
    assert classes(text, "https://api.example.com")["host"] == "test"


SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40)


@given(SECRETS)
def test_raw_values_are_never_in_what_is_reported(secret):
    """Whatever stands in the variables, only names of classes come out."""
    with pytest.MonkeyPatch.context() as patch:
        for read in READS:
            for name in read.variables:
                patch.setenv(name, secret)
        policy = parse_policy(POLICY)
        found = environment(policy)
    assert secret not in repr(found)
    for fact, name in found.classes:
        assert name in policy.classes(fact)


def test_this_machine_s_user_can_see_the_values(monkeypatch):
    """With the source of each and the policy's reason."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    zone = look(parse_policy(POLICY))[0]
    assert (zone.source, zone.value, zone.name) == ("TZ", "Europe/Berlin", "europe")
    assert zone.why == "The European terms apply."


def test_the_digest_tells_policies_apart():
    """By what they say, not by how the file is laid out."""
    one, same = parse_policy(POLICY), parse_policy(f"# a comment\n{POLICY}")
    other = parse_policy(POLICY.replace("Reykjavik", "Madeira"))
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('why = "Our own address."', 'why = " "', "gives no reason"),
        ('class = "own"', 'class = "other"', "no name for a class"),
        ('class = "own"', 'class = "Own place"', "no name for a class"),
        ('exact = ["api.example.com"]', "exact = []", "a pattern is empty"),
        ('suffix = ["CH"]', 'zones = ["Europe/"]', "zones are for time-zone"),
        ('"host", ', "", "the fact is not read"),
        ("stillwatch_environment = 1", "stillwatch_environment = 2", "has format 2"),
        ('fact = "host"', 'fact = "hostname"', "Invalid enum value"),
        ('name = "example"', 'name = "../x"', "is no name"),
    ],
)
def test_mistakes_in_a_policy_are_named(old, new, says):
    """With the place where they are."""
    with pytest.raises(SettingsError, match=says):
        parse_policy(POLICY.replace(old, new, 1), "policy.toml")


def test_classes_are_for_groups_of_machines():
    """A policy with a class for every machine is refused."""
    entry = '[[entry]]\nfact = "host"\nclass = "c{}"\nexact = ["h{}"]\nwhy = "x"\n'
    text = POLICY + "".join(entry.format(n, n) for n in range(MOST_CLASSES))
    with pytest.raises(SettingsError, match="more than"):
        parse_policy(text)


def test_a_file_that_is_no_toml_is_an_input_error():
    """Not a trace."""
    with pytest.raises(InputError, match="not TOML"):
        parse_policy("= = =")
