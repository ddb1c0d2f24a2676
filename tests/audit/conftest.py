"""What tests of audits share."""

import pytest

from stillwatch.audit import room
from stillwatch.errors import SettingsError


def makes_rooms():
    """Whether namespaces can be made here."""
    try:
        room.check()
    except SettingsError:
        return False
    return True


@pytest.fixture(scope="session")
def rooms():
    """Skips where the system makes no rooms."""
    if not makes_rooms():
        pytest.skip("no namespaces can be made here")
