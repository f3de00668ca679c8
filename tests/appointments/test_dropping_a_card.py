"""Where a card can be dropped is known before it is dropped; a refusal says what stands against it.

The fault's kind: a reason that is guessed. "Someone just took that time" was said of every time
that is no opening: outside the hours, off the grid, taken for long, of an hour nobody works.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from portal.appointments.commands.holds import hold_slot
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.commands.reversing import undo
from portal.appointments.commands.visit import cancel_appointment
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.db import session
from portal.errors import DomainError
from portal.scheduling.rules import NotAnOpening, SlotTaken, TimeTaken
from portal.scheduling.times import Span
from portal.schema.appointments import Appointment
from portal.services.commands.catalogue import stop_offering
from tests.support.scheduling import (
    Practice,
    a_doctor,
    a_patient,
    a_practice,
    an_offering,
    book,
    chicago,
    hours,
)

QUARTERS = [chicago(2, "07:15") + timedelta(minutes=15 * n) for n in range(24)]


@dataclass
class Ward:
    """A visit at 09:00, longer than its opening, and a second doctor of the same service."""

    visit: Appointment
    mine: Practice
    theirs: Practice


@pytest.fixture
def ward(clinic) -> Ward:
    mine = a_practice(clinic.facility_id, minutes=(30, 15))
    other = a_doctor(clinic.facility_id)
    offering = an_offering(mine.service, other, clinic.facility_id, buffer_after_minutes=15)
    theirs = replace(mine, doctor=other, offering=offering)
    for practice in (mine, theirs):
        hours(practice)
    patient = a_patient()
    elsewhere = a_practice(clinic.facility_id)
    hours(elsewhere)
    book(elsewhere, "11:00", patient_id=patient.id)
    book(theirs, "10:00")
    away = chicago(2, "08:00"), chicago(2, "08:30")
    add_exception(ExceptionDetails(other.id, clinic.facility_id, *away, "blocked", "Rounds"))
    return Ward(book(mine, "09:00", patient_id=patient.id), mine, theirs)


def drop(visit: Appointment, practice: Practice, at) -> None:
    """Move it there, and leave everything as it was."""
    attempt = session.begin_nested()
    try:
        reschedule_appointment(visit, MoveDetails(start_at=at, offering_id=practice.offering.id))
    finally:
        attempt.rollback()
        session.refresh(visit)


def refusal_at(visit: Appointment, practice: Practice, at) -> DomainError | None:
    try:
        drop(visit, practice, at)
    except DomainError as refused:
        return refused
    return None


def test_what_is_shown_as_possible_is_what_a_drop_does(browser, alder, ward):
    """Of every quarter of the morning; its own place is none to move to."""
    answer = browser.sign_in(alder.desk).get(
        f"/appointments/{ward.visit.id}/openings?date=2026-03-02"
    )
    shown = {(int(doctor), at) for doctor, starts in answer.json.items() for at in starts}
    possible = {
        (practice.doctor.id, int(at.timestamp()))
        for practice in (ward.mine, ward.theirs)
        for at in QUARTERS
        if (practice, at) != (ward.mine, ward.visit.start_at)
        and refusal_at(ward.visit, practice, at) is None
    }
    assert shown == possible
    assert (ward.mine.doctor.id, int(chicago(2, "09:30").timestamp())) in shown


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("12:30", "That time is outside the doctor's hours."),
        ("13:00", "That time is outside the doctor's hours."),
        ("11:10", "There is no opening at that time."),
        ("10:00", "That time is taken."),
        ("10:15", "That time is taken."),
        ("08:00", "The doctor is away then: Rounds"),
    ],
)
def test_a_time_that_is_no_opening_is_refused_by_its_own_reason(ward, at, words):
    refused = refusal_at(ward.visit, ward.theirs, chicago(2, at))
    assert str(refused) == words
    assert "just took" not in words


def test_a_day_on_which_nobody_works_is_refused_as_that(ward):
    assert str(refusal_at(ward.visit, ward.mine, chicago(3, "09:00"))) == "Not scheduled that day."


def test_a_service_the_doctor_gives_no_more_is_named(ward):
    stop_offering(ward.theirs.offering)
    refused = refusal_at(ward.visit, ward.theirs, chicago(2, "11:30"))
    assert str(refused) == "This doctor does not offer the service there at present."


def test_where_it_is_already_is_not_offered_instead(ward):
    """The kind: something that is no change, offered as one."""
    refused = refusal_at(ward.visit, ward.mine, chicago(2, "07:30"))
    assert isinstance(refused, NotAnOpening)
    assert refused.alternatives
    assert ward.visit.start_at not in [offer.start_at for offer in refused.alternatives]


def test_an_opening_that_was_chosen_and_is_gone_was_just_taken(ward):
    slot_id = book(ward.mine, "11:00").availability_slot_id
    to = MoveDetails(slot_id=slot_id, offering_id=ward.mine.offering.id)
    with pytest.raises(SlotTaken, match="Someone just took that time"):
        reschedule_appointment(ward.visit, to)


def test_what_is_held_says_why_it_cannot_be(open_practice):
    """An opening too short for the visit is nobody's; one that is booked is."""
    last = book(open_practice, "11:30")
    slot_id = last.availability_slot_id
    with pytest.raises(SlotTaken, match="Someone just took"):
        hold_slot(slot_id, offering_id=open_practice.offering.id)
    cancel_appointment(last, "Ill")
    longer = an_offering(
        a_practice(open_practice.facility_id).service, open_practice.doctor,
        open_practice.facility_id, minutes=(45,),
    )  # fmt: skip
    with pytest.raises(SlotTaken) as refused:
        hold_slot(slot_id, offering_id=longer.id)
    assert "takes 45 minutes" in str(refused.value)


