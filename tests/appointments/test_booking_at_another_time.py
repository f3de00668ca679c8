"""A time that is no opening is booked all the same; what is not as usual about it is said.

The kind of fault: 11:45 PM typed for 11:45 AM, or one person put over another, and nobody is told.
"""

import re
from types import SimpleNamespace
from uuid import uuid4

import pytest

from portal.appointments.queries.hours import is_outside_hours
from tests.support.scheduling import a_patient, a_practice, book, chicago, hours, on_monday


@pytest.fixture
def work(alder):
    """A practice with hours on Mondays from eight to twelve, and a patient; half past eight."""
    with on_monday(hours=1, minutes=30):
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            patient = a_patient(first_name="Greta", last_name="Marchetti")
        yield practice, patient


def sent(work, at: str) -> dict[str, object]:
    practice, patient = work
    return {
        "facility_id": practice.facility_id, "service_id": practice.service.id,
        "doctor_id": practice.doctor.id, "patient_id": patient.id, "booking_key": str(uuid4()),
        "availability_slot_id": "own", "start_at": at, "overbook_reason": "Acute pain",
    }  # fmt: skip


@pytest.mark.parametrize(("at", "outside"), [("23:45", True), ("09:10", False)])
def test_outside_the_doctors_hours_is_said_of_what_is_booked(browser, alder, work, at, outside):
    browser.sign_in(alder.desk)
    new = sent(work, f"2026-03-02T{at}")
    page = browser.send("/appointments/new", new, follow_redirects=True).text
    said = f"Outside the hours of {work[0].doctor.display_name}"
    assert "Booked: Marchetti, Greta" in page
    assert (said in page) is outside
    board = browser.get("/appointments/day?date=2026-03-02").text
    [card] = re.findall(r'<a class="visit[^>]* id="visit-.*?</a>', board, re.DOTALL)
    assert ("Outside hours" in card) is outside
    address = re.search(r'href="(/appointments/\d+)"', card)[1]
    assert (said in browser.get(address).text) is outside


def test_a_walk_in_over_another_appointment_says_so(browser, alder, work):
    practice, _patient = work
    with alder.at_work():
        book(practice, "09:00")
    with on_monday(hours=2):
        browser.sign_in(alder.desk)
        page = browser.send("/appointments/walk-in", sent(work, ""), follow_redirects=True).text
    assert "Checked in: Marchetti, Greta" in page
    assert f"{practice.doctor.display_name}. Overbooked" in page
    assert "Outside the hours" not in page


def test_on_a_day_without_hours_it_is_outside_while_the_days_are_laid_out(open_practice):
    there = {"doctor_id": open_practice.doctor.id, "facility_id": open_practice.facility_id}
    for day, outside in ((2, False), (3, True)):
        visit = SimpleNamespace(start_at=chicago(day, "10:00"), **there)
        assert is_outside_hours(visit) is outside
