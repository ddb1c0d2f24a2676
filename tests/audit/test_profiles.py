"""Every profile can be read, fills in what it promises, and says how the tool finds its API."""

import json
import tomllib

import pytest

from stillwatch.audit import profiles
from stillwatch.errors import InputError, SettingsError

VALUES = {
    "base_url": "https://api.here.example",
    "server": "api.here.example",
    "key": "k-1",
    "prompt": "Say it.",
    "home": "/home/x",
    "project": "/home/x/p",
    "tool": "/opt/tool",
}


@pytest.mark.parametrize("quiet", [True, False], ids=["quiet", "as it comes"])
@pytest.mark.parametrize("name", profiles.names())
def test_profiles_are_filled_in(name, quiet):
    """No placeholder is left, files can be read by their kind, and the prompt is asked."""
    profile = profiles.load(name)
    words, told = profile.told(quiet=quiet, values=VALUES)
    assert "Say it." in words
    written = repr((words, told.variables, told.files))
    for placeholder in VALUES:
        assert f"{{{placeholder}}}" not in written
    if profile.wire != "any":
        assert VALUES["base_url"] in written
        assert VALUES["key"] in written
    for path, text in told.files.items():
        assert path.startswith("/")
        {"json": json.loads, "toml": tomllib.loads}[path.rpartition(".")[2]](text)


@pytest.mark.parametrize("name", profiles.names())
def test_profiles_name_one_release(name):
    """So that two people audit the same program."""
    profile = profiles.load(name)
    assert profile.registry in {"npm", "pypi"}
    assert profile.version[0].isdigit()
    assert not profile.program.startswith("/")


def test_switches_are_set_only_when_asked_for():
    """Whether a switch works is seen by leaving it alone."""
    profile = profiles.load("claude-code")
    switches = set(profile.quiet.variables)
    assert switches
    assert switches <= set(profile.told(quiet=True, values=VALUES)[1].variables)
    assert not switches & set(profile.told(quiet=False, values=VALUES)[1].variables)


def test_a_command_is_told_its_api_in_the_usual_ways():
    """Its words may name it too."""
    profile = profiles.of_command(("tool", "--url={base_url}", "{prompt}"))
    words, told = profile.told(quiet=True, values=VALUES)
    assert words == ("--url=https://api.here.example", "Say it.")
    assert told.variables["OPENAI_BASE_URL"] == "https://api.here.example/v1"
    assert told.variables["ANTHROPIC_BASE_URL"] == "https://api.here.example"


@pytest.mark.parametrize("text", ["", "title = 3", 'title = "x"\nprogram = "x"\nwidth = 1', "="])
def test_what_is_no_profile_is_refused(text):
    """Also a name that means nothing."""
    with pytest.raises(InputError, match=r"my\.toml is no profile"):
        profiles.parsed(text, "my.toml")


def test_an_unknown_profile_is_refused():
    """The hint lists those there are."""
    with pytest.raises(SettingsError) as caught:
        profiles.load("../pyproject")
    assert "claude-code" in caught.value.hint
