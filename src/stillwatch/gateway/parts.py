"""What a gate works with."""

from dataclasses import dataclass

from stillwatch.client.checking import Checker
from stillwatch.gateway.accounts import Accounts
from stillwatch.gateway.cases import Cases
from stillwatch.gateway.decided import DecisionLog
from stillwatch.gateway.live.sharing import Sharing
from stillwatch.gateway.live.state import LiveState
from stillwatch.gateway.networks import Networks
from stillwatch.gateway.recording.recorder import Recorder
from stillwatch.gateway.register import Register
from stillwatch.gateway.request import CREDENTIALS
from stillwatch.gateway.switch import Switch


@dataclass(frozen=True, slots=True)
class Parts:
    """What a gate works with.

    Attributes:
        accounts: names accounts.
        live: what is remembered of them.
        switch: whether decisions are enforced.
        cases: where held requests are written down.
        log: where decisions go.
        recorder: where exchanges go, or None.
        checker: checks signatures, or None where no marks keys are there.
        register: who enrolled which install; where there is a checker.
        scheme_and_host: how clients write this server's address, for signatures.
        networks: kinds of networks, or None where the operator listed none.
        sharing: shares the live state with other processes, or None.
        credentials: headers that hold credentials; of several in one request the first counts.
    """

    accounts: Accounts
    live: LiveState
    switch: Switch
    cases: Cases
    log: DecisionLog
    recorder: Recorder | None = None
    checker: Checker | None = None
    register: Register | None = None
    scheme_and_host: str = ""
    networks: Networks | None = None
    sharing: Sharing | None = None
    credentials: tuple[bytes, ...] = CREDENTIALS
