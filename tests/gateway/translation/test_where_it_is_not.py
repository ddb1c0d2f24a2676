"""Translation where it cannot be had: said at the start, not at the first request."""

from importlib.util import find_spec

import pytest

from stillwatch.errors import SettingsError
from stillwatch.gateway.faces.asgi import Middleware
from stillwatch.policy.folder import read
from tests.gateway.test_middleware import model
from tests.gateway.test_serve import rule

TARGET = '[ours]\nwire = "anthropic"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\ntranslate = true\n'
ELSEWHERE = rule("elsewhere", "reroute", "true", '@to("ours")')


@pytest.mark.skipif(find_spec("litellm") is not None, reason="it can be had here")
def test_serve_names_the_extra(gateway):
    """And starts as soon as no rule in force needs it."""
    with pytest.raises(AssertionError, match=r"stillwatch\[translate\]"):
        gateway(ELSEWHERE, files=[("targets.toml", TARGET)])
    gateway(rule("other", "flag", "true"), files=[("targets.toml", TARGET)])


def test_other_faces_say_that_they_cannot(tmp_path):
    """A middleware has nowhere to send a request anyway."""
    policy = tmp_path / "policy"
    policy.mkdir()
    (policy / "rules.cedar").write_text(ELSEWHERE)
    (policy / "settings.toml").write_text('appeal = "help@example.com"\n')
    (policy / "targets.toml").write_text(TARGET)
    with pytest.raises(SettingsError, match="sends requests elsewhere"):
        Middleware(model, policy=policy, state=tmp_path / "state", key=tmp_path / "key")


def test_an_address_that_the_library_would_change_is_refused(tmp_path):
    """With what to write instead."""
    (tmp_path / "rules.cedar").write_text(ELSEWHERE)
    (tmp_path / "targets.toml").write_text(TARGET.replace("9/v1", "9/messages"))
    assert any("/v1" in one.says for one in read(tmp_path).problems)
