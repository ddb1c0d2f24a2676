"""People and their sessions: repeatable, unequal as people are, and unlike each other."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from stillwatch.errors import SettingsError
from stillwatch_range.clients import NAMES
from stillwatch_range.model import DAY_US, World
from stillwatch_range.people.population import CLIENTS, People, PeopleSpec
from stillwatch_range.people.tables import quantiles
from stillwatch_range.people.versions import PINNED, RECENT

START_US = 1_780_358_400 * 1_000_000
SOURCES = ("coding-a", "oasst-a", "dolly-a", "bfcl-a", "wildchat-ru")
WORLD = World(7, START_US, START_US + 7 * DAY_US, SOURCES)
WEEK = (START_US, START_US + 7 * DAY_US)


def people(seed=11, **spec):
    return People(PeopleSpec(**spec), WORLD, seed)


def played(crowd, count, most=1000):
    for number in range(count):
        person = crowd.person(number)
        for session in islice(crowd.sessions(person, *WEEK), most):
            yield person, session


@pytest.mark.parametrize("habit", ["developer", "heavy", "chat", "program", ""])
def test_the_same_seed_gives_the_same_work(habit):
    """Two groups of one seed are alike to the last word, and turns can be walked twice."""
    left, right = people(habits=habit), people(habits=habit)
    for (one, first), (two, second) in zip(played(left, 6, 4), played(right, 6, 4), strict=True):
        assert one == two
        assert (first.start_us, first.machine, first.version) == (
            second.start_us,
            second.machine,
            second.version,
        )
        assert list(first.turns) == list(second.turns) == list(first.turns)


def test_another_seed_gives_other_people():
    """No two people share an id, a mail address or a first repository."""
    crowd = [people(seed).person(number) for seed in (1, 2) for number in range(60)]
    assert len({person.id for person in crowd}) == len(crowd)
    assert len({person.seed for person in crowd}) == len(crowd)
    repositories = [p.repositories[0].commits[0][0] for p in crowd if p.repositories]
    assert len(set(repositories)) == len(repositories)


def test_a_span_is_a_part_of_a_longer_one():
    """Asking for a day gives what a week holds of that day."""
    crowd = people(habits="heavy")
    person = crowd.person(3)
    week = [session.start_us for session in crowd.sessions(person, *WEEK)]
    days = [
        session.start_us
        for day in range(7)
        for session in crowd.sessions(
            person, START_US + day * DAY_US, START_US + (day + 1) * DAY_US
        )
    ]
    assert week == days == sorted(week)


def test_sessions_fit_a_context():
    """A session has at most about sixty messages and ends each turn with words."""
    for _, session in played(people(habits="heavy"), 6, 12):
        turns = list(session.turns)
        assert 1 <= sum(len(turn.steps) for turn in turns) <= 32
        for turn in turns:
            assert turn.prompt
            assert turn.steps[-1].say
            assert not turn.steps[-1].calls
            assert all(step.calls for step in turn.steps[:-1])
        assert turns[0].wait_s == 0
        assert all(turn.wait_s > 0 for turn in turns[1:])


def test_calls_show_the_persons_own_machine():
    """Paths in tool calls lie in the person's home, and edits change what stood there."""
    homes = 0
    for _, session in played(people(habits="developer"), 12, 6):
        for turn in session.turns:
            for step in turn.steps:
                for call in step.calls:
                    if call.tool in {"read", "edit"}:
                        assert call.args["path"].startswith(session.machine.home)
                        homes += 1
                    if call.tool == "edit":
                        assert call.args["old"] != call.args["new"]
    assert homes > 50


def test_heavy_people_send_sub_agents():
    """Some sessions of heavy users hand work to a sub-agent, which has turns of its own."""
    agents = [
        call
        for _, session in played(people(habits="heavy"), 8, 10)
        for turn in session.turns
        for step in turn.steps
        for call in step.calls
        if call.tool == "agent"
    ]
    assert agents
    assert all(len(call.work[0].steps) >= 2 and call.result for call in agents)


def test_people_are_as_unequal_as_measured():
    """The busiest tenth does about as much of the work as in the trace, within a fifth."""
    crowd = people(habits="developer")
    counts = sorted(
        sum(len(session.turns.sitting.steps) for session in crowd.sessions(crowd.person(n), *WEEK))
        for n in range(160)
    )
    mine = sum(counts[-16:]) / sum(counts)
    points = quantiles("user_volume")
    measured = sum(points[-4:]) / sum(points)
    assert mine == pytest.approx(min(measured, 0.5), abs=0.2)
    assert counts[16] < counts[-16] / 5


