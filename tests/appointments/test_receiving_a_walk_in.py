"""A walk-in in one step: who it is, the doctor with the shortest queue, now, checked in."""

import re
from uuid import uuid4

import pytest

from portal.appointments.commands.visit import check_in
from portal.appointments.queries.of_patient import list_coming_of
from portal.appointments.queries.queues import list_queues
from tests.support.scheduling import (
    Practice,
    a_doctor,
    a_patient,
    a_practice,
    an_offering,
    book,
    hours,
    on_monday,
)

ADDRESS = "/appointments/walk-in"


@pytest.fixture
def work(alder):
    """Two doctors of one service, a third who does not work; at half past eight."""
    with on_monday(hours=1, minutes=30):
        with alder.at_work():
            one = a_practice(alder.facility_id)
            others = []
            for _ in range(2):
                doctor = a_doctor(alder.facility_id)
                offering = an_offering(one.service, doctor, alder.facility_id)
                others.append(Practice(alder.facility_id, doctor, one.service, offering))
            hours(one)
            hours(others[0])
            patient = a_patient(first_name="Greta", last_name="Marchetti")
        yield one, others[0], others[1], patient


def waits(practice, time: str) -> None:
    check_in(book(practice, time))


def typed(work, **more):
    one, _other, _away, patient = work
    usual = {"facility_id": one.facility_id, "service_id": one.service.id,
             "patient_id": patient.id, "doctor_id": one.doctor.id,
             "booking_key": str(uuid4())}  # fmt: skip
    return usual | more


def visits_of(clinic, patient):
    with clinic.at_work():
        return [(visit.status, visit.doctor_id) for visit in list_coming_of(patient.id)]


def test_the_shortest_queue_of_those_who_work_comes_first(alder, work):
    one, other, away, _patient = work
    with alder.at_work():
        waits(one, "09:00")
        queues = list_queues(one.facility_id, one.service.id)
    assert [queue.doctor_id for queue in queues] == [each.doctor.id for each in (other, one, away)]
    assert [(queue.works, queue.waiting) for queue in queues] == [(True, 0), (True, 1), (False, 0)]


def test_the_form_says_each_doctors_queue(browser, alder, work):
    one, other, away, _patient = work
    with alder.at_work():
        waits(one, "09:00")
        waits(one, "09:30")
    page = browser.sign_in(alder.desk).get(ADDRESS).text
    assert f"{one.doctor.display_name} · 2 waiting" in page
    assert f"{away.doctor.display_name} · not working now" in page
    assert re.search(rf'value="{other.doctor.id}" selected', page)


def test_somebody_is_booked_for_now_and_checked_in_once(browser, alder, work):
    browser.sign_in(alder.desk).get(ADDRESS)
    sent = typed(work)
    for _ in range(2):
        answer = browser.send(ADDRESS, sent)
        assert answer.status_code == 303
    assert visits_of(alder, work[3]) == [("checked_in", work[0].doctor.id)]


def test_somebody_new_is_registered_with_it(browser, alder, work):
    browser.sign_in(alder.desk).get(ADDRESS)
    new = {"patient_id": "new", "last_name": "Novak", "first_name": "Zoe", "dob": "1990-02-03"}
    assert browser.send(ADDRESS, typed(work, **new)).status_code == 303
    assert "Novak, Zoe" in browser.get("/patients/").text


def test_over_another_appointment_it_takes_the_right_and_a_reason(browser, alder, work):
    with alder.at_work():
        waits(work[0], "09:00")
    with on_monday(hours=2):
        browser.sign_in(alder.desk).get(ADDRESS)
        refused = browser.send(ADDRESS, typed(work, overbook_reason=""))
        assert refused.status_code == 409
        assert "The doctor is already booked then." in refused.text
        assert visits_of(alder, work[3]) == []
        browser.sign_in(alder.clinician).get(ADDRESS)
        refused = browser.send(ADDRESS, typed(work, overbook_reason="Acute pain"))
        assert "needs the right to overbook" in refused.text
        browser.sign_in(alder.desk).get(ADDRESS)
        assert browser.send(ADDRESS, typed(work, overbook_reason="Acute pain")).status_code == 303


def test_whoever_has_died_is_refused_in_words(browser, alder, work):
    with alder.at_work():
        late = a_patient(status="deceased").id
    browser.sign_in(alder.desk).get(ADDRESS)
    for address in (ADDRESS, "/appointments/new"):
        answer = browser.send(address, typed(work, patient_id=late))
        assert answer.status_code == 422
        assert "This patient is recorded as deceased." in answer.text


def test_nonsense_and_other_clinics_are_refused_clearly(browser, alder, birch, work):
    with birch.at_work():
        stranger = a_patient().id
    browser.sign_in(alder.desk).get(ADDRESS)
    for more, status in (
        ({"patient_id": stranger}, 404), ({"patient_id": ""}, 422), ({"doctor_id": ""}, 422),
        ({"doctor_id": "x" * 300}, 422), ({"service_id": 10**9}, 422),
        ({"overbook_reason": "x" * 501}, 422), ({"facility_id": birch.facility_id}, 404),
    ):  # fmt: skip
        assert browser.send(ADDRESS, typed(work, **more)).status_code == status, more
    for nonsense in ("facility=x", "patient=-1"):
        assert browser.get(f"{ADDRESS}?{nonsense}").status_code == 404


def test_an_appointment_that_day_is_said_before_it_is_sent_and_after(browser, alder, work):
    """The kind: what a dialog warns of is passed by where its keys are quicker than its words."""
    _one, other, _away, patient = work
    with alder.at_work():
        book(other, "11:00", patient_id=patient.id)
        a_patient(first_name="Gino", last_name="Marchetti")
    browser.sign_in(alder.desk).get(ADDRESS)
    said = f"Another appointment that day: 11:00 · {other.doctor.display_name}"
    asked = {"q": "marchetti"}
    found = browser.send("/patients/search", asked | {"purpose": "receive"}, htmx=True).text
    mine = found.partition(f'id="option-{patient.id}"')[2].partition('role="option"')[0]
    assert said in mine
    assert found.count("Another appointment") == 1
    elsewhere = browser.send("/patients/search", asked | {"purpose": "choose"}, htmx=True).text
    assert "Another appointment" not in elsewhere
    browser.get(ADDRESS)
    assert browser.send(ADDRESS, typed(work)).status_code == 303
    assert said in browser.get("/").text
