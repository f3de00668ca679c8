"""The work-list of visits that no rule supports: seen, kept, or moved on their own page."""

import re

import pytest

from portal.appointments.queries.visits import get_appointment
from portal.availability.commands.materialise import materialise_doctors
from portal.availability.commands.weekly import end_rule
from portal.db import session
from portal.scheduling.slots.queries import get_slot
from portal.schema.availability import AvailabilitySlot
from tests.support.factories import a_facility
from tests.support.people import Clinic
from tests.support.scheduling import Practice, a_practice, book, chicago, hours, on_monday
from tests.support.statements import at_most


@pytest.fixture
def practice(alder: Clinic) -> Practice:
    """Two visits whose hours have ended."""
    with on_monday(), alder.at_work():
        made = a_practice(alder.facility_id)
        rule = hours(made)
        made.visits = [book(made, "10:00"), book(made, "09:00")]
        end_rule(rule)
        return made


def test_they_are_listed_the_earliest_first_with_their_patients(browser, alder, practice):
    browser.sign_in(alder.desk)
    with on_monday(), at_most(9):
        listed = browser.get("/availability/orphans/").text
    assert listed.index("09:00") < listed.index("10:00")
    assert "Example" in listed
    assert f"/appointments/{practice.visits[0].id}" in listed
    assert len(alder.entries("absences.orphans")) == 2


def test_a_visit_that_is_kept_needs_no_rule_any_more(browser, alder, practice):
    slot_id = practice.visits[0].availability_slot_id
    browser.sign_in(alder.desk)
    with on_monday():
        assert browser.send(f"/availability/orphans/{slot_id}/retention").status_code == 303
        listed = browser.get("/availability/orphans/").text
        assert "The appointment stays as it is booked." in listed
        assert listed.count('<th scope="row">') == 1
    with on_monday(), alder.at_work():
        session.expire_all()
        assert materialise_doctors([practice.doctor.id]).changed is False
        slot = get_slot(slot_id)
        assert (slot.orphaned_at, slot.booked_count, slot.capacity) == (None, 1, 1)
        assert slot.service_offering_id == practice.offering.id


def test_somebody_of_another_facility_neither_sees_nor_keeps_them(browser, alder, practice):
    with alder.at_work():
        elsewhere = a_facility().id
    browser.sign_in(alder.hire("sam", "front_desk", facility_ids=(elsewhere,)))
    slot_id = practice.visits[0].availability_slot_id
    with on_monday():
        assert "No appointments to reschedule" in browser.get("/availability/orphans/").text
        assert browser.send(f"/availability/orphans/{slot_id}/retention").status_code == 404
    with on_monday(), alder.at_work():
        session.expire_all()
        assert get_slot(slot_id).orphaned_at is not None


def test_a_start_that_the_service_has_already_cannot_be_kept_twice(browser, alder, practice):
    with on_monday(), alder.at_work():
        visit = practice.visits[0]
        session.add(
            AvailabilitySlot(
                doctor_id=practice.doctor.id, facility_id=alder.facility_id,
                service_offering_id=practice.offering.id, start_at=visit.start_at,
                end_at=visit.end_at, status="cancelled",
            )
        )  # fmt: skip
        slot_id = visit.availability_slot_id
    browser.sign_in(alder.desk)
    response = browser.send(f"/availability/orphans/{slot_id}/retention")
    assert response.status_code == 409
    assert "Move the appointment there instead." in response.text


def test_an_auditor_looks_but_decides_nothing(browser, alder, practice):
    browser.sign_in(alder.auditor)
    with on_monday():
        assert "retention" not in browser.get("/availability/orphans/").text


def test_without_any_it_says_so(browser, alder):
    browser.sign_in(alder.desk)
    assert "No appointments to reschedule" in browser.get("/availability/orphans/").text


def test_the_nearest_starts_are_proposed_and_one_is_taken(browser, alder, practice):
    with on_monday(), alder.at_work():
        hours(practice, day=2)
    visit = practice.visits[1]
    browser.sign_in(alder.desk)
    with on_monday():
        listed = browser.get("/availability/orphans/").text
        first = re.search(r'value="(\d+-\d+)">Mar 3, 2026, 08:00', listed)[1]
        moved = browser.send(f"/availability/orphans/{visit.id}/move", {"start": first})
        assert moved.location == "/availability/orphans/"
        listed = browser.get("/availability/orphans/").text
    assert "Moved; tell the patient: Example" in listed
    assert listed.count('<th scope="row">') == 1
    with alder.at_work():
        session.expire_all()
        assert get_appointment(visit.id).start_at == chicago(3, "08:00")


def test_a_proposal_that_was_taken_meanwhile_is_refused_with_others(browser, alder, practice):
    with on_monday(), alder.at_work():
        hours(practice, day=2)
    first, second = practice.visits[1], practice.visits[0]
    browser.sign_in(alder.desk)
    with on_monday():
        listed = browser.get("/availability/orphans/").text
        start = re.search(r'value="(\d+-\d+)">Mar 3, 2026, 08:00', listed)[1]
        browser.send(f"/availability/orphans/{first.id}/move", {"start": start})
        refused = browser.send(f"/availability/orphans/{second.id}/move", {"start": start})
        assert browser.send(f"/availability/orphans/{second.id}/move").status_code == 422
    assert refused.status_code == 409
    assert "Someone just took that time." in refused.text
    assert "Mar 3, 2026, 08:30" in refused.text