def test_an_appointment_that_cannot_come_back_says_its_time_is_taken(open_practice):
    visit = book(open_practice, "09:00")
    cancel_appointment(visit, "Ill")
    book(open_practice, "09:00")
    with pytest.raises(TimeTaken, match="That time is taken"):
        undo(visit)


def test_the_openings_of_a_move_may_overlap_where_the_visit_is(browser, alder, ward):
    """The dialog offers what the board does: a visit is not in its own way."""
    page = browser.sign_in(alder.desk).get(f"/appointments/{ward.visit.id}/move").text
    assert Span(ward.visit.start_at, ward.visit.end_at).minutes == 45
    assert "<span>09:30</span>" in page.partition(ward.theirs.doctor.display_name)[0]


@pytest.mark.parametrize("offers", [True, False])
def test_a_refused_drop_names_what_was_refused_and_chooses_nothing(browser, alder, ward, offers):
    """The kind: a dialog that opens for a refusal, and the next Enter does something else."""
    page = browser.sign_in(alder.desk).get(f"/appointments/{ward.visit.id}/move").text
    assert page.count(" checked") == 1
    doctor = ward.theirs.doctor if offers else a_doctor(ward.visit.facility_id)
    sent = {"doctor_id": doctor.id, "start_at": chicago(2, "10:00").isoformat()}
    page = browser.send(f"/appointments/{ward.visit.id}/move", sent).text
    assert f"Not moved to Mar 2, 2026, 10:00 · {doctor.display_name}." in page
    assert f"{doctor.display_name} does not offer this service here." in page or offers
    assert re.search(rf'<option value="{doctor.id}" selected', page)
    assert " checked" not in page


def test_a_refused_opening_stays_chosen_while_it_is_one_and_no_other_is(browser, alder, ward):
    page = browser.sign_in(alder.desk).get(f"/appointments/{ward.visit.id}/move").text
    openings = dict(re.findall(r'name="opening" value="([\d-]+)"[^>]*><span>([\d:]+)<', page))
    [busy] = [value for value, time in openings.items() if time == "11:00"][:1]
    page = browser.send(f"/appointments/{ward.visit.id}/move", {"opening": busy}).text
    assert "This patient has another appointment at that time." in page
    assert re.findall(r'value="([\d-]+)" checked', page) == [busy]
