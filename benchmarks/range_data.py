"""Distils the range's bundled tables from a folder of public data sets.

    python benchmarks/range_data.py FOLDER src/stillwatch_range/data

FOLDER holds `prompts/*.parquet` and `traces/*.parquet` as `src/stillwatch_range/data/README.md`
describes them. Prints the size of every file that it writes.
"""

# ruff: noqa: S608  every name in a statement is ours

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

STEPS = 40
LONGEST = 2_000


@dataclass(frozen=True)
class Set:
    """A prompt set to bundle: file written, file read, rows kept, names of its two halves."""

    file: str
    origin: str
    where: str
    name: str
    halves: bool
    half_by: str = "conversation_id"
    salt: str = ""


# Of the session logs only the repositories under MIT, Apache-2.0 or CC0: the one under CC BY-SA is
# the author with 10 messages in 1 session. ":auto" rows were not typed by anybody. The salt puts the
# two busiest authors into different halves. Of the problem pool only MATH, whose licence is MIT.
SETS = (
    Set("oasst", "human_oasst1_en_val", "true", "oasst", True),
    Set(
        "coding",
        "human_coding_agent_sessions",
        "subset not like '%:auto' and not share_alike",
        "coding",
        True,
        "user_id",
        "3",
    ),
    Set("bfcl", "human_bfcl_live", "true", "bfcl", True),
    Set("dolly", "human_dolly15k", "subset = 'no_context' and length(prompt) < 400", "dolly", True),
    Set("wildchat_ru", "human_wildchat_hard_ru", "true", "wildchat-ru", False),
    Set("gpteacher", "harvest_gpteacher", "true", "gpteacher", True),
    Set("huatuo", "harvest_huatuo_med_zh", "true", "huatuo", True),
    Set("apibench", "harvest_gorilla_apibench", "true", "apibench", False),
    Set("toolbench", "harvest_toolbench_toolalpaca", "true", "toolbench", False),
    Set("rllm", "harvest_reasoning_pool_rllm", "subset = 'math'", "rllm", True),
    Set(
        "evals",
        "benchmark_evals",
        "source not ilike '%ailuminate%' and subset not like '%skilled'",
        "evals",
        True,
    ),
)

PROMPTS = """
with raw as (select *, source = 'coding_agent_sessions' and user_id in (
    select user_id from read_parquet('{path}') group by 1
    having count(*) = 10 and count(distinct conversation_id) = 1) share_alike
  from read_parquet('{path}'))
select {name} as source, coalesce(user_id, '') as author, conversation_id as conversation,
  cast(turn as int) as turn, coalesce(lang, 'und') as language, coalesce(model, '') as model,
  coalesce(subset, '') as subset, left(coalesce(system, ''), 400) as system,
  left(prompt, {longest}) as text
from raw where {where} and length(trim(prompt)) > 0 order by source, conversation, turn, text
"""


def write_prompts(folder: Path, out: Path) -> None:
    """Write one Parquet file a set, split in two named halves where the set is big."""
    (out / "prompts").mkdir(parents=True, exist_ok=True)
    for wanted in SETS:
        path = folder / "prompts" / f"{wanted.origin}.parquet"
        half = f"substr(md5('{wanted.salt}' || {wanted.half_by}), 1, 1) < '8'"
        name = f"'{wanted.name}'"
        if wanted.halves:
            name = f"'{wanted.name}-' || case when {half} then 'a' else 'b' end"
        table = duckdb.sql(
            PROMPTS.format(path=path, name=name, longest=LONGEST, where=wanted.where)
        ).to_arrow_table()
        to = out / "prompts" / f"{wanted.file}.parquet"
        pq.write_table(_plain(table), to, compression="zstd", compression_level=19)
        print(f"{to.name:28}{table.num_rows:8,}{to.stat().st_size:12,}")


def _plain(table: pa.Table) -> pa.Table:
    names = ("source", "author", "conversation", "language", "model", "subset")
    for name in names:
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table[name].cast(pa.string()).dictionary_encode())
    return table


def write_habits(folder: Path, out: Path) -> None:
    """Write habits.json: quantiles and small tables of how people and programs work."""
    base = folder / "traces"
    habits = {name: _quantiles(text.format(t=base)) for name, text in QUANTILES.items()} | {
        name: _rows(text.format(t=base)) for name, text in TABLES.items()
    }
    to = out / "habits.json"
    lines = (f"{json.dumps(name)}: {json.dumps(habits[name])}" for name in sorted(habits))
    to.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{to.name:28}{len(habits):8,}{to.stat().st_size:12,}")


def _quantiles(sql: str) -> list[float]:
    points = [step / STEPS for step in range(STEPS + 1)]
    ((row,),) = duckdb.sql(f"select quantile_cont(x, {points}) from ({sql})").fetchall()
    return [round(float(value), 2) for value in row]


def _rows(sql: str) -> list[list[float]]:
    return [[round(float(value), 4) for value in row] for row in duckdb.sql(sql).fetchall()]


