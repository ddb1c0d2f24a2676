"""What real sessions look like: the small tables behind the generator and the null models.

Reads the public traces named in benchmarks/data/README.md and writes quantiles of how people use
coding agents to benchmarks/data/behaviour.parquet, then prints the constants that signals use.

    python benchmarks/derive_null.py --data DIR

DIR holds claude_code_kv.parquet and agent_sessions_devs.parquet.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.special import betaln

OUTPUT = Path(__file__).parent / "data" / "behaviour.parquet"
LEVELS = np.linspace(0.0, 1.0, 201)
BIN_S = 600
REFRACTORY_S = 5


def main() -> None:
    """Write the quantiles and print the constants."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    sessions = pl.read_parquet(data / "claude_code_kv.parquet")
    developers = pl.read_parquet(data / "agent_sessions_devs.parquet")
    measured = _turns(sessions) | _days(developers)
    _write(measured)
    _print_quantiles(measured)
    _print_constants(measured, _typed(developers))


def _turns(sessions: pl.DataFrame) -> dict[str, np.ndarray]:
    """Turn counts and times within Claude Code sessions."""
    main_turns = sessions.filter(pl.col("type") == "main").sort("session_id", "turn")
    words = pl.col("input_types") == "text"
    spoken = main_turns.with_columns(part=words.cast(pl.Int32).cum_sum().over("session_id"))
    counts = spoken.group_by("session_id").agg(words.sum().alias("typed"))
    tools = spoken.group_by("session_id", "part").agg((~words).sum().alias("tools"))
    answered = main_turns.with_columns(
        stop_before=pl.col("stop").shift(1).over("session_id"),
        gap=pl.col("timestamp") - pl.col("timestamp").shift(1).over("session_id"),
    )
    pauses = answered.filter(words & (pl.col("stop_before") == "end_turn"))
    steps = answered.filter(~words & pl.col("gap").is_not_null())
    agents = sessions.filter(pl.col("type") != "main").group_by("session_id").len()
    return {
        "typed_turns_a_session": counts["typed"].to_numpy(),
        "tool_turns_a_typed_turn": tools["tools"].to_numpy(),
        "pause_s": pauses["think_time"].drop_nulls().to_numpy(),
        "tool_step_s": steps["gap"].to_numpy(),
        "answer_s": main_turns["api_time"].drop_nulls().to_numpy(),
        "turns_a_sub_agent": agents["len"].to_numpy(),
    }


def _days(developers: pl.DataFrame) -> dict[str, np.ndarray]:
    """Sessions a day, and when in a developer's day they start."""
    starts = developers.group_by("user_id", "session_id").agg(pl.col("session_start").min())
    starts = starts.drop_nulls("session_start").with_columns(
        day=pl.col("session_start") // 86400, hour=pl.col("session_start") % 86400 / 3600
    )
    busy = starts.group_by("user_id", "day").len()
    turn = 2 * np.pi / 24
    centre = starts.group_by("user_id").agg(
        pl.arctan2((pl.col("hour") * turn).sin().mean(), (pl.col("hour") * turn).cos().mean())
        .truediv(turn)
        .alias("centre"),
        pl.len().alias("starts"),
    )
    offset = starts.join(centre, on="user_id").filter(pl.col("starts") >= 5)
    hours = (offset["hour"] - offset["centre"] + 36).to_numpy() % 24 - 12
    return {"sessions_a_day": busy["len"].to_numpy(), "start_offset_h": hours}


def _typed(developers: pl.DataFrame) -> list[tuple[int, int, int, int]]:
    """For each developer: what the null model of concurrent-threads counts.

    Clients that stamp to the minute are left out.
    """
    typed = developers.filter(
        (pl.col("type") == "user")
        & pl.col("timestamp").is_not_null()
        & (pl.col("timestamp") % 60 != 0)
    )
    typed = typed.unique(["user_id", "session_id", "timestamp"]).sort("user_id", "timestamp")
    return [
        _switches(one["timestamp"].to_numpy(), one["session_id"].to_numpy())
        for _, one in typed.group_by(["user_id"], maintain_order=True)
    ]


def _switches(time_s: np.ndarray, session: np.ndarray) -> tuple[int, int, int, int]:
    bins = time_s // BIN_S
    places = [session[bins == one] for one in np.unique(bins)]
    elsewhere = sum(len(np.unique(place)) - 1 for place in places)
    further = sum(len(place) - 1 for place in places)
    gap = np.diff(time_s)
    rushed = (session[1:] != session[:-1]) & (gap < REFRACTORY_S)
    return elsewhere, further, int(rushed.sum()), int((gap < BIN_S).sum())


def _write(measured: dict[str, np.ndarray]) -> None:
    rows = [
        {"name": name, "level": float(level), "value": float(value), "measured": len(values)}
        for name, values in measured.items()
        for level, value in zip(LEVELS, np.quantile(values, LEVELS), strict=True)
    ]
    pl.DataFrame(rows).with_columns(
        pl.col("level", "value").cast(pl.Float32), pl.col("measured").cast(pl.Int32)
    ).write_parquet(OUTPUT, compression="zstd")
    print(f"{OUTPUT.name}: {OUTPUT.stat().st_size} bytes")


def _print_quantiles(measured: dict[str, np.ndarray]) -> None:
    print(f"{'':26}{'n':>7}{'5%':>9}{'50%':>9}{'95%':>9}{'99%':>9}")
    for name, values in measured.items():
        cuts = np.quantile(values, [0.05, 0.5, 0.95, 0.99])
        print(f"{name:26}{len(values):7}" + "".join(f"{cut:9.1f}" for cut in cuts))


def _print_constants(
    measured: dict[str, np.ndarray], switches: list[tuple[int, int, int, int]]
) -> None:
    pause = measured["pause_s"][measured["pause_s"] >= 2]
    print(f"spread of ln(pause): {np.log(pause).std():.2f}")
    print(f"pauses below 2 s: {(measured['pause_s'] < 2).mean():.4f}")
    counts = np.array(switches)
    print("elsewhere, further, rushed, pairs by developer (5 or more turns):")
    for row in counts[counts[:, 1] >= 5]:
        print("   ", *row)
    for name, hit, of in (("elsewhere", 0, 1), ("rushed", 2, 3)):
        share = counts[:, hit].sum() / counts[:, of].sum()
        first, second = _beta(counts[:, hit], counts[:, of])
        print(f"{name}: pooled {share:.4f}, beta-binomial fit {first:.3g}, {second:.3g}")


def _beta(hits: np.ndarray, trials: np.ndarray) -> tuple[float, float]:
    """Maximum-likelihood beta-binomial."""

    def cost(logs: np.ndarray) -> float:
        first, second = np.exp(logs)
        return -float((betaln(hits + first, trials - hits + second) - betaln(first, second)).sum())

    best = minimize(cost, np.array([0.0, 2.0]), method="Nelder-Mead")
    return float(np.exp(best.x[0])), float(np.exp(best.x[1]))


if __name__ == "__main__":
    main()
