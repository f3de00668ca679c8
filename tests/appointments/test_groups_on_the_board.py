"""A group is one card with its roster; however many are booked at one time, all can be read.

The kind of fault: cards that lie over one another, so that some can neither be seen nor reached.
"""

import re

import pytest

from portal.appointments.commands.booking import walk_in
from portal.appointments.queries.visits import get_appointment
from portal.db import session
from portal.patients.queries.records import get_patient
from tests.support.scheduling import (
    a_patient,
    a_practice,
    book,
    details,
    hours,
    on_monday,
)


@pytest.fixture
def group(alder):
    """Nine of ten seats taken at nine o'clock: the slot, and the visits."""
    with on_monday():
        with alder.at_work():
            practice = a_practice(alder.facility_id)
            hours(practice, capacity=10)
            visits = [
                book(practice, patient_id=a_patient(last_name=f"Number{n}").id) for n in range(9)
            ]
            made = visits[0].availability_slot_id, [visit.id for visit in visits]
        yield made


def roster_of(group) -> str:
    return f"/appointments/groups/{group[0]}"


def statuses_of(clinic, group) -> set[str]:
    with clinic.at_work():
        session.expire_all()
        return {get_appointment(visit_id).status for visit_id in group[1]}


def test_nine_of_ten_are_one_card_that_leads_to_their_roster(browser, alder, group):
    page = browser.sign_in(alder.desk).get("/appointments/day").text
    assert page.count('id="group-') == 1
    assert 'id="visit-' not in page
    assert "9 of 10" in page
    assert f'href="{roster_of(group)}"' in page


def test_checking_in_a_whole_group_leaves_out_who_has_died(browser, alder, group):
    with alder.at_work():
        get_patient(get_appointment(group[1][0]).patient_id).status = "deceased"
        session.commit()
    page = browser.sign_in(alder.desk).get(roster_of(group)).text
    assert "Check in all (8)" in page
    assert "Deceased" in page
    browser.send(f"{roster_of(group)}/check-in")
    with alder.at_work():
        session.expire_all()
        statuses = [get_appointment(visit_id).status for visit_id in group[1]]
    assert statuses == ["scheduled"] + 8 * ["checked_in"]


def test_the_roster_names_everybody_and_has_the_seat_that_is_left(browser, alder, group):
    page = browser.sign_in(alder.desk).get(roster_of(group)).text
    assert re.findall(r"Number\d", page) == [f"Number{n}" for n in range(9)]
    assert "Check in all (9)" in page
    assert "Book a seat" in page


def test_one_is_checked_in_from_the_roster_then_all_others(browser, alder, group):
    browser.sign_in(alder.desk)
    address = f"{roster_of(group)}/check-in"
    one = {"appointment_id": group[1][3]}
    answer = browser.send(address, one, follow_redirects=True).text
    assert "Check in all (8)" in answer
    assert re.search("Checked in: .*Number3", answer)
    assert "Check in all" not in browser.send(address, follow_redirects=True).text
    assert statuses_of(alder, group) == {"checked_in"}


def test_a_group_that_was_checked_in_together_goes_back_together(browser, alder, group):
    """The kind of fault: what one press did takes as many to undo as it touched people."""
    browser.sign_in(alder.desk).send(f"{roster_of(group)}/check-in")
    assert statuses_of(alder, group) == {"checked_in"}
    browser.send("/appointments/reversals")
    assert statuses_of(alder, group) == {"scheduled"}


def test_checking_in_on_another_day_leaves_everybody_as_they_are(browser, alder, group):
    browser.sign_in(alder.desk)
    with on_monday(days=-2):
        browser.send(f"{roster_of(group)}/check-in")
    assert statuses_of(alder, group) == {"scheduled"}


def test_ten_squeezed_in_at_one_time_are_a_few_cards_and_a_list_of_all(browser, alder, group):
    with alder.at_work():
        practice = a_practice(alder.facility_id)
        for n in range(10):
            patient = a_patient(last_name=f"Squeezed{n}")
            walk_in(details(practice, "10:00", patient_id=patient.id, overbook_reason="Urgent"),
                    may_overbook=True)  # fmt: skip
    page = browser.sign_in(alder.desk).get("/appointments/day").text
    assert page.count(" folded") == 7  # for paper
    assert page.count('id="visit-') == 10
    assert "+7" in page
    [link] = re.findall(r'id="more-\d+" href="([^"]+)"', page)
    listed = browser.get(link.replace("&amp;", "&")).text
    assert set(re.findall(r"Squeezed\d", listed)) == {f"Squeezed{n}" for n in range(10)}


@pytest.mark.parametrize("nonsense", ["", "since=x&until=y", "doctor=1&since=2026-03-02T00:00:00"])
def test_a_list_of_no_time_is_not_found(browser, alder, nonsense):
    address = f"/appointments/overlaps?facility={alder.facility_id}&{nonsense}"
    assert browser.sign_in(alder.desk).get(address).status_code == 404


def test_nor_is_a_list_of_the_ends_of_time_which_no_clock_shows(browser, alder):
    with alder.at_work():
        doctor_id = a_practice(alder.facility_id).doctor.id
    asked = f"facility={alder.facility_id}&doctor={doctor_id}"
    browser.sign_in(alder.desk)
    for since, until in (("0001-01-01T00:00:00%2B14:00", "2026-03-02T10:00:00%2B00:00"),
                         ("2026-03-02T10:00:00%2B00:00", "9999-12-31T23:59:59-14:00")):  # fmt: skip
        address = f"/appointments/overlaps?{asked}&since={since}&until={until}"
        assert browser.get(address).status_code == 404
