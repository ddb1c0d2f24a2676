"""Two releases side by side, and a tool's own list held against what it sends."""

import msgspec
import pytest

from stillwatch.audit import check, compare
from stillwatch.audit.check import Declaration, Entry
from stillwatch.audit.findings import judge
from stillwatch.client.declared import written
from stillwatch.client.environment import environment
from stillwatch.client.policy import parse_policy
from stillwatch.client.sealing import Draft
from stillwatch.errors import InputError
from stillwatch.marks.manifest import READS
from tests.audit.made_up import recording, write
from tests.client.installs import sealing

POLICY = parse_policy(
    """
stillwatch_environment = 1
name = "example"
about = "Where the service of Example is offered."
reads = ["time-zone"]

[[entry]]
fact = "time-zone"
class = "europe"
zones = ["Europe/"]
why = "The European terms apply."
"""
)


def marked(levels, drafts, _):
    if levels["host"] == "lab":
        write(drafts[0], "Today's", "Today\u02bcs")


def headed(levels, drafts, _):
    drafts[0]["headers"].append(["X-Host", levels["host"]])


@pytest.fixture(scope="module")
def documents():
    """Findings of a release with a mark, one with a header, and one with neither."""
    return [judge(recording(plant)) for plant in (marked, headed, None)]


def test_what_is_gone_and_what_is_added_are_told(documents):
    """The mark is gone and a header has come."""
    seen = compare.compare(documents[0], documents[1])
    assert [one.channel for one in seen.gone] == ["look-alike"]
    assert [one.places[0].path for one in seen.added] == ["headers.x-host"]
    assert [one.shows for one in seen.same] == [("home",)]


def test_a_release_compared_with_itself_has_not_changed(documents):
    """All findings are the same."""
    seen = compare.compare(documents[0], documents[0])
    assert (seen.gone, seen.added, seen.changed) == ((), (), ())


def test_another_variant_at_the_same_place_is_a_change(documents):
    """The place and the factor stay; the character is another one."""

    def other(levels, drafts, _):
        if levels["host"] == "lab":
            write(drafts[0], "Today's", "Today\u02b9s")

    (changed,) = compare.compare(documents[0], judge(recording(other))).changed
    assert changed.what == ("variants",)


def test_what_is_shown_in_plain_elsewhere_has_moved(documents):
    """The home is neither gone nor added where another message shows it."""

    def elsewhere(levels, drafts, _):
        body = drafts[0]["body"]
        body["instructions"] = body.pop("system")

    seen = compare.compare(documents[2], judge(recording(elsewhere)))
    (changed,) = seen.changed
    assert (changed.what, seen.gone, seen.added) == (("place",), (), ())


def test_a_declared_header_passes_and_a_mark_does_not(documents):
    """The same declaration for both releases."""
    declaration = Declaration("tool", (Entry("headers.x-host", ("host",)),))
    assert check.check(declaration, documents[1]).passed
    (undeclared,) = check.check(declaration, documents[0]).undeclared
    assert undeclared.channel == "look-alike"


def test_a_declared_place_does_not_cover_another_factor(documents):
    """Who declares the zone has not declared the host."""
    declaration = Declaration("tool", (Entry("headers.*", ("zone",)),))
    checked = check.check(declaration, documents[1])
    assert not checked.passed
    assert checked.unseen == declaration.sends


def test_what_is_shown_in_plain_can_be_asked_for(documents):
    """A strict declaration names it too."""
    assert not check.check(Declaration("tool", (), plain=False), documents[2]).passed


def own_client(monkeypatch, levels, drafts):
    """What our client makes of the tool's request: sealed, with the declared header."""
    monkeypatch.setenv("TZ", levels["zone"])
    value = written(environment(POLICY))
    body = msgspec.json.encode(drafts[0]["body"])
    draft = Draft("POST", "https://api.example.com/v1/messages", [], body)
    sealed = sealing().sealed(draft)
    assert sealed.body != body
    drafts[0]["body"] = msgspec.json.decode(sealed.body)
    drafts[0]["headers"].append(["stillwatch-environment", value])


@pytest.fixture
def bare(monkeypatch):
    """A machine on which none of the client's variables is set."""
    for read in READS:
        for name in read.variables:
            monkeypatch.delenv(name, raising=False)
    return monkeypatch


def system(drafts, old, new):
    text = msgspec.json.encode(drafts[0]["body"]).decode()
    assert old in text
    drafts[0]["body"] = msgspec.json.decode(text.replace(old, new).encode())


def test_our_own_client_passes(bare):
    """What the manifest lists is all that is found, and it is found."""
    document = judge(recording(lambda levels, drafts, _: own_client(bare, levels, drafts)))
    checked = check.check(check.own(["time-zone"]), document)
    assert checked.passed
    assert "headers.stillwatch-environment" in {
        place.path for one in checked.declared for place in one.places
    }


def test_our_own_client_with_one_more_bit_fails(bare):
    """A copy of it that also tells who its user is."""

    def plant(levels, drafts, _):
        own_client(bare, levels, drafts)
        if levels["user"] == "two":
            system(drafts, "Say hello.", "Say hello .")

    (undeclared,) = check.check(check.own(["time-zone"]), judge(recording(plant))).undeclared
    assert undeclared.factors == ("user",)


def test_a_declaration_is_read_from_toml_and_json(tmp_path):
    """Both say the same."""
    toml, other = tmp_path / "d.toml", tmp_path / "d.json"
    toml.write_text('tool = "t"\n[[sends]]\nwhere = "headers.x"\nreads = ["zone"]\n')
    other.write_text('{"tool":"t","sends":[{"where":"headers.x","reads":["zone"]}]}')
    assert check.read(toml) == check.read(other)


@pytest.mark.parametrize("text", ["", "tool = 1", 'tool = "t"\nsends = []\nmore = 1\n'])
def test_what_is_no_declaration_is_refused(tmp_path, text):
    """A mistake in a name is a mistake."""
    file = tmp_path / "d.toml"
    file.write_text(text)
    with pytest.raises(InputError):
        check.read(file)
