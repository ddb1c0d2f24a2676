"""Traffic whose conversations hold or break one group of checks."""

from tests.signals.build import Traffic


def checked(group: str, held: int, *details: str | None, account: str = "acct") -> Traffic:
    """An account with `held` sound conversations and one broken one for every detail."""
    traffic = Traffic()
    add_checked(traffic, group, held, *details, account=account)
    return traffic


def add_checked(
    traffic: Traffic, group: str, held: int, *details: str | None, account: str = "acct"
) -> None:
    """The same, added to traffic that is already there."""
    for detail in [None] * held + list(details):
        row = traffic.exchange(account, client="claude-code", client_version="2.1.330")
        traffic.check(row, group, detail is None, detail)
