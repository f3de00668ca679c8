"""Booking through the pages: what staff type, and what they read when it does not work."""

import re
from uuid import uuid4

import pytest

from portal.appointments.queries.of_patient import list_coming_of
from portal.patients.queries.records import get_patient
from portal.patients.queries.searching import search_patients
from portal.patients.rules.kept import extras_of
from tests.support.client import HTMX, Browser
from tests.support.scheduling import a_patient, a_plan, a_practice, book, hours, on_monday


@pytest.fixture
def work(alder):
    """A practice with hours on Mondays, and a patient, at Monday seven o'clock."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice)
            patient = a_patient(first_name="Greta", last_name="Marchetti")
        yield practice, patient


def starts(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'name="availability_slot_id" value="(\d+)"', html)]


def typed(practice, patient, slot: int, **more):
    usual = {
        "facility_id": practice.facility_id,
        "service_id": practice.service.id,
        "patient_id": patient.id,
        "patient_query": "Marchetti, Greta",
        "availability_slot_id": slot,
        "booking_key": str(uuid4()),
    }
    return usual | more


def visits_of(clinic, patient) -> int:
    with clinic.at_work():
        return len(list_coming_of(patient.id))


def test_the_form_offers_the_earliest_start(browser, alder, work):
    page = browser.sign_in(alder.desk).get("/appointments/new").text
    assert re.search(r"checked><span>08:00", page)
    assert len(starts(page)) == 8


def test_a_booking_leads_to_the_board_with_its_card(browser, alder, work):
    first = starts(browser.sign_in(alder.desk).get("/appointments/new").text)[0]
    answer = browser.send("/appointments/new", typed(*work, first), follow_redirects=True)
    assert answer.request.path == "/appointments/day"
    assert "Marchetti, Greta" in answer.text
    assert "Booked: Marchetti, Greta, 08:00, " in answer.text
    assert "/appointments/reversals" in answer.text


def test_one_key_sent_twice_books_once_and_answers_the_same(browser, alder, work):
    first = starts(browser.sign_in(alder.desk).get("/appointments/new").text)[0]
    sent = typed(*work, first)
    answers = [browser.send("/appointments/new", sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert visits_of(alder, work[1]) == 1


def test_a_form_without_patient_or_start_keeps_what_was_typed(browser, alder, work):
    browser.sign_in(alder.desk).get("/appointments/new")
    sent = typed(*work, 0, patient_id="", patient_query="Mar", notes="Wheelchair")
    answer = browser.send("/appointments/new", sent | {"availability_slot_id": ""})
    assert answer.status_code == 422
    assert "Choose a patient from the list" in answer.text
    assert "Choose a time." in answer.text
    assert 'value="Mar"' in answer.text
    assert "Wheelchair" in answer.text


def test_a_start_somebody_took_is_409_and_nothing_is_chosen_instead(browser, alder, work):
    practice, patient = work
    slots = starts(browser.sign_in(alder.desk).get("/appointments/new").text)
    with alder.at_work():
        book(practice, "08:00")
    answer = browser.send("/appointments/new", typed(practice, patient, slots[0]))
    assert answer.status_code == 409
    assert "Someone just took that time." in answer.text
    assert not re.search(r'name="availability_slot_id" value="[^"]*" checked', answer.text)
    assert f'value="{slots[1]}"' in answer.text
    assert "Nothing is chosen now." in answer.text
    assert "No time is chosen" in answer.text
    assert visits_of(alder, patient) == 0


def test_a_new_patient_is_registered_only_if_the_visit_is_booked(browser, alder, work):
    practice, patient = work
    slots = starts(browser.sign_in(alder.desk).get("/appointments/new").text)
    with alder.at_work():
        book(practice, "08:00")
    new = typed(practice, patient, slots[0], patient_id="new", last_name="Novak", first_name="Zoe",
                dob_unknown="y")  # fmt: skip
    assert browser.send("/appointments/new", new).status_code == 409
    assert "Novak" not in browser.get("/patients/").text
    new["availability_slot_id"] = slots[1]
    assert browser.send("/appointments/new", new).status_code == 303
    assert "Novak, Zoe" in browser.get("/patients/").text


def test_a_new_patient_says_their_language_while_they_are_booked(browser, alder, work):
    practice, patient = work
    slots = starts(browser.sign_in(alder.desk).get("/appointments/new").text)
    speaks = {"preferred_language_text": "spanish", "preferred_language_plain": "1"}
    new = typed(practice, patient, slots[0], patient_id="new", last_name="Novak", first_name="Zoe",
                dob_unknown="y")  # fmt: skip
    assert browser.send("/appointments/new", new | speaks | {"interpreter": "y"}).status_code == 303
    with alder.at_work():
        [found] = search_patients("Novak Zoe")
        kept = get_patient(found.id)
        assert kept.preferred_language == "es"
        assert extras_of(kept.meta).interpreter is True


def test_an_unaccepted_plan_is_said_beside_it(browser, alder, work):
    browser.sign_in(alder.desk)
    with alder.at_work():
        plan = a_plan()
    asked = {"service_id": work[0].service.id, "insurance_plan_id": plan.id}
    answer = browser.send("/appointments/offers", asked, htmx=True)
    assert f"{plan.name} is not accepted at" in answer.text
    assert starts(answer.text) == []


def test_what_was_left_empty_is_not_called_a_date_that_cannot_be(browser, alder, work):
    browser.sign_in(alder.desk).get("/appointments/new")
    sent = typed(*work, 0, patient_id="", dob="", until="", week="")
    answer = browser.send("/appointments/new", sent | {"availability_slot_id": ""})
    assert "is not a date" not in answer.text


def test_a_plan_keeps_its_capital_letter_in_the_list_of_what_is_wrong(browser, alder, work):
    with alder.at_work():
        plan = a_plan()
    browser.sign_in(alder.desk).get("/appointments/new")
    sent = typed(*work, 0, insurance_plan_id=plan.id) | {"availability_slot_id": ""}
    answer = browser.send("/appointments/new", sent)
    assert f"Insurance: {plan.name} is not accepted at" in answer.text
    assert "Choose a time" not in answer.text


def test_nonsense_in_the_address_is_not_found(browser, alder, work):
    browser.sign_in(alder.desk)
    for nonsense in ("slot=x", "facility=0x1", "doctor=1e3", "patient=-1"):
        assert browser.get(f"/appointments/new?{nonsense}").status_code == 404
    for end_of_time in ("0001-01-01", "9999-12-31"):
        assert browser.get(f"/appointments/day?date={end_of_time}").status_code == 422
        asked = {"day": end_of_time, "week": end_of_time, "suggested_day": "x" * 500}
        assert browser.send("/appointments/offers", asked, htmx=True).status_code == 200


@pytest.mark.parametrize("address", ["/appointments/{}", "/patients/{}"])
def test_a_number_that_no_record_can_have_is_not_found(browser, alder, work, address):
    assert browser.sign_in(alder.desk).get(address.format(10**20)).status_code == 404


def test_nonsense_about_the_board_on_screen_is_no_board(browser, alder, work):
    browser.sign_in(alder.desk)
    for nonsense in (
        "",
        "x/y/z",
        "1/2026-02-30/",
        "1/9999-12-31/",
        "99999999999999999999/2026-03-02/",
    ):
        headers = {**HTMX, "X-Board": nonsense}
        assert browser.get("/appointments/day/changes", headers=headers).status_code in (204, 404)


def shown(browser: Browser, html: str, facility_id: int) -> dict[str, str]:
    stamps = ",".join(re.findall(r'data-stamp="([^"]+)"', html))
    return {**HTMX, "X-Board": f"{facility_id}/2026-03-02/{stamps}"}


def test_an_unchanged_board_is_204_and_sees_nobody(browser, alder, work):
    with alder.at_work():
        book(work[0], patient_id=work[1].id)
    page = browser.sign_in(alder.desk).get("/appointments/day").text
    headers = shown(browser, page, alder.facility_id)
    seen = len(alder.entries("appointments.day_changes"))
    assert browser.get("/appointments/day/changes", headers=headers).status_code == 204
    assert len(alder.entries("appointments.day_changes")) == seen == 0


def test_a_changed_board_sends_only_the_column_that_changed(browser, alder, work):
    practice, patient = work
    with alder.at_work():
        other = a_practice(alder.facility_id)
        hours(other)
        book(other, patient_id=a_patient(last_name="Elsewhere").id)
    page = browser.sign_in(alder.desk).get("/appointments/day").text
    headers = shown(browser, page, alder.facility_id)
    with alder.at_work():
        book(practice, patient_id=patient.id)
    answer = browser.get("/appointments/day/changes", headers=headers)
    assert f'hx-target="#appointments-column-{practice.doctor.id}"' in answer.text
    assert "Marchetti, Greta" in answer.text
    assert "Elsewhere" not in answer.text


def test_a_doctor_who_appears_on_the_day_brings_the_whole_board(browser, alder, work):
    page = browser.sign_in(alder.desk).get("/appointments/day").text
    headers = shown(browser, page, alder.facility_id)
    with alder.at_work():
        hours(a_practice(alder.facility_id))
    answer = browser.get("/appointments/day/changes", headers=headers)
    assert 'hx-target="#board"' in answer.text


def test_a_visit_goes_through_its_life_by_its_buttons(browser, alder, work):
    with alder.at_work():
        visit = book(work[0], "08:00", patient_id=work[1].id)
    address = f"/appointments/{visit.id}"
    assert "Check in" in browser.sign_in(alder.desk).get(address).text
    acts = (("check-in", "Arrived"), ("start", "In progress"), ("reversal", "Arrived"))
    for action, words in acts:
        assert words in browser.send(f"{address}/{action}", follow_redirects=True).text
    assert browser.send(f"{address}/completion").status_code == 409


def test_a_visit_moves_by_its_form(browser, alder, work):
    practice, patient = work
    with alder.at_work():
        visit = book(practice, "08:00", patient_id=patient.id)
    browser.sign_in(alder.desk).get("/appointments/day")
    sent = {"doctor_id": practice.doctor.id, "start_at": "2026-03-02T10:00"}
    assert browser.send(f"/appointments/{visit.id}/move", sent).status_code == 303
    assert "10:00–10:30" in browser.get(f"/appointments/{visit.id}").text


@pytest.mark.parametrize("start", ["", "soon", "2026-03-02", "0001-01-01T00:00"])
def test_a_move_needs_a_date_and_a_time(browser, alder, work, start):
    practice, patient = work
    with alder.at_work():
        visit = book(practice, "08:00", patient_id=patient.id)
    browser.sign_in(alder.desk).get("/appointments/day")
    sent = {"doctor_id": practice.doctor.id, "start_at": start}
    answer = browser.send(f"/appointments/{visit.id}/move", sent)
    assert answer.status_code in (409, 422)
    assert "Not moved" in answer.text


def walks_in(practice, patient, **more):
    usual = {"doctor_id": practice.doctor.id, "availability_slot_id": "own"}
    return typed(practice, patient, 0, **(usual | more))


def test_a_walk_in_is_booked_now_outside_the_hours(browser, alder, work):
    browser.sign_in(alder.desk).get("/appointments/new")
    answer = browser.send("/appointments/new", walks_in(*work), follow_redirects=True)
    assert "Booked: Marchetti, Greta, 07:00, " in answer.text
    assert "Marchetti, Greta" in answer.text


def test_a_walk_in_names_the_doctor_and_a_real_time(browser, alder, work):
    browser.sign_in(alder.desk).get("/appointments/new")
    sent = walks_in(*work, doctor_id="", start_at="later")
    answer = browser.send("/appointments/new", sent)
    assert answer.status_code == 422
    assert "Choose the doctor." in answer.text
    assert "Enter a date and a time." in answer.text


def test_booking_over_another_visit_takes_the_right_and_a_reason(browser, alder, work):
    practice, patient = work
    with alder.at_work():
        book(practice, "08:00")
    sent = walks_in(practice, patient, start_at="2026-03-02T08:00")
    browser.sign_in(alder.desk).get("/appointments/new")
    refused = browser.send("/appointments/new", sent)
    assert refused.status_code == 409
    assert "The doctor is already booked then." in refused.text
    sent["overbook_reason"] = "Acute pain"
    browser.sign_in(alder.clinician).get("/appointments/new")
    assert "needs the right to overbook" in browser.send("/appointments/new", sent).text
    browser.sign_in(alder.desk).get("/appointments/new")
    assert browser.send("/appointments/new", sent).status_code == 303
    assert " overbooked" in browser.get("/appointments/day").text


def test_an_auditor_sees_the_board_and_no_button_that_would_be_refused(browser, alder, work):
    with alder.at_work():
        book(work[0], patient_id=work[1].id)
    page = browser.sign_in(alder.auditor).get("/appointments/day").text
    assert "Marchetti, Greta" in page
    assert "/appointments/new" not in page
    assert "data-movable" not in page
    assert "data-next" not in page