def test_turns_are_distributed_as_measured():
    """The middle session has the turns of the middle measured sessions, and some are long."""
    crowd = people(habits="developer")
    turns = sorted(len(session.turns.sitting.steps) for _, session in played(crowd, 80))
    low, high = sorted(quantiles(name)[20] for name in ("session_turns", "claude_turns"))
    assert low <= turns[len(turns) // 2] <= high + 1
    assert turns[-len(turns) // 20] >= 8


def test_people_sleep_by_their_own_clock():
    """Of the developers' sessions less than a tenth begins between two and six at home."""
    hours = [
        datetime.fromtimestamp(session.start_us / 1e6, ZoneInfo(person.zone)).hour
        for person, session in played(people(habits="developer"), 120)
    ]
    assert sum(2 <= hour < 6 for hour in hours) / len(hours) < 0.1
    assert sum(9 <= hour < 22 for hour in hours) / len(hours) > 0.7


def test_weekends_are_quieter():
    """Developers begin fewer sessions on a Sunday than on a Tuesday."""
    days = [
        datetime.fromtimestamp(session.start_us / 1e6, ZoneInfo(person.zone)).weekday()
        for person, session in played(people(habits="developer"), 150)
    ]
    assert days.count(6) < days.count(1)


def test_rate_scales_the_work():
    """Three times the rate gives about three times the sessions."""
    plain = sum(1 for _ in played(people(habits="chat"), 80))
    often = sum(1 for _ in played(people(habits="chat", rate=3.0), 80))
    assert 2 < often / plain < 4


def test_people_rarely_type_the_same():
    """Prompts of more than a few words are hardly ever the same for two people."""
    for habit in ("developer", "chat", "program"):
        seen: dict[str, str] = {}
        total = shared = 0
        for person, session in played(people(habits=habit), 40, 6):
            for turn in session.turns:
                if len(turn.prompt) >= 40:
                    total += 1
                    shared += seen.setdefault(turn.prompt, person.id) != person.id
        assert total > 100
        assert shared / total < 0.01, habit


def test_answers_of_two_people_differ():
    """The last words of turns are not repeated between people."""
    seen: dict[str, str] = {}
    shared = total = 0
    for person, session in played(people(), 40, 8):
        for turn in session.turns:
            said = turn.steps[-1].say
            if len(said) > 120:
                total += 1
                shared += seen.setdefault(said, person.id) != person.id
    assert total > 100
    assert shared == 0


def test_people_keep_few_addresses():
    """A week of somebody's sessions comes from at most a few addresses."""
    crowd = people(habits="heavy", machines=2)
    for number in range(10):
        found = {session.machine.ip for session in crowd.sessions(crowd.person(number), *WEEK)}
        assert len(found) <= 6


def test_a_company_shares_mail_domain_and_repositories():
    """People of a company work in its repositories and have its mail addresses."""
    crowd = people(company="works.example", shared_repositories=3, habits="developer")
    found = [crowd.person(number) for number in range(12)]
    assert all(person.mail.endswith("@works.example") for person in found)
    assert len({repo.name for person in found for repo in person.repositories}) <= 3


def test_wanted_languages_and_zones_are_kept():
    """Languages and zones of the spec are the people's."""
    crowd = people(languages={"zh": 1, "de": 1}, zones=("Asia/Tokyo",))
    found = [crowd.person(number) for number in range(20)]
    assert {person.language for person in found} == {"zh", "de"}
    assert {person.zone for person in found} == {"Asia/Tokyo"}
    assert {person.machines[0].zone for person in found} <= {"Asia/Tokyo", "UTC"}


def test_people_come_from_many_places():
    """A hundred people live in at least twenty zones and write at least six languages."""
    found = [people().person(number) for number in range(100)]
    assert len({person.zone for person in found}) >= 20
    assert len({person.language for person in found}) >= 6


def test_clients_exist_and_versions_are_mixed():
    """Every client of the habits is a known one; old versions occur beside recent ones."""
    for weights in CLIENTS.values():
        assert set(weights) <= set(NAMES)
    assert set(RECENT) == set(PINNED) == set(NAMES)
    versions = {people().person(n).version for n in range(200)}
    assert len(versions) > 20


def test_an_unknown_habit_is_named():
    """A habit that does not exist is an error that says which exist."""
    with pytest.raises(SettingsError) as error:
        people(habits="sleeper")
    assert "developer" in error.value.hint


def test_an_unknown_source_is_named():
    """So is a prompt source."""
    with pytest.raises(SettingsError):
        People(PeopleSpec(), World(1, *WEEK, ("nowhere",)), 1)


def test_times_are_inside_the_span():
    """Nothing begins outside the span that was asked for."""
    assert datetime.fromtimestamp(START_US / 1e6, UTC).year == 2026
    assert all(WEEK[0] <= session.start_us < WEEK[1] for _, session in played(people(), 30))
