"""Whoever works at some facilities records absences at those, and sees no others."""

from uuid import uuid4

from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.absences.queries.records import list_spans
from portal.doctors.commands import place_at_facility
from tests.support.factories import a_facility
from tests.support.scheduling import MONDAY, Practice, an_offering, book, hours

DAY = MONDAY.date()


def works_at_two(ward) -> Practice:
    """The ill doctor also works at another facility, and is booked there."""
    elsewhere = a_facility().id
    place_at_facility(ward.ill.doctor.id, elsewhere)
    offering = an_offering(ward.ill.service, ward.ill.doctor, elsewhere)
    there = Practice(elsewhere, ward.ill.doctor, ward.ill.service, offering)
    hours(there, start="13:00", end="17:00")
    book(there, "14:00")
    return there


def test_everywhere_is_every_facility_of_ones_own(browser, ward):
    with ward.clinic.at_work():
        works_at_two(ward)
    limited = ward.clinic.hire("limited", "front_desk", facility_ids=(ward.clinic.facility_id,))
    browser.sign_in(limited)
    typed = {"first_day": DAY.isoformat(), "type": "emergency"}
    shown = browser.send(ward.address, typed | {"do": "show"})
    assert "3 appointments affected." in shown.text
    seen = shown.text.split('name="confirmation_token"')[1].split('value="')[1].split('"')[0]
    key = shown.text.split('name="absence_key"')[1].split('value="')[1].split('"')[0]
    done = browser.send(
        ward.address, typed | {"do": "confirm", "confirmation_token": seen, "absence_key": key}
    )
    assert done.status_code == 303, done.text
    with ward.clinic.at_work():
        spans = list_spans(int(done.location.rsplit("/", 1)[1]))
    assert [span.facility_id for span in spans] == [ward.clinic.facility_id]


def test_an_absence_elsewhere_is_not_there_and_one_of_both_is_not_taken_back(browser, ward):
    with ward.clinic.at_work():
        there = works_at_two(ward)
        at = {"facility_id": there.facility_id}
        other = record_absence(AbsenceDetails(ward.ill.doctor.id, DAY, DAY, uuid4(), **at), {})
        both = record_absence(AbsenceDetails(ward.ill.doctor.id, DAY, DAY, uuid4()), {})
    limited = ward.clinic.hire("limited", "front_desk", facility_ids=(ward.clinic.facility_id,))
    browser.sign_in(limited)
    assert browser.get(f"/absences/{other.absence.id}").status_code == 404
    sheet = browser.get(f"/absences/{both.absence.id}")
    assert sheet.text.count("tel:") == 0
    assert sheet.text.count('id="absences-call-') == 3
    back = browser.get(f"/absences/{both.absence.id}/reversal")
    assert "You do not see every facility." in back.text
