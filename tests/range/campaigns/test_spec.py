import msgspec
import pytest

from stillwatch.errors import SettingsError
from stillwatch_range.campaigns import CampaignSpec, open_cell
from stillwatch_range.campaigns.spec import RUNGS, Habits, habits
from stillwatch_range.seeds import draw_for
from tests.range.campaigns.listening import Listener, world


def read(**fields):
    return msgspec.convert({"method": "grid", **fields}, CampaignSpec, strict=True)


def test_a_table_is_read():
    """Bans and pauses are tables and lists in the file."""
    spec = read(accounts=9, bans=[{"day": 1.5, "share": 0.3}], pauses=[[1, 0.5]])
    assert spec.bans[0].share == 0.3
    assert spec.pauses == ((1, 0.5),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "asking"},
        {"accounts": 0},
        {"cover": 0.99},
        {"requests_per_account_day": 0},
        {"dispatch": "best"},
        {"bans": [{"day": 1, "share": 2}]},
        {"speed": 1},
        {"level": "E6"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_mistakes_are_refused(wrong):
    """Unknown names and impossible numbers never pass."""
    with pytest.raises(msgspec.ValidationError):
        read(**wrong)


def test_only_a_probing_campaign_has_techniques():
    """Options that would do nothing are refused."""
    with pytest.raises(SettingsError):
        CampaignSpec(method="judge", techniques=10)


def test_a_rung_gives_the_habits_and_the_file_overrides_them():
    """The level says how a campaign is run, but for what the file says itself."""
    spec = CampaignSpec(method="grid", level="E4", dispatch="round-robin", jitter=0.5)
    how = habits(spec, draw_for(1))
    assert (how.dispatch, how.jitter) == ("round-robin", 0.5)
    assert (how.payers, how.schedule) == (RUNGS["E4"].payers, RUNGS["E4"].schedule)


def test_without_a_rung_habits_are_drawn():
    """Each habit is drawn by itself, so campaigns differ."""
    drawn = {habits(CampaignSpec(method="grid"), draw_for(n)) for n in range(60)}
    assert len(drawn) > 40
    for field in Habits.__slots__:
        assert len({getattr(one, field) for one in drawn}) > 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"method": "grid", "clients": ("netscape",)},
        {"method": "signature-replay", "clients": ("openai-python",)},
        {"method": "grid", "through": "nobody"},
        {"method": "grid", "sources": ("gpteacher-b",)},
    ],
    ids=["client", "unsigned", "relay", "source"],
)
def test_what_does_not_exist_is_refused_when_the_cell_opens(wrong):
    """Unknown clients, relays and sources, and clients that a method cannot use, are settings."""
    with pytest.raises(SettingsError):
        open_cell(CampaignSpec(**wrong), world(), Listener(), 1, "campaign:x")
