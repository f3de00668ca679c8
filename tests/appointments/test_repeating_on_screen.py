"""Booking a series through the pages, without JavaScript."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.db import session
from portal.schema.appointments import Appointment
from tests.support.client import HTMX
from tests.support.scheduling import a_patient, a_practice, book, chicago, hours, on_monday


@pytest.fixture
def work(alder):
    """A practice with hours on Mondays, and a patient, at Monday seven o'clock."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            patient = a_patient(first_name="Greta", last_name="Marchetti")
        yield practice, patient


def typed(browser, practice, patient, **more):
    page = browser.get("/appointments/new").text
    slot = re.search(r'name="availability_slot_id" value="(\d+)"', page)[1]
    usual = {
        "facility_id": practice.facility_id, "service_id": practice.service.id,
        "patient_id": patient.id, "patient_query": "Marchetti, Greta", "notes": "Bring the scans",
        "availability_slot_id": slot, "booking_key": str(uuid4()), "every_weeks": 1, "visits": 4,
    }  # fmt: skip
    return usual | more


def starts(html: str) -> list[str]:
    """What the preview would book: the chosen option of each date."""
    chosen = re.findall(r'<option value="([^"]+)" selected', html)
    return chosen + re.findall(r'type="hidden" name="starts" value="([^"]+)"', html)


