"""People, their machines, names and repositories."""

from dataclasses import dataclass

import numpy as np

from population.settings import Settings

NAMELESS = -1
"""The user name of a container or server: everybody's, so nobody's."""

_MACHINES = 4
_REPOSITORIES = 4


@dataclass(frozen=True)
class People:
    """Arrays with one entry a person; machines and repositories are rows of two-dimensional ones.

    Attributes:
        account: whose account the person uses.
        rate: sessions a day.
        clock_h: the hour of the day (UTC) around which the person works.
        pace: factor on pauses between turns.
        parallel: share of sessions started while another one is open.
        toolless: whether the person only chats.
        machines: how many machines.
        name: user name on each machine, `NAMELESS` where it is nobody's.
        mail: git identity on each machine.
        host: host name of each machine, `NAMELESS` where it is made up at every start.
        device: installation of the client on each machine.
        repo: repositories.
        language: what the person writes in.
    """

    account: np.ndarray
    rate: np.ndarray
    clock_h: np.ndarray
    pace: np.ndarray
    parallel: np.ndarray
    toolless: np.ndarray
    machines: np.ndarray
    name: np.ndarray
    mail: np.ndarray
    host: np.ndarray
    device: np.ndarray
    repo: np.ndarray
    language: np.ndarray


def draw_people(rng: np.random.Generator, settings: Settings, account: np.ndarray) -> People:
    """Draw the people behind accounts.

    Args:
        rng: source of chance.
        settings: of all accounts.
        account: for each person, the account.
    """
    count = len(account)
    of = settings.of
    further = rng.random((count, _MACHINES - 1)) < of("more_machines", account)[:, None]
    machines = 1 + np.cumprod(further, axis=1).sum(axis=1)
    spread = of("activity_spread", account)
    activity = np.exp(rng.normal(-0.5 * spread**2, spread))
    share = of("parallel", account)
    return People(
        account=account,
        rate=activity * of("sessions_a_day", account),
        clock_h=_clocks(rng, settings, account),
        pace=np.exp(rng.normal(0.0, 0.4, count)),
        parallel=rng.beta(1.5, 1.5 * (1 - share) / share),
        toolless=rng.random(count) < of("toolless", account),
        machines=machines,
        name=_names(rng, settings, account),
        mail=_mails(rng, settings, account),
        host=_hosts(rng, settings, account),
        device=np.arange(count * _MACHINES).reshape(count, _MACHINES),
        repo=_repositories(rng, settings, account),
        language=_languages(rng, settings, account),
    )


def _clocks(rng: np.random.Generator, settings: Settings, account: np.ndarray) -> np.ndarray:
    """Half of the accounts serve one region, half the whole world; which one does not matter."""
    region = rng.uniform(0, 24, settings.accounts)[account]
    world = (rng.random(settings.accounts) < 0.5)[account]
    return np.where(
        world, rng.uniform(0, 24, len(account)), region + rng.normal(0, 2, len(account))
    )


def _names(rng: np.random.Generator, settings: Settings, account: np.ndarray) -> np.ndarray:
    count, of = len(account), settings.of
    shape = (count, _MACHINES)
    pool = of("names", account)
    # A Zipf law with exponent 1 by inversion: rank = pool ** uniform.
    common = np.floor(pool ** rng.random(count)).astype(np.int64)
    own = 1_000_000 + np.arange(count)
    usual = np.where(rng.random(count) < of("own_name", account), own, common)
    other = 2_000_000 + np.arange(count * _MACHINES).reshape(shape)
    same = rng.random(shape) < of("same_name", account)[:, None]
    same[:, 0] = True
    nameless = rng.random(shape) < of("nameless_more", account)[:, None]
    nameless[:, 0] = rng.random(count) < of("nameless_first", account)
    return np.where(nameless, NAMELESS, np.where(same, usual[:, None], other))


def _mails(rng: np.random.Generator, settings: Settings, account: np.ndarray) -> np.ndarray:
    count = len(account)
    two = rng.random(count) < settings.of("second_mail", account)
    second = two[:, None] & (rng.random((count, _MACHINES)) < 0.5)
    second[:, 0] = False
    return 2 * np.arange(count)[:, None] + second


def _hosts(rng: np.random.Generator, settings: Settings, account: np.ndarray) -> np.ndarray:
    shape = (len(account), _MACHINES)
    own = 1_000_000 + np.arange(shape[0] * shape[1]).reshape(shape)
    shared = rng.random(shape) < settings.of("shared_host", account)[:, None]
    shared[:, 0] = False
    ephemeral = rng.random(shape) < 0.2
    return np.where(ephemeral, NAMELESS, np.where(shared, 1, own))


def _repositories(rng: np.random.Generator, settings: Settings, account: np.ndarray) -> np.ndarray:
    shape = (len(account), _REPOSITORIES)
    own = 1_000_000 + np.arange(shape[0] * shape[1]).reshape(shape)
    team = rng.random(shape) < settings.of("team_repo", account)[:, None]
    return np.where(team, rng.integers(0, 6, shape), own)


def _languages(rng: np.random.Generator, settings: Settings, account: np.ndarray) -> np.ndarray:
    main = rng.integers(0, 12, settings.accounts)[account]
    other = rng.random(len(account)) < settings.of("languages", account)
    return np.where(other, rng.integers(0, 12, len(account)), main)
