"""Times that cannot be, or hardly: of no length, backwards, past, over midnight, on a clock's day.

The kind of fault: a time that one command refuses and another takes. So every command that makes or
changes one is given the same odd times and answers by a rule; and what a command would let through
by mistake the database refuses.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.absences.rules import OverAlready
from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.editing import EditDetails, edit_appointment
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.rules import series
from portal.appointments.rules.editing import TooLongThere
from portal.appointments.rules.visits import StartPassed
from portal.appointments.rules.waitlist import WaitBackwards, WaitOver, WaitTooLong
from portal.availability import rules as hours_rules
from portal.availability.commands import exceptions
from portal.availability.commands.splitting import split_around
from portal.availability.commands.weekly import add_rule, change_rule, details_of, end_rule
from portal.db import session
from portal.scheduling.rules import NotAnOpening, TimeTaken
from portal.scheduling.times import instant
from portal.schema.services import ServiceWorkflow
from portal.services.commands import catalogue, workflows
from portal.services.queries.workflows import workflow_for
from portal.services.rules import MinutesOutOfRange, VisitTooLong
from tests.support.scheduling import (
    Practice,
    a_patient,
    a_practice,
    a_wish_for,
    an_offering,
    book,
    chicago,
    hours,
)

CHICAGO = "America/Chicago"
# The clocks go from two to three, and from two back to one.
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
DAY = 24 * 60
Tries = dict[str, tuple[Callable[[], object], type[Exception] | None]]


@pytest.mark.parametrize("kind", ["visits", "waiting", "hours", "exceptions", "absences", "steps"])
def test_each_command_answers_by_a_rule(clinic, kind):
    tries: Tries = TRIES[kind](a_practice(clinic.facility_id))
    came = {name: outcome(act) for name, (act, _wanted) in tries.items()}
    assert came == {name: wanted for name, (_act, wanted) in tries.items()}


def outcome(act: Callable[[], object]) -> type[Exception] | None:
    """What an act is refused with; nothing stays of it."""
    with session.begin_nested() as tried:
        try:
            act()
            session.flush()
        except Exception as error:
            return type(error)
        finally:
            tried.rollback()
    return None


def of_visits(practice: Practice) -> Tries:
    rule = hours(practice)
    visit, who = book(practice, "09:00"), a_patient().id
    long = an_offering(
        catalogue.add_service(catalogue.ServiceDetails("A day")), practice.doctor,
        practice.facility_id, minutes=(DAY,),
    )  # fmt: skip

    def at(start: datetime) -> BookingDetails:
        return BookingDetails(who, practice.offering.id, start_at=start)

    def move(start: datetime) -> object:
        return reschedule_appointment(visit, MoveDetails(start_at=start))

    def repeat(weeks: int, **until: object) -> object:
        return series.repeated_dates(date(2026, 3, 2), series.Repeat(weeks, **until))

    night = chicago(2, "23:50")
    return {
        "book yesterday": (lambda: book_appointment(at(chicago(1, "09:00"))),
                           StartPassed),
        "book between two starts": (lambda: book_appointment(at(chicago(2, "09:01"))),
                                    TimeTaken),
        "book beyond the hours": (lambda: book_appointment(at(night)), NotAnOpening),
        "walk in yesterday": (lambda: walk_in(at(chicago(1, "09:00"))), StartPassed),
        "walk in over midnight": (lambda: walk_in(at(night)), None),
        "move to yesterday": (lambda: move(chicago(1, "09:00")), StartPassed),
        "move beyond the hours": (lambda: move(night), NotAnOpening),
        "move to where it is": (lambda: move(visit.start_at), None),
        "a service of a day instead": (
            lambda: edit_appointment(visit, EditDetails(long.id, None, None, None)),
            TooLongThere),
        "every 0 weeks": (lambda: repeat(0, visits=3), series.WeeksOutOfRange),
        "every -1 weeks": (lambda: repeat(-1, visits=3), series.WeeksOutOfRange),
        "until before": (lambda: repeat(1, until=date(2026, 3, 1)), series.RepeatsOutOfRange),
        "hours that end before them": (
            lambda: end_rule(rule, date(2026, 2, 1)), None),
    }  # fmt: skip


def of_waiting(practice: Practice) -> Tries:
    def wish(first: date, last: date) -> Callable[[], object]:
        return lambda: a_wish_for(practice, earliest_on=first, latest_on=last)

    return {
        "backwards": (wish(date(2026, 3, 9), date(2026, 3, 8)), WaitBackwards),
        "in the past": (wish(date(2026, 2, 1), date(2026, 3, 1)), WaitOver),
        "for ever": (wish(date(2026, 3, 2), date.max), WaitTooLong),
        "one day": (wish(date(2026, 3, 8), date(2026, 3, 8)), None),
    }


def of_hours(practice: Practice) -> Tries:
    rule, known = hours(practice), hours_rules

    def change(**to: object) -> Callable[[], object]:
        details = replace(details_of(rule), **to)
        return lambda: (change_rule(rule, details), add_rule(details))

    def pause(first: str, last: str) -> Callable[[], object]:
        ends = time.fromisoformat(first), time.fromisoformat(last)
        return lambda: split_around(rule, *ends)

    whole = {"start_time": time(0), "end_time": time(0)}
    return {
        "no length": (change(end_time=time(8)), known.WindowEndsBeforeStart),
        "backwards": (change(end_time=time(7)), known.WindowEndsBeforeStart),
        "over midnight": (change(start_time=time(22), end_time=time(2)),
                          known.WindowEndsBeforeStart),
        "until midnight": (change(end_time=time(0)), None),
        "a whole day of one slot": (change(**whole, slot_duration_minutes=DAY), None),
        "slots of 0": (change(slot_duration_minutes=0), known.SlotLengthOutOfRange),
        "slots of -30": (change(slot_duration_minutes=-30), known.SlotLengthOutOfRange),
        "slots of 25 hours": (change(**whole, slot_duration_minutes=DAY + 60),
                              known.SlotLengthOutOfRange),
        "slots longer than it": (change(slot_duration_minutes=DAY), known.SlotLongerThanWindow),
        "every 0 minutes": (change(slot_interval_minutes=0), known.SlotIntervalOutOfRange),
        "every 25 hours": (change(slot_interval_minutes=DAY + 60), known.SlotIntervalOutOfRange),
        "days backwards": (change(valid_from=date(2026, 3, 9), valid_to=date(2026, 3, 8)),
                           known.ValidityBackwards),
        "days of the past": (change(valid_to=date(2026, 3, 1)), None),
        "a break of all": (pause("08:00", "12:00"), known.BreakOutside),
        "a break backwards": (pause("10:00", "09:00"), known.BreakOutside),
    }  # fmt: skip


def of_exceptions(practice: Practice) -> Tries:
    hours(practice, 0, "01:00", "05:00")
    nine = chicago(2, "09:00")

    def away(start: datetime, end: datetime, **more: object) -> Callable[[], object]:
        details = exceptions.ExceptionDetails(
            practice.doctor.id, practice.facility_id, start, end, **{"type": "blocked", **more}
        )
        shorter = replace(details, start_at=chicago(3, "09:00"), end_at=chicago(3, "10:00"))
        return lambda: (
            exceptions.change_exception(exceptions.add_exception(shorter), details),
            exceptions.add_exception(details),
        )

    def wall(day: date, hhmm: str) -> datetime:
        return instant(day, time.fromisoformat(hhmm), CHICAGO)

    changed = {"type": "override", "slot_duration_minutes": 30}
    return {
        "no length": (away(nine, nine), hours_rules.SpanBackwards),
        "backwards": (away(nine, nine - timedelta(hours=1)), hours_rules.SpanBackwards),
        "of the past": (away(chicago(1, "09:00"), chicago(1, "10:00")), None),
        "over midnight": (away(chicago(2, "22:00"), chicago(3, "02:00"), **changed), None),
        "around the spring's hour": (
            away(wall(SPRING, "01:30"), wall(SPRING, "03:30"), **changed), None),
        "from within it until it ends": (
            away(wall(SPRING, "02:30"), wall(SPRING, "03:00")), hours_rules.SpanBackwards),
        "the hour that comes twice": (
            away(wall(AUTUMN, "01:00"), wall(AUTUMN, "02:00"), **changed), None),
        "slots of 0": (away(nine, chicago(2, "10:00"), type="override", slot_duration_minutes=0),
                       hours_rules.SlotLengthOutOfRange),
        "slots of 25 hours": (
            away(nine, chicago(4, "09:00"), type="override", slot_duration_minutes=DAY + 60),
            hours_rules.SlotLengthOutOfRange),
    }  # fmt: skip


def of_absences(practice: Practice) -> Tries:
    def away(first: date, last: date, *times: time) -> Callable[[], object]:
        details = AbsenceDetails(practice.doctor.id, first, last, uuid4(), *times)
        return lambda: record_absence(details, {})

    today, back = date(2026, 3, 2), hours_rules.SpanBackwards
    return {
        "no length": (away(today, today, time(9), time(9)), back),
        "backwards": (away(today, today, time(10), time(9)), back),
        "days backwards": (away(today, today - timedelta(days=2)), back),
        "of the past": (away(date(2026, 2, 1), date(2026, 3, 1)), OverAlready),
        "over midnight": (away(today, date(2026, 3, 3), time(22), time(2)), None),
        "within the spring's hour": (away(SPRING, SPRING, time(2, 30), time(3)), back),
        "around the autumn's hour": (away(AUTUMN, AUTUMN, time(1), time(2)), None),
    }


def of_steps(practice: Practice) -> Tries:
    half = workflows.add_step_template(workflows.StepTemplateDetails("Half a day", DAY // 2))
    whole = an_offering(
        catalogue.add_service(catalogue.ServiceDetails("A day")), practice.doctor,
        practice.facility_id, minutes=(1,),
    )  # fmt: skip

    def steps(*minutes: int | None) -> object:
        made = tuple(workflows.StepDetails(half.id, each) for each in minutes)
        asked = workflows.WorkflowDetails(whole.id, "Default", made)
        return workflows.change_workflow(active_workflow(whole.id), asked)

    def grown() -> object:
        steps(None, None)
        return workflows.change_step_template(
            half, workflows.StepTemplateDetails("Half a day", DAY // 2 + 1)
        )

    def template(minutes: int) -> object:
        return workflows.add_step_template(workflows.StepTemplateDetails("Odd", minutes))

    def offered(minutes: int) -> object:
        details = catalogue.OfferingDetails(default_duration_minutes=minutes)
        return catalogue.change_offering(practice.offering, details)

    return {
        "a step of 0": (lambda: template(0), MinutesOutOfRange),
        "a step of -5": (lambda: template(-5), MinutesOutOfRange),
        "a step of 25 hours": (lambda: template(DAY + 60), MinutesOutOfRange),
        "a visit of 25 hours": (lambda: steps(DAY, 60), VisitTooLong),
        "a visit of a day": (lambda: steps(None, None), None),
        "a visit that grows with its step": (grown, workflows.DayTooShort),
        "an offering of 0": (lambda: offered(0), MinutesOutOfRange),
        "an offering of 25 hours": (lambda: offered(DAY + 60), MinutesOutOfRange),
    }


TRIES: dict[str, Callable[[Practice], Tries]] = {
    "visits": of_visits, "waiting": of_waiting, "hours": of_hours, "exceptions": of_exceptions,
    "absences": of_absences, "steps": of_steps,
}  # fmt: skip

LENGTHS = ("end_at = start_at", "end_at = start_at - interval '1 hour'",
           "end_at = start_at + interval '25 hours'")  # fmt: skip
REFUSED = {
    "appointments": LENGTHS,
    "availability_slots": LENGTHS,
    "availability_exceptions": LENGTHS[:2],
    "absence_spans": LENGTHS[:2],
    "appointment_steps": ("scheduled_end_at = scheduled_start_at",),
    "availability_rules": (
        "end_time = start_time", "start_time = '22:00', end_time = '02:00'",
        "slot_duration_minutes = 0", "slot_duration_minutes = 1500", "slot_interval_minutes = 0",
        "valid_from = '2026-03-09', valid_to = '2026-03-08'",
    ),
    "waitlist_entries": ("latest_on = earliest_on - 1",),
    "step_templates": (
        "default_duration_minutes = 0", "default_duration_minutes = 1500",
        "default_duration_minutes = 1440",
    ),
    "workflow_steps": ("duration_minutes = 0", "duration_minutes = 1500"),
    "service_offerings": ("default_duration_minutes = 0", "buffer_after_minutes = -1"),
}  # fmt: skip


def test_the_database_refuses_them_too(clinic):
    practice = a_practice(clinic.facility_id, minutes=(15, 15))
    hours(practice)
    book(practice, "09:00")
    a_wish_for(practice)
    TRIES["absences"](practice)["over midnight"][0]()
    # Both steps take as long as their template says, which may then be too long.
    session.execute(text("UPDATE workflow_steps SET duration_minutes = NULL"))
    for table, changes in REFUSED.items():
        came = {each: outcome(partial(session.execute, text(f"UPDATE {table} SET {each}")))
                for each in changes}  # fmt: skip
        assert came == dict.fromkeys(changes, IntegrityError), table


def active_workflow(offering_id: int) -> ServiceWorkflow:
    found = workflow_for(offering_id, None)
    assert found is not None
    return found
