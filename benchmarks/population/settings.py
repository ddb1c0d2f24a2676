"""What is assumed about the people behind an account; every account draws its own.

Nobody has published how many machines, names and git identities developers use, nor how often tool
traffic shows them. So each is a wide range, and results hold over the whole range or not at all.
"""

from dataclasses import dataclass, fields

import numpy as np

Range = tuple[float, float]


@dataclass(frozen=True)
class Ranges:
    """Between which values an account's settings are drawn, uniformly.

    Attributes:
        days: how long the account is watched.
        sessions_a_day: mean sessions of a person and day. Real developers: 2.4 (n = 207 days).
        activity_spread: standard deviation of the logarithm of people's activity.
        more_machines: chance of each further machine, up to four.
        same_name: chance that a further machine has its owner's usual user name.
        nameless_first: chance that a person's main machine shows no name of theirs (a container).
        nameless_more: the same for further machines (servers, containers).
        main_machine: share of a person's sessions on the main machine.
        second_mail: chance that a person has a second git identity, used on a further machine.
        name_a_turn: chance that a tool turn shows the home directory and with it the user name.
        mail_a_turn: chance that a tool turn shows the git identity.
        host_a_turn: chance that a tool turn shows the host name.
        repo_a_turn: chance that a tool turn shows the repository's address.
        without_tools: share of sessions in which no tool shows anything.
        toolless: share of people who only ever chat, so that nothing shows them.
        foreign: share of sessions that also show somebody else's name of the same account.
        names: user names are drawn from this many, with Zipf weights; some people share a name.
        own_name: share of people whose user name is nobody else's (handles, initials).
        shared_host: chance that a further machine is the account's common build host.
        team_repo: chance that a repository is one of the account's common ones.
        parallel: mean share of sessions that a person starts while another one is open.
        languages: chance that a person writes in another language than the account's main one.
    """

    days: Range = (1.0, 7.0)
    sessions_a_day: Range = (1.5, 5.0)
    activity_spread: Range = (0.5, 1.0)
    more_machines: Range = (0.15, 0.5)
    same_name: Range = (0.5, 0.95)
    nameless_first: Range = (0.0, 0.05)
    nameless_more: Range = (0.2, 0.6)
    main_machine: Range = (0.6, 0.85)
    second_mail: Range = (0.1, 0.5)
    name_a_turn: Range = (0.1, 0.5)
    mail_a_turn: Range = (0.005, 0.04)
    host_a_turn: Range = (0.005, 0.04)
    repo_a_turn: Range = (0.02, 0.1)
    without_tools: Range = (0.05, 0.3)
    toolless: Range = (0.0, 0.1)
    foreign: Range = (0.0, 0.03)
    names: Range = (500.0, 5000.0)
    own_name: Range = (0.4, 0.8)
    shared_host: Range = (0.0, 0.3)
    team_repo: Range = (0.0, 0.5)
    parallel: Range = (0.05, 0.3)
    languages: Range = (0.1, 0.5)


TUNING = Ranges()
"""Constants of the estimator were fitted on accounts drawn from these."""

REPORTING = Ranges(
    days=(1.0, 10.0),
    sessions_a_day=(1.2, 6.0),
    activity_spread=(0.4, 1.1),
    more_machines=(0.1, 0.6),
    same_name=(0.4, 1.0),
    nameless_first=(0.0, 0.07),
    nameless_more=(0.1, 0.7),
    main_machine=(0.5, 0.9),
    second_mail=(0.05, 0.6),
    name_a_turn=(0.05, 0.6),
    mail_a_turn=(0.003, 0.06),
    host_a_turn=(0.003, 0.06),
    without_tools=(0.0, 0.4),
    toolless=(0.0, 0.2),
    foreign=(0.0, 0.04),
    names=(300.0, 8000.0),
    own_name=(0.3, 0.9),
    shared_host=(0.0, 0.4),
)
"""Wider on both sides than what was tuned on; results are reported on these."""


class Settings:
    """The settings of many accounts: one array for each field of `Ranges`, one value an account."""

    def __init__(self, rng: np.random.Generator, ranges: Ranges, accounts: int) -> None:
        self.accounts = accounts
        self._drawn = {
            field.name: rng.uniform(*getattr(ranges, field.name), size=accounts)
            for field in fields(ranges)
        }

    def of(self, name: str, account: np.ndarray) -> np.ndarray:
        """The value of a setting for each of the given accounts."""
        return self._drawn[name][account]
