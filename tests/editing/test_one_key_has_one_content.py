"""A form's one-time key stands for what was sent with it: with something else it is refused.

The kind: each command that makes something looked whether its key had made something already, and
answered with that, whatever the form said now. Somebody who went back and chose another patient was
told "Booked", of the first one. Now the same content is answered the same and done once; other
content is a 422 that says what was done with the key.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from tests.editing.records import rows_of
from tests.support.client import HTMX, Browser
from tests.support.pages import shown
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_patient,
    a_practice,
    book,
    hours,
    on_monday,
)

DOCTORS = "First name,Last name\nAda,Byrne\n"


class Sent(NamedTuple):
    """A form as it is sent, what makes it say something else, and what was done in words."""

    address: str
    fields: dict[str, Any]
    otherwise: dict[str, Any]
    said: str


class Work(NamedTuple):
    """A clinic's Monday: who books, with whom, and two patients."""

    clinic: Clinic
    practice: Practice
    one: int
    other: int


@pytest.fixture
def work(alder, browser):
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            one = a_patient(first_name="Greta", last_name="Marchetti")
            other = a_patient(first_name="Ana", last_name="Ode")
        browser.sign_in(alder.owner)
        yield Work(alder, practice, one.id, other.id)


def for_visit(browser: Browser, work: Work, address: str) -> dict[str, Any]:
    fields = shown(browser.get(address).text, "booking_key")
    del fields["patient_plain"]  # a script has picked the patient
    return fields | {"patient_id": work.one, "service_id": work.practice.service.id}


def booking(browser: Browser, work: Work) -> Sent:
    sent = for_visit(browser, work, "/appointments/new")
    said = "Booked: Marchetti, Greta, 08:00"
    return Sent("/appointments/new", sent, {"patient_id": work.other}, said)


def of_notes(browser: Browser, work: Work) -> Sent:
    return booking(browser, work)._replace(otherwise={"notes": "Brings a dog"})


def first_visit(browser: Browser, work: Work) -> Sent:
    new = {"patient_id": "new", "last_name": "Novak", "first_name": "Zoe", "dob_unknown": "y"}
    sent = for_visit(browser, work, "/appointments/new") | new
    return Sent("/appointments/new", sent, {"first_name": "Zora"}, "Booked: Novak, Zoe")


def walk_in(browser: Browser, work: Work) -> Sent:
    sent = for_visit(browser, work, "/appointments/walk-in")
    sent |= {"doctor_id": work.practice.doctor.id}
    otherwise = {"patient_id": work.other}
    return Sent("/appointments/walk-in", sent, otherwise, "Checked in: Marchetti, Greta")


def series(browser: Browser, work: Work) -> Sent:
    with work.clinic.at_work():
        visit = book(work.practice, patient_id=work.one)
    address = f"/appointments/{visit.id}/series"
    sent = shown(browser.get(address).text, "booking_key") | {"visits": "3", "every_weeks": "1"}
    dates = browser.post(address, data=sent | {"repeat": "dates"})
    sent = shown(dates.text, "booking_key") | {"repeat": "book"}
    return Sent(address, sent, {"visits": "2"}, "3 appointments booked")


def wish(browser: Browser, work: Work) -> Sent:
    address = "/appointments/waitlist/new"
    sent = shown(browser.get(address).text, "entry_key")
    del sent["patient_plain"]
    sent |= {"patient_id": work.one, "service_id": work.practice.service.id}
    return Sent(address, sent, {"urgency": "soon"}, "On the waitlist: ")


def merge(browser: Browser, work: Work) -> Sent:
    address = f"/patients/{work.one}/merge/{work.other}"
    sent = shown(browser.get(address).text, "merge_key")
    return Sent(address, sent, {"stays": "other"}, "Two records are one: ")


