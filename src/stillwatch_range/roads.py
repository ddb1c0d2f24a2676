"""Plain roads: requests that go to an account with nothing in between."""

from dataclasses import dataclass

from stillwatch_range.model import Account, Ask, Provider, Reply


@dataclass(frozen=True, slots=True)
class Direct:
    """The road of somebody who uses a key of their own.

    Attributes:
        provider: answers and writes the capture.
        account: whose key every request carries.
    """

    provider: Provider
    account: Account

    def send(self, ask: Ask) -> Reply:
        """Hand the request over as it is."""
        return self.provider.serve(ask, self.account)
