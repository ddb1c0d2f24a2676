"""A folder of rules, written by a test."""

import pytest

from .writing import SETTINGS


@pytest.fixture
def folder(tmp_path):
    """Writes rule files into a policy folder and gives the folder."""

    def write(*rules, settings=SETTINGS, targets=""):
        place = tmp_path / "policy"
        place.mkdir(exist_ok=True)
        (place / "settings.toml").write_text(settings)
        if targets:
            (place / "targets.toml").write_text(targets)
        (place / "rules.cedar").write_text("\n".join(rules))
        return place

    return write
