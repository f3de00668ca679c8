"""The waitlist through the pages, without JavaScript."""

import re
from datetime import date
from uuid import uuid4

import pytest

from portal.appointments.queries.of_patient import list_coming_of
from portal.appointments.queries.waitlist import list_wishes, list_wishes_of
from tests.support.client import HTMX
from tests.support.scheduling import (
    MONDAY,
    a_patient,
    a_practice,
    a_wish_for,
    book,
    hours,
    on_monday,
)
from tests.support.statements import at_most


@pytest.fixture
def work(alder):
    """A practice with hours on Mondays, and a patient, at Monday seven o'clock."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            patient = a_patient(first_name="Greta", last_name="Marchetti", phone="3125550142")
        yield practice, patient


def wish(practice, patient, **more):
    usual = {
        "facility": practice.facility_id, "patient_id": patient.id, "entry_key": str(uuid4()),
        "service_id": practice.service.id, "facility_ids": [practice.facility_id],
        "earliest_on": "2026-03-02", "latest_on": "2026-03-30", "weekdays": [1, 3],
        "part_of_day": "morning", "urgency": "soon", "notes": "Afraid of needles",
    }  # fmt: skip
    return usual | more


def standing(clinic, name="waiting"):
    with clinic.at_work():
        today = list_wishes(clinic.facility_id, status=name, today=date(2026, 3, 2))
        return [(each.row.urgency, each.row.weekdays) for each in today]


def test_the_booking_form_leads_to_the_waitlist_with_what_is_chosen(browser, alder, work):
    practice, patient = work
    browser.sign_in(alder.desk).get("/appointments/new")
    sent = {
        "facility_id": practice.facility_id, "service_id": practice.service.id,
        "patient_id": patient.id, "doctor_id": practice.doctor.id, "show": "waitlist",
    }  # fmt: skip
    page = browser.send("/appointments/new", sent, follow_redirects=True).text
    assert "Marchetti, Greta" in page
    assert f'<option value="{practice.service.id}" selected>' in page
    assert f'<option value="{practice.doctor.id}" selected>' in page


def test_a_patient_is_put_on_the_list_once_and_shown(browser, alder, work):
    browser.sign_in(alder.desk)
    sent = wish(*work)
    for _ in range(2):
        page = browser.send("/appointments/waitlist/new", sent, follow_redirects=True).text
    assert "Marchetti, Greta" in page
    assert "Afraid of needles" in page
    assert "Monday, Wednesday · Morning, before 12:00" in page
    assert standing(alder) == [("soon", 0b1010)]
    assert "On the waitlist: Consultation" in browser.get(f"/patients/{work[1].id}/visits").text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"patient_id": ""}, "Choose a patient from the list, or register a new one."),
        ({"latest_on": "2026-03-01"}, "The latest day is before the earliest."),
        ({"latest_on": ""}, "This is needed."),
        ({"weekdays": []}, "Choose at least one day of the week."),
        ({"facility_ids": []}, "Choose at least one facility."),
        ({"urgency": "now"}, "Choose one of the list."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(browser, alder, work, more, words):
    browser.sign_in(alder.desk)
    answer = browser.send("/appointments/waitlist/new", wish(*work, **more))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Afraid of needles" in answer.text
    assert standing(alder) == []


def test_without_script_a_patient_is_found_by_name(browser, alder, work):
    browser.sign_in(alder.desk)
    sent = wish(*work, patient_id="", patient_query="Marchetti", show="patients")
    page = browser.send("/appointments/waitlist/new", sent)
    assert page.status_code == 200
    assert f'name="found_patient_id" value="{work[1].id}"' in page.text


def a_waiting_patient(clinic, work):
    with clinic.at_work():
        return a_wish_for(work[0], patient_id=work[1].id).id


def test_a_cancelled_visit_says_who_wants_its_start(browser, alder, work):
    a_waiting_patient(alder, work)
    with alder.at_work():
        visit = book(work[0], "09:00")
    sent = {"cancel_code": "patient_cancelled"}
    browser.sign_in(alder.desk)
    address = f"/appointments/{visit.id}"
    page = browser.send(f"{address}/cancellation", sent, follow_redirects=True).text
    assert "1 waitlist match" in page
    assert "Monday, March 2, 2026, 09:00" in page
    # whom to call, and where
    assert re.search(r"Marchetti, Greta <small>\(312\) 555-0142 · ", page)


def test_a_moved_visit_says_that_somebody_wants_its_old_start(browser, alder, work):
    a_waiting_patient(alder, work)
    with alder.at_work():
        visit = book(work[0], "09:00")
    sent = {"doctor_id": work[0].doctor.id, "start_at": "2026-03-02T10:00"}
    browser.sign_in(alder.desk)
    page = browser.send(f"/appointments/{visit.id}/move", sent, follow_redirects=True).text
    assert "1 person on the waitlist matches the time that is free now." in page
    # a page of its own, which no dialog has room for
    assert re.search(r'<a href="/appointments/waitlist[^"]*">Show</a>', page)


def filled_in(html: str) -> dict[str, str]:
    """The booking form as it stands, ready to be sent."""
    hidden = dict(re.findall(r'type="hidden"(?: id="\w+")? name="(\w+)" value="([^"]*)"', html))
    chosen = re.search(r'name="availability_slot_id" value="(\d+)" checked', html)[1]
    service = re.search(r'<option value="(\d+)" selected', html)[1]
    return hidden | {"availability_slot_id": chosen, "service_id": service}


def test_a_free_start_is_booked_from_the_list_in_one_step(browser, alder, work):
    entry_id = a_waiting_patient(alder, work)
    page = browser.sign_in(alder.desk).get("/appointments/waitlist").text
    assert "1 waitlist match" in page
    link = re.search(r'href="(/appointments/new[^"]+)"[^>]+>Book<', page)[1].replace("&amp;", "&")
    form = browser.get(link)
    assert "Marchetti, Greta" in form.text
    sent = filled_in(form.text)
    assert sent["waitlist_entry_id"] == str(entry_id)
    assert browser.send("/appointments/new", sent).status_code == 303
    assert standing(alder) == []
    page = browser.get("/appointments/waitlist?status=booked").text
    assert "Open appointment" in page
    with alder.at_work():
        assert len(list_coming_of(work[1].id)) == 1


def test_the_second_to_book_a_wish_is_told_and_books_nothing(browser, alder, work):
    a_waiting_patient(alder, work)
    page = browser.sign_in(alder.desk).get("/appointments/waitlist").text
    link = re.search(r'href="(/appointments/new[^"]+)"[^>]+>Book<', page)[1].replace("&amp;", "&")
    form = browser.get(link).text
    first, second = filled_in(form), filled_in(browser.get(link).text)
    later = re.findall(r'name="availability_slot_id" value="(\d+)"', form)[3]
    assert browser.send("/appointments/new", first).status_code == 303
    answer = browser.send("/appointments/new", second | {"availability_slot_id": later})
    assert answer.status_code == 409
    assert "Somebody has already booked or withdrawn this waitlist entry" in answer.text
    with alder.at_work():
        assert len(list_coming_of(work[1].id)) == 1


def test_a_wish_is_changed_withdrawn_and_put_back(browser, alder, work):
    entry_id = a_waiting_patient(alder, work)
    browser.sign_in(alder.desk)
    address = f"/appointments/waitlist/{entry_id}"
    assert 'value="2026-03-30"' in browser.get(address).text
    assert browser.send(address, wish(*work, urgency="urgent")).status_code == 303
    assert standing(alder) == [("urgent", 0b1010)]
    browser.send(f"{address}/withdrawal")
    assert "Marchetti, Greta" in browser.get("/appointments/waitlist?status=withdrawn").text
    browser.send(f"{address}/reinstatement")
    assert len(standing(alder)) == 1


def test_each_message_about_a_list_says_whom_it_is_about(browser, alder, work):
    """A list has many people: a message that names none leaves open whose entry was changed.

    Every act of the waitlist says so, its Undo as well.
    """
    entry_id = a_waiting_patient(alder, work)
    browser.sign_in(alder.desk)
    address = f"/appointments/waitlist/{entry_id}"
    withdrawn = (f"{address}/withdrawal", "Waitlist entry withdrawn")
    acts = [
        (address, "Waitlist entry saved"),
        withdrawn,
        (f"{address}/reinstatement", "Back on the waitlist"),
        withdrawn,
        ("/appointments/waitlist/new", "On the waitlist"),
    ]
    for where, said in acts:
        page = browser.send(where, wish(*work), follow_redirects=True).text
        assert f"{said}: Marchetti, Greta" in page


def test_the_list_sends_as_many_statements_however_many_wait(browser, alder, work):
    browser.sign_in(alder.desk)
    for _ in range(3):
        with alder.at_work():
            for _ in range(4):
                a_wish_for(work[0], patient_id=a_patient().id)
        with at_most(16):
            browser.get("/appointments/waitlist")


def test_an_auditor_sees_the_list_and_no_button_that_would_be_refused(browser, alder, work):
    a_waiting_patient(alder, work)
    page = browser.sign_in(alder.auditor).get("/appointments/waitlist").text
    assert "Marchetti, Greta" in page
    assert "/appointments/new" not in page
    assert "/withdrawal" not in page


def test_who_waits_already_is_named_and_that_entry_can_be_changed(browser, alder, work):
    """The kind: what is there already is made again, and nobody is told."""
    browser.sign_in(alder.desk)
    browser.send("/appointments/waitlist/new", wish(*work))
    again = wish(*work, urgency="urgent", weekdays=[5])
    refused = browser.send("/appointments/waitlist/new", again)
    assert refused.status_code == 409
    assert "This patient is on the waitlist for this service already." in refused.text
    assert "On the waitlist since Mar 2, 2026" in refused.text
    assert "Afraid of needles" in refused.text
    entry = re.search(r'name="update_entry_id" value="(\d+)"', refused.text).group(1)
    assert standing(alder) == [("soon", 0b1010)]
    answer = browser.send("/appointments/waitlist/new", again | {"update_entry_id": entry})
    assert answer.status_code == 303
    assert standing(alder) == [("urgent", 0b100000)]


def test_what_is_typed_of_somebody_new_goes_on_to_the_waitlist(browser, alder, work):
    """The kind: a form leads to another one and leaves behind what was typed."""
    practice, _patient = work
    browser.sign_in(alder.desk).get("/appointments/new")
    sent = {
        "facility_id": practice.facility_id, "service_id": practice.service.id, "show": "waitlist",
        "patient_id": "new", "last_name": "Novak", "first_name": "Zoe", "dob": "1990-02-03",
        "phone": "312 555 0147", "notes": "Afraid of needles",
    }  # fmt: skip
    page = browser.send("/appointments/new", sent).text
    for typed in ("Novak", "Zoe", "1990-02-03", "312 555 0147"):
        assert f'value="{typed}"' in page
    assert "Afraid of needles" in page
    new = wish(*work, **{name: sent[name] for name in sent if name not in ("show", "facility_id")})
    assert browser.send("/appointments/waitlist/new", new).status_code == 303
    assert "Novak, Zoe" in browser.get("/appointments/waitlist").text


def test_whoever_waits_from_the_board_leaves_one_on_the_board(browser, alder, work):
    """The kind: a dialog over the board that leads away from it."""
    over = HTMX | {"X-Board": f"{work[0].facility_id}/2026-03-02/"}
    browser.sign_in(alder.desk)
    typed = {"csrf_token": browser.csrf, **wish(*work)}
    answer = browser.post("/appointments/waitlist/new", data=typed, headers=over)
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == '{"portal:booked":{"id":0}}'
    assert "On the waitlist: Marchetti, Greta" in answer.text
    assert re.search(r'<a href="/appointments/waitlist[^"]*">Show</a>', answer.text)
    assert standing(alder) == [("soon", 0b1010)]


def test_no_field_is_called_by_its_name_in_the_program(browser, alder, work):
    """The kind: a field that has no words stands above the form as "Found Patient Id"."""
    browser.sign_in(alder.desk)
    for last in ("Novak", "Novack"):
        new = {"patient_id": "new", "last_name": last, "first_name": "Zoe", "dob": "1990-02-03"}
        answer = browser.send("/appointments/waitlist/new", wish(*work, **new))
    said = "This may be somebody who is registered already."
    assert f'<a href="#found_patient_id">{said}</a>' in answer.text
    assert "Patient Id" not in answer.text


def test_since_when_somebody_waits_is_by_the_clinics_clock(browser, alder, work):
    """The kind: a day by the server's clock among days by the clinic's."""
    browser.sign_in(alder.desk)
    page = browser.send("/appointments/waitlist/new", wish(*work), follow_redirects=True).text
    assert '<td data-label="Since">Mar 2, 2026</td>' in page
    with alder.at_work():
        [entry] = list_wishes_of(work[1].id)
        assert entry.row.created_at == MONDAY
