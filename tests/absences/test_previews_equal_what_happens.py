"""Whatever is booked and whenever the doctor is away, what is shown is what happens."""

from contextlib import suppress
from datetime import datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.absences.commands.recording import record_absence
from portal.absences.commands.undoing import undo_absence
from portal.absences.queries.records import list_decided
from portal.absences.rules import CANCEL, LEAVE, OverAlready
from portal.absences.screens.planning import plan_absence
from portal.appointments.queries.day import board
from portal.availability.queries.outlook import outlook
from portal.availability.rules import SpanBackwards
from portal.cli.invariants import checks
from portal.db import session
from portal.scheduling.times import Span
from tests.absences.conftest import a_ward, absence
from tests.support.scheduling import MONDAY, a_patient, book
from tests.support.sizes import sized

STARTS = st.sampled_from(["08:00", "08:30", "09:30", "10:30", "11:30"])
TIMES = st.none() | st.integers(7, 12).map(time)


@settings(
    max_examples=sized(10, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    booked=st.lists(STARTS, max_size=4),
    elsewhere=st.lists(STARTS, max_size=3),
    times=st.tuples(TIMES, TIMES),
    days=st.integers(0, 2),
    others=st.lists(st.sampled_from([LEAVE, CANCEL, None]), min_size=3, max_size=3),
)
def test_the_plan_is_what_happens_and_can_be_taken_back(
    clinic, booked, elsewhere, times, days, others
):
    with session.begin_nested() as undone:
        ward = a_ward(clinic)
        book_some(ward.ill, booked)
        book_some(ward.other, elsewhere)
        until = {"from_time": times[0], "until_time": times[1],
                 "last_day": MONDAY.date() + timedelta(days=days)}  # fmt: skip
        with suppress(SpanBackwards, OverAlready):
            check(ward, absence(ward, **until), dict(enumerate(others)))
        undone.rollback()


def check(ward, details, others) -> None:
    place = ward.ill.doctor.id, ward.ill.facility_id
    before = outlook(*place)
    plan = plan_absence(details, {})
    shown = openings_touched(place, plan)
    assert plan.lost == len(shown)
    assert outlook(*place) == before
    chosen = plan.decisions | {
        visit.id: others[n] for n, visit in enumerate(plan.visits[:3]) if others[n] is not None
    }
    recorded = record_absence(details, chosen, because="Ill")
    assert recorded.fingerprint() == plan.fingerprint()
    there = {visit.id for visit in plan.visits}
    decided = list_decided(recorded.absence.id)
    assert {each.appointment_id for each in decided} == there
    lost = before.free.keys() - outlook(*place).free.keys()
    taken = {(each.to_start_at, place[0]) for each in decided if each.to_start_at}
    assert plan.lost <= len(lost) + len(taken)
    assert openings_touched(place, plan) == set()
    assert broken() == {}
    back = undo_absence(recorded.absence)
    assert set(back.returned) == there
    assert outlook(*place) == before
    assert broken() == {}


def openings_touched(place, plan) -> set[datetime]:
    """Of what the board shows as openings of the doctor, what lies in the absence."""
    doctor_id, facility_id = place
    days = (board(facility_id, MONDAY.date() + timedelta(days=n)) for n in range(-1, 4))
    return {
        slot.start_at for day in days for slot in day.slots
        if slot.free and slot.doctor_id == doctor_id
        and any(each.span.touches(Span(slot.start_at, slot.end_at)) for each in plan.places)
    }  # fmt: skip


def book_some(practice, starts) -> None:
    for at in set(starts):
        book(practice, at, patient_id=a_patient().id)


def broken() -> dict[str, list[str]]:
    return {promise: list(lines) for promise, check in checks().items() if (lines := check())}
