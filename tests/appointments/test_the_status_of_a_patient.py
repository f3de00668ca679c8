"""A patient who has died or is inactive is marked wherever staff meet them, and it can be undone.

The kind of fault: a status that is kept and that nobody looks at: those who had died were booked,
matched by the waitlist and checked in as anybody else, and no screen could say that somebody died.
"""

from datetime import date

import pytest

from portal.appointments.commands.status import Ending, change_status, restore_patient_status
from portal.appointments.commands.visit import check_in
from portal.appointments.queries.waitlist import list_matches
from portal.appointments.rules.visits import PatientDeceased
from portal.patients.commands.status import StatusChange
from portal.patients.queries.records import get_patient
from portal.patients.rules.kept import status_said_of
from portal.patients.rules.status import SinceImplausible, StatusSetAlready
from tests.support.client import Browser
from tests.support.people import Clinic
from tests.support.scheduling import a_practice, a_wish_for, book, details, hours, on_monday

ALL = Ending(cancel=True, because="Patient recorded as deceased", withdraw=True)
NOTHING = Ending(cancel=False, because="", withdraw=False)
DIED = StatusChange(status="deceased", since=date(2026, 3, 1), reason="Told by\nher son")


@pytest.fixture
def visit(open_practice):
    return book(open_practice, "09:00")


def test_recording_a_death_cancels_what_is_to_come_and_takes_off_the_waitlist(open_practice, visit):
    wish = a_wish_for(open_practice, patient_id=visit.patient_id)
    patient = get_patient(visit.patient_id)
    change_status(patient, DIED, ALL)
    assert (patient.status, visit.status, wish.status) == ("deceased", "cancelled", "withdrawn")
    assert visit.cancel_reason == "Patient recorded as deceased"
    said = status_said_of(patient.meta)
    assert (said.since, said.reason) == (date(2026, 3, 1), "Told by\nher son")


def test_a_status_is_restored_with_what_ended_because_of_it(open_practice, visit):
    wish = a_wish_for(open_practice, patient_id=visit.patient_id)
    patient = get_patient(visit.patient_id)
    change_status(patient, DIED, ALL)
    restored = restore_patient_status(patient)
    assert (restored.came_back, restored.stayed_away) == (2, 0)
    assert (patient.status, visit.status, wish.status) == ("active", "scheduled", "waiting")
    assert status_said_of(patient.meta).since is None


def test_an_appointment_whose_time_is_taken_stays_cancelled(open_practice, visit):
    patient = get_patient(visit.patient_id)
    change_status(patient, DIED, ALL)
    book(open_practice, "09:00")
    restored = restore_patient_status(patient)
    assert (restored.came_back, restored.stayed_away) == (0, 1)
    assert (patient.status, visit.status) == ("active", "cancelled")


def test_the_dead_are_not_checked_in_by_surprise(visit):
    change_status(get_patient(visit.patient_id), DIED, NOTHING)
    assert visit.status == "scheduled"
    with pytest.raises(PatientDeceased, match="recorded as deceased"):
        check_in(visit)


def test_no_screen_offers_to_check_in_the_dead(browser: Browser, alder: Clinic):
    """The kind: a button or a key that leads to a refusal which could have been known."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            visit = book(practice, "09:00")
            change_status(get_patient(visit.patient_id), DIED, NOTHING)
            address = f"/appointments/{visit.id}"
        page = browser.sign_in(alder.desk).get(address).text
        board = browser.get("/appointments/day").text
    assert f'action="{address}/next"' not in page
    assert "Not checked in: recorded as deceased" in page
    assert f'id="visit-{visit.id}"' in board
    assert 'data-act="Check in"' not in board


def test_the_dead_are_not_booked(open_practice, visit):
    change_status(get_patient(visit.patient_id), DIED, NOTHING)
    with pytest.raises(PatientDeceased):
        book(open_practice, "10:00", patient_id=visit.patient_id)


def test_the_waitlist_does_not_match_the_dead(open_practice):
    wish = a_wish_for(open_practice)
    facility_id = open_practice.facility_id
    assert [each.entry_id for each in list_matches(facility_id, limit=5)] != []
    change_status(get_patient(wish.patient_id), DIED, NOTHING)
    assert list_matches(facility_id, limit=5) == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (StatusChange(status="deceased", since=date(2026, 3, 9)), SinceImplausible),
        (StatusChange(status="active"), StatusSetAlready),
    ],
)
def test_what_cannot_be_is_refused(visit, change, refusal):
    with pytest.raises(refusal):
        change_status(get_patient(visit.patient_id), change, NOTHING)


def test_the_desk_sees_first_what_a_status_concerns(browser: Browser, alder: Clinic):
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            visit = book(practice, "09:00")
            patient_id, visit_id = visit.patient_id, visit.id
        address = f"/patients/{patient_id}/status"
        page = browser.sign_in(alder.desk).get(f"{address}?to=deceased").text
        assert "1 coming appointment" in page
        assert 'name="cancel" value="y" checked' in page
        assert 'name="cancel" value="y" checked' not in browser.get(f"{address}?to=inactive").text
        typed = {"patient_status": "deceased", "since": "2026-03-01", "cancel": "y"}
        assert browser.send(address, typed).status_code == 303
        chart = browser.get(f"/patients/{patient_id}").text
        assert "Deceased 03/01/2026" in chart
        assert "1 appointment is cancelled." in chart
        assert "recorded as deceased" in browser.get(f"/appointments/{visit_id}").text
        assert browser.send("/appointments/reversals").status_code == 303
        assert (
            "Deceased"
            not in browser.get(f"/patients/{patient_id}")
            .text.split("<main")[1]
            .split("</header>")[0]
        )


def test_the_dead_are_named_and_not_offered_where_somebody_is_chosen(
    browser: Browser, alder: Clinic
):
    with on_monday(), alder.at_work():
        practice = a_practice(alder.facility_id)
        patient = get_patient(details(practice).patient_id)
        name = patient.last_name
        change_status(patient, DIED, NOTHING)
    found = browser.sign_in(alder.desk).send(
        "/patients/search", {"q": name, "purpose": "choose"}, htmx=True
    )
    assert "is recorded as deceased" in found.text
    assert f'data-value="{patient.id}"' not in found.text
