"""A class: students with accounts of their own send the same assignment.

Resembles a campaign whose accounts share a rare template, start together, fall silent together,
and often sit behind one address. Innocent, since every student is a person of their own with other
work, sends own code along, asks on, and pays for themselves; the template has an author who never
sends it: the teacher.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from stillwatch_range.accounts import Holder
from stillwatch_range.hours import daily
from stillwatch_range.journeys import along
from stillwatch_range.model import DAY_US, HOUR_US, Cell, Person, Session, Turn
from stillwatch_range.people.addresses import address
from stillwatch_range.programs import turn
from stillwatch_range.texts import attempt, languages, text
from stillwatch_range.twins.spec import Size
from stillwatch_range.twins.stage import Stage

USUAL = Size(people=24, clients=())
SCHOOL_MAIL = 0.5
ON_CAMPUS = 0.4
PARTS = 4
DEADLINE_DAYS = 3
DEADLINE_HOUR = 20
SKIPS = 0.15


@dataclass(frozen=True, slots=True)
class _Course:
    """What a class has in common: the sheet, its language, and the campus network."""

    sheet: str
    language: str
    campus: tuple[str, int]
    zone: str


def open_cell(stage: Stage) -> Cell:
    """A student an account; a sheet is due every few days."""
    size = stage.size(USUAL)
    people = stage.people({"developer": 0.5, "chat": 0.5})
    students = [people.person(number) for number in range(size.people)]
    course = _course(stage, students)
    accounts = stage.accounts(size.people, lambda number: _holder(stage, number))
    streams = []
    for number, (student, account) in enumerate(zip(students, accounts, strict=True)):
        road, draw = stage.direct(account), stage.draw("student", number)
        streams.append(along(_homework(stage, draw, student, course), road))
        streams.append(along(stage.work(people, student), road))
    return stage.cell(accounts, *streams)


def _course(stage: Stage, students: list[Person]) -> _Course:
    draw = stage.draw("course")
    home = draw.choice(students)
    language = home.language if home.language in languages("assignment") else "en"
    return _Course(text(draw, "assignment", language), language, address(draw, "office"), home.zone)


def _holder(stage: Stage, number: int) -> Holder:
    own = stage.holder(number)
    if stage.draw("mail", number).random() < SCHOOL_MAIL:
        return replace(own, email_domain=stage.holder("school").email_domain)
    return own


def _homework(stage: Stage, draw: Random, student: Person, course: _Course) -> Iterator[Session]:
    world = stage.world
    deadlines = daily(world.start_us, world.end_us + DAY_US, DEADLINE_HOUR, course.zone)
    for sheet, due_us in enumerate(list(deadlines)[DEADLINE_DAYS - 1 :: DEADLINE_DAYS]):
        # Most of it is done on the last evenings.
        starts = sorted(due_us - int(draw.expovariate(1 / (9 * HOUR_US))) for _ in range(PARTS))
        for part, start_us in enumerate(starts):
            if draw.random() >= SKIPS:
                yield _session(draw, student, course, start_us, sheet * PARTS + part + 1)


def _session(draw: Random, student: Person, course: _Course, start_us: int, part: int) -> Session:
    machine = draw.choice(student.machines)
    if draw.random() < ON_CAMPUS:
        machine = replace(machine, ip=course.campus[0], asn=course.campus[1])
    return Session(
        person=student,
        machine=machine,
        client=student.client,
        version=student.version,
        start_us=start_us,
        turns=tuple(_turns(draw, course, part)),
    )


def _turns(draw: Random, course: _Course, part: int) -> Iterator[Turn]:
    language = course.language
    sheet = course.sheet.format(part=part)
    opening = text(draw, "asked", language).format(text=sheet, code=attempt(draw))
    yield turn(draw, opening, language=language)
    for _ in range(draw.randint(0, 4)):
        on = text(draw, "follow_up", language)
        yield turn(draw, on, language=language, wait_s=draw.lognormvariate(4.5, 1))
