"""Booking takes the seat, the doctor's and the patient's time, once; refusals say what is free."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal import clock
from portal.appointments.commands.booking import BookingDetails, walk_in
from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.queries.visits import list_steps
from portal.appointments.rules.openings import DoesNotFit
from portal.appointments.rules.visits import (
    DoctorBusy,
    NotOffered,
    NoWorkflow,
    OverbookingNotAllowed,
    PatientBusy,
    PatientNotActive,
    PlanNotAccepted,
    StartPassed,
)
from portal.db import session
from portal.errors import NotFound
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.rules import SlotTaken
from portal.scheduling.slots.queries import get_slot
from portal.services.commands.catalogue import stop_offering
from portal.services.commands.workflows import end_workflow
from portal.services.queries.workflows import workflow_for
from tests.support.scheduling import (
    a_patient,
    a_plan,
    a_practice,
    book,
    chicago,
    details,
    hours,
    on_monday,
)

pytestmark = pytest.mark.database


def test_a_visit_is_booked_with_its_steps(open_practice):
    visit = book(open_practice, notes="Brings a letter", language="es")
    assert (visit.status, visit.start_at) == ("scheduled", chicago(2, "09:00"))
    assert visit.end_at == chicago(2, "09:30")
    assert visit.notes == "Brings a letter"
    steps = list_steps(visit.id)
    assert [step.scheduled_start_at for step in steps] == [chicago(2, "09:00"), chicago(2, "09:15")]
    assert steps[-1].scheduled_end_at == visit.end_at
    slot = get_slot(visit.availability_slot_id)
    assert (slot.status, slot.booked_count) == ("booked", 1)
    assert (slot.busy_from, slot.busy_until) == (visit.start_at, visit.end_at)


def test_every_change_has_its_entry(clinic, open_practice):
    visit = book(open_practice)
    session.commit()
    assert clinic.entries("appointments.insert", record_id=visit.id)
    assert len(clinic.entries("appointment_steps.insert")) == 2


def test_a_slot_can_be_named_instead_of_its_start(open_practice):
    [offer, *_] = list_openings(OpeningQuery(offering_id=open_practice.offering.id))
    visit = book(open_practice, slot_id=offer.slot_id, start_at=None)
    assert visit.start_at == offer.start_at


def test_the_same_key_books_once(open_practice):
    key, patient = uuid4(), a_patient()
    first = book(open_practice, booking_key=key, patient_id=patient.id)
    assert book(open_practice, booking_key=key, patient_id=patient.id) is first
    assert book(open_practice, "10:00", booking_key=key, patient_id=patient.id) is first


def test_a_taken_start_is_refused_with_the_nearest_others(open_practice):
    book(open_practice, "09:00")
    with pytest.raises(SlotTaken) as refused:
        book(open_practice, "09:00")
    assert refused.value.status == 409
    assert refused.value.field == "start_at"
    near = [offer.start_at for offer in refused.value.alternatives]
    assert sorted(near[:2]) == [chicago(2, "08:30"), chicago(2, "09:30")]


def test_a_patient_is_never_in_two_places(clinic, open_practice):
    other = a_practice(clinic.facility_id)
    hours(other)
    patient = a_patient()
    book(open_practice, patient_id=patient.id)
    with pytest.raises(PatientBusy):
        book(other, patient_id=patient.id)
    assert book(other, "09:30", patient_id=patient.id).status == "scheduled"


def test_a_start_that_does_not_fit_says_how_long_the_visit_takes(clinic):
    practice = a_practice(clinic.facility_id, minutes=(45,))
    hours(practice)
    with pytest.raises(DoesNotFit, match="45 minutes"):
        book(practice, "11:30")


def test_each_thing_that_stands_in_the_way_is_refused_by_name(open_practice):
    with pytest.raises(PlanNotAccepted):
        book(open_practice, plan_id=a_plan().id)
    with pytest.raises(NotFound):
        book(open_practice, patient_id=0)
    with pytest.raises(SlotTaken):
        book(open_practice, "19:00")
    with on_monday(hours=3), pytest.raises(StartPassed):
        book(open_practice)
    end_workflow(workflow_for(open_practice.offering.id, None))
    with pytest.raises(NoWorkflow):
        book(open_practice)
    stop_offering(open_practice.offering)
    with pytest.raises(NotOffered):
        book(open_practice)


def test_a_patient_whose_record_is_not_active_is_not_booked(open_practice):
    patient = a_patient()
    patient.status = "deceased"
    with pytest.raises(PatientNotActive):
        book(open_practice, patient_id=patient.id)
    assert book(open_practice).status == "scheduled"


def test_seats_of_a_group_are_taken_one_by_one(practice):
    hours(practice, end="08:30", capacity=2)
    first, _second = book(practice, "08:00"), book(practice, "08:00")
    slot = get_slot(first.availability_slot_id)
    session.refresh(slot)
    assert (slot.status, slot.booked_count) == ("booked", 2)
    with pytest.raises(SlotTaken):
        book(practice, "08:00")
    cancel_appointment(first, "Ill")
    session.refresh(slot)
    assert (slot.status, slot.booked_count, slot.busy_until) == ("open", 1, slot.end_at)
    assert book(practice, "08:00").availability_slot_id == slot.id


def test_an_expired_hold_does_not_stand_in_the_way(clinic, open_practice):
    [offer, *_] = list_openings(OpeningQuery(offering_id=open_practice.offering.id))
    slot = get_slot(offer.slot_id)
    slot.status, slot.reserved_by = "reserved", clinic.desk.id
    slot.reserved_until = clock.now() + timedelta(minutes=5)
    slot.busy_from, slot.busy_until = slot.start_at, slot.end_at + timedelta(minutes=30)
    session.flush()
    for hhmm in ("08:00", "08:30"):
        with pytest.raises(SlotTaken):
            book(open_practice, hhmm)
    with on_monday(minutes=5):
        assert book(open_practice, "08:30").status == "scheduled"
        assert book(open_practice, "08:00").status == "scheduled"


def test_a_walk_in_makes_its_own_slot(open_practice):
    with on_monday(hours=6, minutes=7, seconds=31):  # 13:07 in Chicago: after hours
        visit = walk_in(details(open_practice, start_at=None))
    assert visit.start_at == chicago(2, "13:07")
    slot = get_slot(visit.availability_slot_id)
    assert (slot.status, slot.created_from_rule_id, slot.overbooked) == ("booked", None, False)
    cancel_appointment(visit, "Left")
    session.refresh(slot)
    assert slot.status == "cancelled"


def test_a_walk_in_takes_a_free_slot_that_starts_then(open_practice):
    visit = walk_in(details(open_practice, "08:00"))
    assert get_slot(visit.availability_slot_id).created_from_rule_id is not None


def test_a_walk_in_again_at_the_same_time_takes_its_slot_again(open_practice):
    visit = walk_in(details(open_practice, "13:07"))
    cancel_appointment(visit, "Left")
    assert (
        walk_in(details(open_practice, "13:07")).availability_slot_id == visit.availability_slot_id
    )


def test_squeezing_in_needs_a_reason_and_the_right(open_practice):
    book(open_practice, "09:00")
    with pytest.raises(DoctorBusy):
        walk_in(details(open_practice, "09:10"), may_overbook=True)
    squeezed = details(open_practice, "09:10", overbook_reason="Severe pain")
    with pytest.raises(OverbookingNotAllowed):
        walk_in(squeezed)
    visit = walk_in(squeezed, may_overbook=True)
    assert (visit.overbooked, visit.overbook_reason) == (True, "Severe pain")
    assert get_slot(visit.availability_slot_id).overbooked
    assert walk_in(squeezed_again(squeezed), may_overbook=True).overbooked


def squeezed_again(first: BookingDetails) -> BookingDetails:
    return BookingDetails(
        a_patient().id, first.offering_id, start_at=first.start_at, overbook_reason="Also urgent"
    )


def test_a_walk_in_still_needs_the_plan_to_be_accepted(open_practice):
    with pytest.raises(PlanNotAccepted):
        walk_in(details(open_practice, "13:00", plan_id=a_plan().id))
    with pytest.raises(StartPassed):
        walk_in(details(open_practice, start_at=chicago(1, "13:00")))
