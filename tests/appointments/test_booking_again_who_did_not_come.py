"""Whoever cancelled or stayed away is on a list of the day, and is booked again from there."""

import re

import pytest

from portal.appointments.commands.reversing import undo_newest
from portal.appointments.commands.visit import cancel_appointment, mark_no_show
from portal.db import session
from portal.facilities import visits
from portal.patients.queries.records import get_patient
from tests.support.scheduling import a_plan, a_practice, acting_as, book, hours, on_monday

ADDRESS = "/appointments/cancelled?facility={}&date=2026-03-02"


@pytest.fixture
def day(alder):
    """One who cancelled, one who stayed away, one who comes."""
    with on_monday(hours=3), alder.at_work():
        practice = a_practice(alder.facility_id)
        hours(practice)
        with on_monday():
            cancelled, missed, stands = (book(practice, at) for at in ("09:00", "09:30", "10:00"))
        cancel_appointment(cancelled, "Ill")
        mark_no_show(missed)
        return practice, cancelled, missed, stands


def test_the_list_names_them_and_rebook_brings_patient_service_and_doctor(browser, alder, day):
    practice, cancelled, missed, stands = day
    with on_monday(hours=3):
        browser.sign_in(alder.desk)
        listed = browser.get(ADDRESS.format(alder.facility_id)).text
        assert f'/appointments/{cancelled.id}"' in listed
        assert f'/appointments/{missed.id}"' in listed
        assert f'/appointments/{stands.id}"' not in listed
        assert listed.count("Rebook") == 2
        asked = (f"patient={cancelled.patient_id}&amp;service={practice.service.id}"
                 f"&amp;doctor={practice.doctor.id}")  # fmt: skip
        assert asked in listed
        board = browser.get(f"/appointments/day?facility={alder.facility_id}&date=2026-03-02").text
        assert "/appointments/cancelled?" in board


def test_the_list_says_why_and_how_they_are_reached(browser, alder, day):
    """The kind: whoever is to be called stands in a list without their number."""
    _practice, cancelled, _missed, _stands = day
    with alder.at_work():
        get_patient(cancelled.patient_id).phone = "555 010 7788"
        session.flush()
    listed = browser.sign_in(alder.desk).get(ADDRESS.format(alder.facility_id)).text
    assert "Ill" in listed
    assert re.search(r"tel:[^\"]*5550107788", listed)


def test_a_long_list_is_cut_and_says_so(browser, alder, day, monkeypatch):
    monkeypatch.setattr("portal.appointments.views.gone.MOST_SHOWN", 1)
    assert visits.MOST_SHOWN > 1
    with on_monday(hours=3):
        browser.sign_in(alder.auditor)
        listed = browser.get(ADDRESS.format(alder.facility_id)).text
        assert "These are the first 1 of the day." in listed
        assert "Rebook" not in listed


def test_a_day_on_which_all_came_says_so(browser, alder):
    browser.sign_in(alder.desk)
    listed = browser.get(ADDRESS.format(alder.facility_id)).text
    assert "Nobody cancelled or stayed away" in listed


def test_its_own_page_leads_to_another_booking_too(browser, alder, day):
    practice, cancelled, missed, stands = day
    with alder.at_work():
        a_plan(alder.facility_id)
    with on_monday(hours=3):
        browser.sign_in(alder.desk)
        for gone in (cancelled, missed):
            page = browser.get(f"/appointments/{gone.id}").text
            # Paid by the patient then is paid by the patient now.
            assert (f"patient={gone.patient_id}&amp;service={practice.service.id}"
                    f"&amp;doctor={practice.doctor.id}&amp;plan=\"") in page  # fmt: skip
        assert "Rebook" not in browser.get(f"/appointments/{stands.id}").text


def test_a_booking_that_was_taken_back_never_was_one(browser, alder, day):
    """The kind: what was taken back stands in a list of what happened."""
    practice = day[0]
    with on_monday(hours=3):
        with alder.at_work(), acting_as(alder.desk):
            undone = book(practice, "11:00")
            undo_newest()
        browser.sign_in(alder.desk)
        link = f'/appointments/{undone.id}"'
        assert link not in browser.get(ADDRESS.format(alder.facility_id)).text
        assert link not in browser.get(f"/patients/{undone.patient_id}/visits").text
        page = browser.get(f"/appointments/{undone.id}").text
        assert "The booking was undone. It is in no list." in page
        assert "Booked" in page
        assert "undone" in page
