"""Loading the demo clinics: the same ones on the same day, whoever loads them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import text

from portal import clock
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.commands.materialise import materialise_doctors
from portal.db import session
from portal.tenancy.context import as_job, as_worker
from seeds.coming import plan_ahead
from seeds.diary import Diary, weekday
from seeds.founding import Built, found
from seeds.lakeside import LAKESIDE
from seeds.northgate import NORTHGATE
from seeds.patients import invent
from seeds.recall import recall, recall_diary
from seeds.shapes import Group

# Of all patients, the share that is the small clinic's.
NORTHGATE_SHARE = 0.15
FULL = 0.85

# Enough visits in the past for today's patients, however many days there are, to a bound.
MANY_DAYS = 1.2
MOST_PAST = 0.3
A_DAY = timedelta(days=1)

Report = Callable[[str], None]


def load(*, patients: int, days: int, report: Report, settle: Callable[[], None]) -> None:
    """Make both clinics.

    Args:
        patients: how many in all.
        days: how many days before and after today have visits.
        report: is told what was done.
        settle: brings the planner's statistics up to date, which nobody else does so soon.
    """
    few = round(patients * NORTHGATE_SHARE)
    for group, how_many in ((LAKESIDE, patients - few), (NORTHGATE, few)):
        today = clock.today_in(group.timezone)
        built = found(group, slots_from=today - timedelta(days=days + 1))
        _except(built, today)
        report(f"{group.slug}: founded, with {len(built.doctors)} doctors")
        people = invent(built, how_many, report)
        settle()
        diary = Diary(built, people, Random(f"{group.slug} {today}"))
        with as_job(built.tenant_id, "demo"):
            offsets = range(-days, days + 1)
            visits = sum(diary.fill(offset, _fullness(offset, days)) for offset in offsets)
            plan_ahead(built, people, Random(f"{group.slug} ahead {today}"))
        _emergency(built, today)
        settle()
        report(f"{group.slug}: {how_many} patients, {visits} visits")


def _fullness(offset: int, days: int) -> float:
    """Today is full, the future fills up by and by, and most of today's patients have been here."""
    if offset < 0:
        return min(MOST_PAST, MANY_DAYS / days)
    return FULL if offset == 0 else max(0.06, 0.22 - 0.03 * offset)


def new_day(since: date, *, days: int, report: Report) -> None:
    """Go on from the day made last: its visits and those after it happen, today's are booked.

    A clinic whose day has been made already is left alone, and so is one that is not there.

    Args:
        since: the day that was made last, in Chicago.
        days: how many days after today have visits.
        report: is told what was done.
    """
    for group in (LAKESIDE, NORTHGATE):
        tenant_id = _find(group.slug)
        if tenant_id is not None:
            with as_job(tenant_id, "demo"):
                visits = _go_on(group, since, days)
            report(f"{group.slug}: {visits} visits for {clock.today_in(group.timezone)}")


def _go_on(group: Group, since: date, days: int) -> int:
    """How many visits were booked."""
    built, today = recall(group), clock.today_in(group.timezone)
    materialise_doctors(list(built.doctors.values()))
    diary = recall_diary(built, Random(f"{group.slug} {today}"))
    if diary.has_begun():
        return 0
    for place in built.group.places:
        diary.live_through(place, since - A_DAY, today - A_DAY)
    gone = (today - since).days
    visits = diary.fill(0, FULL)
    for offset in range(1, days + 1):
        there = _fullness(offset + gone, days) if offset + gone <= days else 0
        visits += diary.fill(offset, _fullness(offset, days) - there)
    return visits


def _find(slug: str) -> int | None:
    with as_worker():
        query = text("SELECT id FROM tenant_directory() WHERE slug = :slug AND status = 'active'")
        found: int | None = session.scalar(query, {"slug": slug})
    return found


def _except(built: Built, today: date) -> None:
    """A conference, and a day with other hours; then slots up to the horizon."""
    first, second = built.group.physicians[:2]
    conference = today + timedelta(days=8)
    late = _next_working_day(second.weeks[built.group.places[0].slug], today + timedelta(days=3))
    with as_job(built.tenant_id, "demo"):
        away = (conference, time(0)), (conference + timedelta(days=2), time(0))
        _add(built, first.last_name, *away, "blocked", reason="Conference")
        evening = (late, time(11)), (late, time(19))
        _add(built, second.last_name, *evening, "override", reason="Late clinic", minutes=20)
        materialise_doctors(list(built.doctors.values()))


def _emergency(built: Built, today: date) -> None:
    """A doctor falls ill: the visits already booked need a decision."""
    doctor = built.group.physicians[1]
    day = _next_working_day(doctor.weeks[built.group.places[0].slug], today + timedelta(days=1))
    with as_job(built.tenant_id, "demo"):
        away = (day, time(8)), (day, time(10))
        _add(built, doctor.last_name, *away, "emergency", reason="Called to the hospital")


def _add(
    built: Built,
    doctor: str,
    start: tuple[date, time],
    end: tuple[date, time],
    kind: str,
    *,
    reason: str,
    minutes: int | None = None,
) -> None:
    place = built.group.places[0]
    zone = ZoneInfo(place.timezone)
    add_exception(
        ExceptionDetails(
            built.doctors[doctor],
            built.places[place.slug],
            datetime.combine(*start, zone),
            datetime.combine(*end, zone),
            kind,
            reason=reason,
            slot_duration_minutes=minutes,
        )
    )


def _next_working_day(weekdays: tuple[int, ...], first: date) -> date:
    return next(
        day for day in (first + timedelta(days=n) for n in range(7)) if weekday(day) in weekdays
    )