def absence(browser: Browser, work: Work) -> Sent:
    address = f"/doctors/{work.practice.doctor.id}/absences/new"
    sent = shown(browser.get(address).text, "absence_key") | {
        "first_day": MONDAY.date().isoformat(), "reason": "Ill", "type": "emergency",
    }  # fmt: skip
    sent = shown(browser.post(address, data=sent | {"do": "show"}).text, "absence_key")
    return Sent(address, sent | {"do": "confirm"}, {"reason": "Away"}, "is away")


def alert(browser: Browser, work: Work) -> Sent:
    sent = shown(browser.get(f"/patients/{work.one}").text, "alert") | {"alert": "Latex"}
    address = f"/patients/{work.one}/alerts"
    return Sent(address, sent, {"alert": "Penicillin"}, "The alert is on the chart")


def patient(browser: Browser, work: Work) -> Sent:
    sent = shown(browser.get("/patients/new").text, "last_name")
    sent |= {"last_name": "Novak", "first_name": "Zoe"}
    return Sent("/patients/new", sent, {"first_name": "Zora"}, "already, with something else")


def file(browser: Browser, work: Work) -> Sent:
    sent = shown(browser.get("/exchange/imports/").text, "kind") | {"kind": "doctors"}
    sent["file"] = (DOCTORS.encode(), "doctors.csv")
    otherwise = {"file": (DOCTORS.replace("Ada", "Eva").encode(), "doctors.csv")}
    return Sent("/exchange/imports/", sent, otherwise, "already, with something else")


def columns(browser: Browser, work: Work) -> Sent:
    brought = send(browser, file(browser, work).fields, "/exchange/imports/")
    sent = shown(browser.get(brought.location).text, "confirmation_token")
    sent = shown(
        browser.post(brought.location, data=sent | {"do": "show"}).text, "confirmation_token"
    )
    otherwise = {"column_last_name": "0"}
    sent |= {"do": "confirm"}
    return Sent(brought.location, sent, otherwise, "The file is imported")


CASES: list[Callable[[Browser, Work], Sent]] = [
    booking, of_notes, first_visit, walk_in, series, wish, merge, absence, alert, patient, file,
    columns,
]  # fmt: skip


def send(browser: Browser, fields: dict[str, Any], address: str, **headers: Any):
    """Send a form; a file in it is a file each time."""
    typed = {
        name: (BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
    return browser.post(address, data=typed, **headers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_key_is_done_once_and_with_other_content_says_what_was_done(browser, work, case):
    address, fields, otherwise, said = case(browser, work)
    first = send(browser, fields, address)
    assert first.status_code == 303, first.text
    done = rows_of(work.clinic)
    again = send(browser, fields, address)
    assert (again.status_code, again.location) == (303, first.location)
    other = send(browser, fields | otherwise, address)
    assert other.status_code == 422
    assert said in other.text
    assert rows_of(work.clinic) == done


def test_on_the_board_the_refusal_stands_in_the_open_dialog(browser, work):
    address, fields, otherwise, said = booking(browser, work)
    assert send(browser, fields, address, headers=HTMX).status_code in (200, 204)
    other = send(browser, fields | otherwise, address, headers=HTMX)
    assert other.status_code == 422
    assert said in other.text
    assert 'id="errors-error"' in other.text


def test_what_was_only_shown_or_refused_binds_the_key_to_nothing(browser, work):
    address, fields, otherwise, _said = booking(browser, work)
    shows = {"show": "waitlist"}
    assert send(browser, fields | shows, address).status_code == 200
    assert send(browser, fields | {"patient_id": ""}, address).status_code == 422
    assert send(browser, fields | otherwise, address).status_code == 303


def test_a_key_that_somebody_else_sent_says_nothing_of_what_they_did(app, browser, work):
    address, fields, _otherwise, _said = booking(browser, work)
    key = {"booking_key": str(uuid4())}
    assert send(browser, fields | key, address).status_code == 303
    colleague = Browser(app).sign_in(work.clinic.desk)
    other = colleague.send(address, fields | key | {"csrf_token": colleague.csrf})
    assert other.status_code == 422
    assert "Marchetti" not in other.text
