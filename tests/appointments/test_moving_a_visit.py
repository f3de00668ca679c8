"""A visit takes its new start before it lets the old one go, and is never in its own way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.visit import check_in, start_visit
from portal.appointments.queries.visits import list_steps
from portal.appointments.rules.openings import DoesNotFit
from portal.appointments.rules.visits import PatientBusy, VisitNotMovable
from portal.db import session
from portal.scheduling.rules import SlotTaken
from portal.scheduling.slots.queries import get_slot
from tests.support.scheduling import (
    a_doctor,
    a_patient,
    a_practice,
    an_offering,
    book,
    chicago,
    hours,
)


def seat(slot_id: int) -> tuple[str, int]:
    slot = get_slot(slot_id)
    session.refresh(slot)
    return slot.status, slot.booked_count


def move(visit, hhmm: str, **more):
    return reschedule_appointment(visit, MoveDetails(start_at=chicago(2, hhmm), **more))


def test_a_visit_moves_with_its_steps(open_practice):
    visit = book(open_practice, "09:00")
    old = visit.availability_slot_id
    move(visit, "10:30")
    assert (visit.start_at, visit.end_at) == (chicago(2, "10:30"), chicago(2, "11:00"))
    assert list_steps(visit.id)[-1].scheduled_end_at == visit.end_at
    assert seat(old) == ("open", 0)
    assert seat(visit.availability_slot_id) == ("booked", 1)


def test_it_is_not_in_its_own_way(clinic):
    practice = a_practice(clinic.facility_id, minutes=(60,))
    hours(practice)
    visit = book(practice, "09:00")
    move(visit, "09:30")
    assert visit.start_at == chicago(2, "09:30")


def test_when_the_new_start_is_gone_the_old_one_stands(open_practice):
    visit = book(open_practice, "09:00")
    book(open_practice, "10:00")
    with pytest.raises(SlotTaken) as refused:
        move(visit, "10:00")
    assert refused.value.alternatives
    assert visit.start_at == chicago(2, "09:00")
    assert seat(visit.availability_slot_id) == ("booked", 1)


def test_it_keeps_the_minutes_it_was_booked_with(clinic):
    practice = a_practice(clinic.facility_id, minutes=(60,))
    hours(practice)
    visit = book(practice, "09:00")
    with pytest.raises(DoesNotFit):
        move(visit, "11:30")
    move(visit, "11:00")
    assert visit.end_at - visit.start_at == timedelta(hours=1)


def test_it_moves_to_another_doctor_of_the_service(open_practice):
    other = a_doctor(open_practice.facility_id)
    offering = an_offering(open_practice.service, other, open_practice.facility_id)
    hours(replace(open_practice, doctor=other, offering=offering))
    visit = book(open_practice, "09:00")
    move(visit, "09:00", offering_id=offering.id)
    assert (visit.doctor_id, visit.start_at) == (other.id, chicago(2, "09:00"))


def test_a_patient_with_another_visit_then_is_not_moved_into_it(clinic, open_practice):
    other = a_practice(clinic.facility_id)
    hours(other)
    patient = a_patient()
    book(other, "10:00", patient_id=patient.id)
    visit = book(open_practice, "09:00", patient_id=patient.id)
    with pytest.raises(PatientBusy):
        move(visit, "10:00")
    assert seat(visit.availability_slot_id) == ("booked", 1)


def test_moving_it_where_it_is_changes_nothing(open_practice):
    visit = book(open_practice, "09:00")
    before = visit.row_version
    move(visit, "09:00")
    assert visit.row_version == before


def test_a_visit_that_has_begun_stays(open_practice):
    visit = book(open_practice, "09:00")
    check_in(visit)
    move(visit, "09:30")
    start_visit(visit)
    with pytest.raises(VisitNotMovable):
        move(visit, "10:00")