CLAUDE = "read_parquet('{t}/claude_code_kv.parquet')"
DEVELOPERS = "read_parquet('{t}/agent_sessions_devs.parquet')"
GENTD = "read_parquet('{t}/gentd26_users.parquet')"
SERVEGEN = "read_parquet('{t}/servegen_windows.parquet') where category in ('language', 'reason')"

QUANTILES = {
    # Requests of a user in 23 days: how unequal people are.
    "user_volume": f"select count(*) x from {GENTD} group by user_id",
    # Sessions that a developer starts on a day on which they start any.
    "sessions_a_day": f"""select count(distinct session_id) x from {DEVELOPERS}
        where session_start is not null
        group by user_id, cast(floor(session_start / 86400) as int)""",
    # Days with a session among the days between a developer's first and last one.
    "active_days": f"""select count(distinct cast(floor(session_start / 86400) as int))
          / (1 + max(session_start - min_start) / 86400) x
        from (select *, min(session_start) over (partition by user_id) min_start
          from {DEVELOPERS} where session_start is not null)
        group by user_id having count(distinct session_id) > 3""",
    "session_turns": f"""select count(*) x from {DEVELOPERS}
        where type = 'user' group by session_id""",
    "claude_turns": f"""select greatest(1, count(*) filter (input_types like '%text%')) x
        from {CLAUDE} where type = 'main' group by session_id""",
    # Reading and thinking before a prompt is typed, in seconds.
    "think_s": f"""select think_time x from {CLAUDE}
        where type = 'main' and input_types = 'text' and turn > 0 and think_time between 2 and 7200
        and stop is not null""",
    # Requests for one human turn.
    "steps": f"""with m as (select *, sum(case when input_types like '%text%' then 1 else 0 end)
          over (partition by session_id order by turn) human from {CLAUDE} where type = 'main')
        select count(*) x from m where human > 0 group by session_id, human""",
    "tool_s": f"""select greatest(0.1, think_time - 3) / 4 x from {CLAUDE}
        where type = 'main' and input_types = 'tool_result' and think_time < 600""",
    "end_tokens": f"select output_tokens x from {CLAUDE} where stop = 'end_turn'",
    "agent_requests": f"""select count(*) x from {CLAUDE} where type != 'main'
        group by session_id""",
    "chat_tokens": """select output_tokens x from read_parquet('{t}/azure_llm_2023.parquet')
        where type = 'conv'""",
    "chat_turns": """select count(*) x from read_parquet('{t}/mooncake_fast25.parquet')
        where type = 'conversation' group by session_id""",
    "chat_gap_s": """select x from (select timestamp - lag(timestamp) over (
          partition by session_id order by turn) x
        from read_parquet('{t}/mooncake_fast25.parquet') where type = 'conversation')
        where x between 6 and 3600""",
}

TABLES = {
    # Share of the hours of a week, Monday first, in local time. The source's clock is shifted by
    # whole hours: 16 are added, which puts the night's low at four and noon's at twelve.
    "week": f"""select (cast(floor((timestamp + 57600) / 86400) as int) + 3) % 7 as weekday,
          cast(floor((timestamp + 57600) / 3600) as int) % 24 as hour, count(*) as n
        from {GENTD} group by 1, 2 order by 1, 2""",
    # Developers' hours on their own clocks.
    "developer_hours": """select cast(floor(timestamp / 3600) as int) % 24 as hour,
          count(*) as n, count(distinct user_id) as people
        from read_parquet('{t}/aider_inputs_devs.parquet') group by 1 order by 1""",
    # Programs: requests a second while active, share of ten-minute windows active, variation.
    "programs": f"""select round(avg(rate), 4), round(least(1, count(*) * 600
          / (max(window_start) - min(window_start) + 600)), 3), round(median(cv), 3)
        from {SERVEGEN} group by user_id having count(*) > 20 order by user_id""",
    # Programs: median and 90th percentile of input and output tokens, share of the commonest input.
    "program_lengths": """select round(median(p50) filter (field = 'input_tokens')),
          round(median(p90) filter (field = 'input_tokens')),
          round(median(p50) filter (field = 'output_tokens')),
          round(median(p90) filter (field = 'output_tokens')),
          round(median(top_value_mass) filter (field = 'input_tokens'), 3)
        from read_parquet('{t}/servegen_lengths.parquet') where category in ('language', 'reason')
        group by model, client_id
        having count(*) filter (field = 'input_tokens') > 0
          and count(*) filter (field = 'output_tokens') > 0
        order by model, client_id""",
    # Share of sessions with sub-agents.
    "agents": f"""select round(avg(a), 4) from (select max(case when type != 'main' then 1 else 0
        end) a from {CLAUDE} group by session_id)""",
}


if __name__ == "__main__":
    write_prompts(Path(sys.argv[1]), Path(sys.argv[2]))
    write_habits(Path(sys.argv[1]), Path(sys.argv[2]))
