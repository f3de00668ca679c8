"""The day sheet: a page made for paper, doctor by doctor, with all that is needed without a screen.

The kind of fault: what is printed was what happened to fit on a card, so that names were cut and
two namesakes could not be told apart. Here everything is in words, and nobody is shown unseen.
"""

import re
from datetime import date

from portal.appointments.commands.visit import cancel_appointment
from tests.support.scheduling import a_patient, a_plan, a_practice, book, hours, on_monday

SHEET = "/appointments/day-sheet?date=2026-03-02"


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def a_day(clinic) -> tuple[int, int]:
    """Two doctors, of whom one sees two people; and somebody who does not come."""
    with clinic.at_work(), on_monday():
        one, other = (a_practice(clinic.facility_id) for _ in range(2))
        for practice in (one, other):
            hours(practice, 1, "08:00", "12:00")
        long = {"first_name": "María Guadalupe", "last_name": "Hernández de la Cruz"}
        known = a_patient(**long, phone="312 555 0147", preferred_language="es",
                          dob=date(1990, 3, 4), meta={"alert": "Latex allergy"})  # fmt: skip
        book(one, "10:00", patient_id=known.id, plan_id=a_plan(clinic.facility_id).id)
        book(one, "09:00", patient_id=a_patient(first_name="Ann", last_name="Early").id)
        book(other, "09:00", patient_id=a_patient(first_name="Bo", last_name="Other").id)
        gone = a_patient(first_name="Cy", last_name="Cancelled")
        cancel_appointment(book(other, "10:00", patient_id=gone.id), because="Ill")
        return known.id, gone.id


def test_everybody_of_the_day_stands_under_their_doctor_by_time_with_whole_names(alder, browser):
    a_day(alder)
    with on_monday():
        browser.sign_in(alder.desk)
        shown = words(browser.get(SHEET).text)
    assert re.search(r"9:00 .*Early, Ann.*10:00 .*Hernández de la Cruz, María", shown)
    assert "Other, Bo" in shown
    assert "Cancelled, Cy" not in shown


def test_it_says_who_they_are_how_to_reach_them_and_what_to_know_in_words(alder, browser):
    a_day(alder)
    with on_monday():
        browser.sign_in(alder.desk)
        shown = words(browser.get(SHEET).text)
    for said in ("DOB ", "0147", "MRN ", "Latex allergy", "Interpreter: Spanish",
                 "New patient", "Self-pay", " min", "Printed Mar 2, 2026"):  # fmt: skip
        assert said in shown


def test_whoever_is_on_it_is_entered_as_seen_and_nobody_else(alder, browser):
    known, gone = a_day(alder)
    with on_monday():
        browser.sign_in(alder.desk)
        browser.get(SHEET)
    seen = {entry.patient_id for entry in alder.entries("appointments.day_sheet")}
    assert known in seen
    assert gone not in seen


def test_a_day_without_appointments_leads_to_the_next(alder, browser):
    with on_monday():
        browser.sign_in(alder.desk)
        shown = browser.get("/appointments/day-sheet?date=2026-03-07").text
    assert "No appointments on this day" in shown
    assert "date=2026-03-08" in shown


def test_the_board_links_to_the_sheet_of_its_day(alder, browser):
    with on_monday():
        browser.sign_in(alder.desk)
        board = browser.get("/appointments/day?date=2026-03-03").text
    assert f"/appointments/day-sheet?facility={alder.facility_id}&amp;date=2026-03-03" in board