def visits_of(clinic, patient):
    with clinic.at_work():
        return [
            (visit.start_at.isoformat(), visit.status, visit.notes)
            for visit in session.scalars(
                select(Appointment)
                .filter_by(patient_id=patient.id)
                .order_by(Appointment.start_at, Appointment.id)
            )
        ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"visits": "", "repeat": "dates"}, "Say how many appointments, or until which day."),
        ({"availability_slot_id": "own", "repeat": "dates"}, "A series begins at an opening"),
        ({"availability_slot_id": "own"}, "A series begins at an opening"),
    ],
)
def test_what_cannot_be_a_series_is_not_booked_once_instead(browser, alder, work, more, said):
    """The kind: what is typed or pressed is left out in silence, and less of it is booked.

    "Show the dates" without a number, and a series at a walk-in's time, each booked one.
    """
    sent = typed(browser.sign_in(alder.desk), *work, doctor_id=work[0].doctor.id, **more)
    answer = browser.send("/appointments/new", sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert visits_of(alder, work[1]) == []


def test_the_dates_are_shown_before_anything_is_booked(browser, alder, work):
    sent = typed(browser.sign_in(alder.desk), *work)
    answer = browser.send("/appointments/new", sent)
    assert answer.status_code == 200
    assert "Dates of the series" in answer.text
    assert len(starts(answer.text)) == 3
    assert 'name="notes" value="Bring the scans"' in answer.text
    assert visits_of(alder, work[1]) == []


def test_a_series_is_booked_with_its_notes_and_said(browser, alder, work):
    sent = typed(browser.sign_in(alder.desk), *work)
    shown = starts(browser.send("/appointments/new", sent).text)
    sent |= {"repeat": "book", "starts": shown}
    for _ in range(2):
        answer = browser.send("/appointments/new", sent, follow_redirects=True)
        assert "4 appointments booked" in answer.text
    booked = visits_of(alder, work[1])
    assert len(booked) == 4
    assert {notes for _start, _status, notes in booked} == {"Bring the scans"}


def test_a_series_that_is_taken_back_says_what_has_become_of_it(browser, alder, work):
    """The kind: "as they were" is said of appointments that were not there."""
    sent = typed(browser.sign_in(alder.desk), *work)
    sent |= {"repeat": "book", "starts": starts(browser.send("/appointments/new", sent).text)}
    browser.send("/appointments/new", sent)
    page = browser.send("/appointments/reversals", follow_redirects=True).text
    assert re.search(r"Series undone for [^:<]+, [^:<]+: 4 appointments are cancelled", page)


def test_a_date_may_be_left_out_which_is_said(browser, alder, work):
    sent = typed(browser.sign_in(alder.desk), *work)
    first, second, third = starts(browser.send("/appointments/new", sent).text)
    sent |= {"repeat": "book", "starts": [first, second.partition(":")[0] + ":", third]}
    answer = browser.send("/appointments/new", sent, follow_redirects=True)
    assert "3 appointments booked (not booked: Monday, March 16, 2026)" in answer.text
    assert len(visits_of(alder, work[1])) == 3


def test_a_start_taken_meanwhile_is_409_and_the_dates_are_shown_anew(browser, alder, work):
    practice, patient = work
    sent = typed(browser.sign_in(alder.desk), practice, patient)
    shown = starts(browser.send("/appointments/new", sent).text)
    with alder.at_work():
        book(practice, start_at=chicago(16, "07:00"))
    answer = browser.send("/appointments/new", sent | {"repeat": "book", "starts": shown})
    assert answer.status_code == 409
    assert "Monday, March 16, 2026, 08:00: Someone just took that time." in answer.text
    assert "08:00 is not free; the nearest is 08:30." in answer.text
    assert visits_of(alder, patient) == []


def test_what_is_held_is_said_and_let_go_of_through_the_dates_and_errors(browser, alder, work):
    sent = typed(browser.sign_in(alder.desk), *work)
    held = browser.send("/appointments/offers", sent, htmx=True).text
    release = f'data-release="/appointments/holds/{sent["availability_slot_id"]}/release"'
    assert release in held
    sent["held_slot_id"] = sent["availability_slot_id"]
    for more in ({}, {"visits": "1"}, {"show": "starts"}):
        answer = browser.send("/appointments/new", sent | more)
        assert release in answer.text
        assert answer.text.count('name="held_slot_id"') == 1
    assert (
        "data-release" not in browser.send("/appointments/new", sent | {"held_slot_id": "x"}).text
    )
    browser.send(f"/appointments/holds/{sent['held_slot_id']}/release", {}, htmx=True)
    assert "data-release" not in browser.send("/appointments/new", sent).text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"visits": "1"}, "A series has 2 to 52 visits."),
        ({"visits": "many"}, "“many” is not a whole number."),
        ({"every_weeks": "0"}, "Visits repeat every 1 to 52 weeks."),
        ({"visits": "", "until": "2026-03-01"}, "A series has 2 to 52 visits."),
    ],
)
def test_nonsense_is_said_beside_the_field(browser, alder, work, more, words):
    sent = typed(browser.sign_in(alder.desk), *work, **more)
    answer = browser.send("/appointments/new", sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert visits_of(alder, work[1]) == []


def test_one_goes_back_from_the_dates_to_the_form_as_it_was(browser, alder, work):
    sent = typed(browser.sign_in(alder.desk), *work)
    answer = browser.send("/appointments/new", sent | {"show": "starts"})
    assert answer.status_code == 200
    assert "Bring the scans" in answer.text
    assert re.search(r'name="visits"[^>]+value="4"', answer.text)


def a_series(browser, clinic, work):
    """A visit that was repeated from its page, and its address."""
    with clinic.at_work():
        visit = book(work[0], patient_id=work[1].id)
    browser.sign_in(clinic.desk)
    address = f"/appointments/{visit.id}"
    sent = {"every_weeks": 2, "until": "2026-04-13", "visits": "", "booking_key": str(uuid4())}
    shown = browser.send(f"{address}/series", sent)
    assert shown.status_code == 200, shown.text
    sent |= {"repeat": "book", "starts": starts(shown.text)}
    assert browser.send(f"{address}/series", sent).status_code == 303
    return address


def test_a_booked_visit_is_repeated_from_its_page(browser, alder, work):
    address = a_series(browser, alder, work)
    page = browser.get(address).text
    assert "Appointment 1 of 4 in a series" in page
    following = re.search(r'href="(/appointments/\d+)" data-dialog>Next', page)[1]
    assert "Appointment 2 of 4 in a series" in browser.get(following).text
    again = browser.send(f"{address}/series", {"every_weeks": 1, "visits": 3})
    assert again.status_code == 409
    assert "belongs to a series already" in again.text


def test_this_and_the_following_are_cancelled_and_come_back(browser, alder, work):
    address = a_series(browser, alder, work)
    sent = {"cancel_code": "other", "cancel_reason": "Moved away", "following": "y"}
    answer = browser.send(f"{address}/cancellation", sent, follow_redirects=True)
    assert "4 appointments cancelled: " in answer.text
    assert {status for _at, status, _notes in visits_of(alder, work[1])} == {"cancelled"}
    # The message of the booking stands there too, before it.
    undo = re.findall(r'data-act="([^"]+)"', answer.text)[-1]
    assert browser.send("/appointments/reversals", {"act": undo}).status_code == 303
    assert {status for _at, status, _notes in visits_of(alder, work[1])} == {"scheduled"}


def test_the_dialog_gets_fragments(browser, alder, work):
    sent = typed(browser.sign_in(alder.desk), *work)
    answer = browser.send("/appointments/new", sent, htmx=True)
    assert answer.text.lstrip().startswith('<form class="sheet" id="appointments-series"')
    with alder.at_work():
        visit = book(work[0], patient_id=work[1].id)
    answer = browser.get(f"/appointments/{visit.id}/series", headers=HTMX)
    assert 'id="appointments-repeat"' in answer.text
