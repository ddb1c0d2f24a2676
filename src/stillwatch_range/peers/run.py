"""Runs a peer on a scenario's captures and writes its verdicts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from stillwatch.errors import InputError, SettingsError
from stillwatch_range.peers import honeypot, ip_count, mmd, prada, seat
from stillwatch_range.peers.embed import Encoder, encoder
from stillwatch_range.peers.scores import Scores, calibrated
from stillwatch_range.peers.traffic import Stream, Traffic, read
from stillwatch_range.score.labels import GUILTY, Labels


@dataclass(frozen=True, slots=True)
class Peer:
    """A published method.

    Attributes:
        name: as on the command line.
        score: scores the accounts of traffic, given benign history and an encoder.
        verdict: what it takes reported accounts for.
        says: what a score is, in a sentence with `{value}`.
        reads_prompts: whether it needs an encoder.
    """

    name: str
    score: Callable[[Traffic, Traffic | None, Encoder], Scores]
    verdict: Literal["relay", "harvest"]
    says: str
    reads_prompts: bool = True


PEERS = {
    peer.name: peer
    for peer in (
        Peer("honeypotllm", honeypot.score, "harvest", "Suspicion reached {value}.", False),
        Peer("ip-count", ip_count.score, "relay", "{value} addresses within a day.", False),
        Peer("mmd", mmd.score, "harvest", "MMD is {value} times its threshold."),
        Peer("prada", prada.score, "harvest", "One less Shapiro-Wilk's W is {value}."),
        Peer("seat", seat.score, "harvest", "{value} pairs of prompts are nearly the same."),
    )
}


@dataclass(frozen=True, slots=True)
class Tuning:
    """Other traffic, with its labels, on which a threshold is set.

    Attributes:
        folder: what `range make` wrote.
        labels: its labels.
    """

    folder: Path
    labels: Labels


@dataclass(frozen=True, slots=True)
class Ran:
    """What a peer reported: accounts scored, accounts reported, and the threshold it used."""

    scored: int
    reported: int
    threshold: float


def run(
    name: str, folder: Path, out: Path, tuning: Tuning | None = None, encoder_name: str = "ngrams"
) -> Ran:
    """Run a peer and write its verdicts.

    A reported account stands at `review`: these methods know a single level. Accounts that are not
    reported stand at `none`.

    Args:
        name: one of `PEERS`.
        folder: captures, or a scenario's folder.
        out: file for the verdicts.
        tuning: sets the threshold so that at most one of a thousand of its honest and twin
            accounts is reported, and is the benign history of methods that compare with one; half
            of those accounts serve each purpose there. None takes the threshold as published.
        encoder_name: one of `embed.encoder`.

    Raises:
        SettingsError: there is no such peer or encoder.
        InputError: the captures are missing or broken.
        MissingExtra: a package is not installed.
    """
    if name not in PEERS:
        raise SettingsError(f"There is no peer {name}.", f"There are {', '.join(PEERS)}.")
    peer = PEERS[name]
    encode = encoder(encoder_name) if peer.reads_prompts else _no_encoder
    traffic = read(folder)
    history, threshold = _tuned(peer, tuning, encode) if tuning else (None, None)
    scores = peer.score(traffic, history, encode)
    limit = scores.threshold if threshold is None else threshold
    reported = {account for account, value in scores.values.items() if value > limit}
    document = _document(peer, traffic, scores, reported)
    out.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1))
    return Ran(len(scores.values), len(reported), limit)


def _tuned(peer: Peer, tuning: Tuning, encode: Encoder) -> tuple[dict[str, Stream], float]:
    """Benign history, and the threshold that honest accounts outside it stay below."""
    traffic = read(tuning.folder)
    rows = tuning.labels.rows_of(list(traffic))
    kinds = tuning.labels.kind
    innocent = (rows >= 0) & ~np.isin(kinds.codes[rows], _codes(kinds.values))
    names = [name for name, keep in zip(traffic, innocent, strict=True) if keep]
    if len(names) < 2:
        raise InputError(f"{tuning.folder} has fewer than two innocent accounts to tune on.")
    history = {name: traffic[name] for name in names[::2]}
    others = {name: traffic[name] for name in names[1::2]}
    values = peer.score(others, history, encode).values
    return history, calibrated(values.values(), len(others))


def _codes(kinds: tuple[str, ...]) -> list[int]:
    return [at for at, kind in enumerate(kinds) if kind in GUILTY]


def _no_encoder(texts: Any) -> Any:
    raise AssertionError(f"a peer without prompts asked for {len(texts)} vectors")


def _document(peer: Peer, traffic: Traffic, scores: Scores, reported: set[str]) -> dict[str, Any]:
    return {
        "stillwatch": f"peer {peer.name}",
        "exchanges": sum(len(stream.times_s) for stream in traffic.values()),
        "accounts": len(traffic),
        "skipped_lines": 0,
        "verdicts": [
            _verdict(peer, account, scores.values.get(account), account in reported)
            for account in traffic
        ],
    }


def _verdict(peer: Peer, account: str, value: float | None, reported: bool) -> dict[str, Any]:
    says = "Too little traffic." if value is None else peer.says.format(value=f"{value:.4g}")
    return {
        "subject": {"kind": "account", "id": account, "accounts": [account]},
        "verdict": peer.verdict if reported else "ordinary",
        "grade": None,
        "level": "review" if reported else "none",
        "log10_e": 0.0,
        "people": None,
        "evidence": [
            {
                "signal": f"peer-{peer.name}",
                "family": "peer",
                "log10_lr": 0.0,
                "says": says,
                "innocent_twin": "",
                "exhibits": [],
            }
        ],
    }
