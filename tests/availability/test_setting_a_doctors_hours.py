"""The week of a doctor at a facility: shown, changed, copied, ended; first shown, then done."""

import re
from datetime import date, time

import pytest

from portal.availability.queries.places import get_place_of
from portal.availability.queries.weekly import list_rules
from portal.db import session
from portal.schema.availability import AvailabilityRule
from tests.support.people import Clinic
from tests.support.scheduling import Practice, a_doctor, a_practice, book, hours, on_monday
from tests.support.statements import at_most

MORNING = {
    "day_of_week": ["1", "3"],
    "start_time": "08:00",
    "end_time": "10:00",
    "slot_duration_minutes": "30",
    "service_offering_id": "0",
    "capacity": "1",
    "valid_to": "2026-03-15",
}


@pytest.fixture
def practice(alder: Clinic) -> Practice:
    with on_monday(), alder.at_work():
        return a_practice(alder.facility_id)


@pytest.fixture
def place(alder: Clinic, practice: Practice) -> str:
    """The address of the doctor's hours."""
    with alder.at_work():
        return f"/availability/{get_place_of(practice.doctor.id, alder.facility_id).id}"


def seen(html: str) -> str:
    found = re.search(r'name="confirmation_token"[^>]*value="([0-9a-f]{32})"', html)
    assert found, html
    return found[1]


def show_and_do(browser, address: str, typed: dict[str, object]):
    """Show what a form does, and then do it; both answers."""
    shown = browser.send(address, typed | {"do": "show"})
    assert shown.status_code == 200
    return shown, browser.send(
        address, typed | {"do": "confirm", "confirmation_token": seen(shown.text)}
    )


def rules(clinic: Clinic, practice: Practice) -> list[AvailabilityRule]:
    with clinic.at_work():
        session.expire_all()
        return list(list_rules(doctor_id=practice.doctor.id))


def test_hours_of_who_offers_nothing_say_that_they_have_no_openings_yet(browser, alder):
    with on_monday(), alder.at_work():
        place_id = get_place_of(a_doctor(alder.facility_id).id, alder.facility_id).id
    browser.sign_in(alder.owner)
    with on_monday():
        shown = browser.send(f"/availability/{place_id}/rules/new", MORNING | {"do": "show"})
    assert "No opening changes." in shown.text
    assert "The doctor offers no service here yet." in shown.text


def test_new_hours_are_shown_first_and_then_made(browser, alder, practice, place):
    browser.sign_in(alder.owner)
    with on_monday():
        shown, done = show_and_do(browser, f"{place}/rules/new", MORNING)
        assert "16 new openings." in shown.text
        assert "Sunday, March 8, 2026" in shown.text  # the clocks change
        page = browser.get(done.location).text
    assert "The hours are added." in page
    assert page.count('<li class="slot free">') == 8
    assert [rule.day_of_week for rule in rules(alder, practice)] == [1, 3]


def test_showing_changes_nothing(browser, alder, practice, place):
    browser.sign_in(alder.admin)
    with on_monday():
        browser.send(f"{place}/rules/new", MORNING | {"do": "show"}, htmx=True)
    assert rules(alder, practice) == []
    assert not alder.entries("availability_rules.insert")


def test_what_nobody_has_seen_is_not_done(browser, alder, practice, place):
    browser.sign_in(alder.owner)
    with on_monday():
        shown = browser.send(f"{place}/rules/new", MORNING | {"do": "show"}).text
        other = MORNING | {"end_time": "12:00", "do": "confirm", "confirmation_token": seen(shown)}
        again = browser.send(f"{place}/rules/new", other)
    assert "Something changed since you looked." in again.text
    assert rules(alder, practice) == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"day_of_week": []}, "Choose at least one day."),
        ({"end_time": "07:00"}, "enter two sessions for an overnight one"),
        ({"slot_duration_minutes": "600"}, "One slot is longer than the whole session."),
        ({"capacity": "0"}, "A slot has between 1 and 500 seats."),
        ({"valid_from": "2026-04-01"}, "The last day is before the first."),
        ({"start_time": ""}, "This is needed."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    browser, alder, place, wrong, reason
):
    browser.sign_in(alder.owner)
    response = browser.send(f"{place}/rules/new", MORNING | wrong | {"do": "show"}, htmx=True)
    assert response.status_code == 422
    assert reason in response.text
    assert 'value="2026-03-15"' in response.text


def test_ending_hours_lists_the_visits_that_fall_outside(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        rule = hours(practice)
        visit = book(practice, "09:00")
    browser.sign_in(alder.owner)
    with on_monday():
        address = f"/availability/rules/{rule.id}/ending"
        shown, done = show_and_do(browser, address, {"valid_to": "2026-03-01"})
        assert "1 appointment is outside the hours." in shown.text
        assert f"/appointments/{visit.id}" in shown.text
        assert "1 appointment here to reschedule." in browser.get(done.location).text
    assert rules(alder, practice)[0].valid_to == date(2026, 3, 1)


def test_hours_end_at_once_without_a_day(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        rule = hours(practice)
    browser.sign_in(alder.owner)
    with on_monday():
        show_and_do(browser, f"/availability/rules/{rule.id}/ending", {})
    assert rules(alder, practice) == []


def test_hours_are_copied_to_other_days(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        rule = hours(practice, end="09:00")
    browser.sign_in(alder.owner)
    with on_monday():
        show_and_do(browser, f"/availability/rules/{rule.id}/copies", {"day_of_week": ["2", "4"]})
    copied = rules(alder, practice)
    assert [rule.day_of_week for rule in copied] == [1, 2, 4]
    assert {rule.end_time for rule in copied} == {time(9)}


def test_changed_hours_say_what_is_gained_and_lost(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        rule = hours(practice, end="09:00", valid_to=date(2026, 3, 2))
    browser.sign_in(alder.owner)
    later = MORNING | {"day_of_week": "1", "start_time": "08:30", "valid_to": "2026-03-02"}
    with on_monday():
        shown, _done = show_and_do(browser, f"/availability/rules/{rule.id}/edit", later)
    assert "2 new openings." in shown.text
    assert "1 opening will be removed." in shown.text
    assert rules(alder, practice)[0].start_time == time(8, 30)


def test_a_week_is_shown_with_the_reason_for_each_gap(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        hours(practice, day=0, start="01:00", end="04:00", valid_from=date(2026, 3, 8))
        hours(practice, start="08:00", end="09:15")
        hours(practice, start="08:00", end="08:30", slot_duration_minutes=15)
        book(practice, "08:00")
    browser.sign_in(alder.auditor)
    with on_monday():
        page = browser.get(f"{place}?week=2026-03-04").text
        assert "No hours on this weekday." in page
        assert "From 09:00 to 09:15 there is no room for one more slot." in page
        words = " ".join(page.split())
        assert '<li class="slot taken"> 08:00' in words
        assert '<li class="slot covered"> 08:15' in words
        assert "23 hours: the clocks change" in page
        assert (
            "01:00 to 04:00 is in effect from" in browser.fragment(f"{place}?week=2026-02-25").text
        )
        assert browser.get(f"{place}?week=soon").status_code == 422
    assert "Add hours" not in page


def test_the_places_are_searched_in_one_question(browser, alder, practice):
    with on_monday(), alder.at_work():
        for _ in range(10):
            a_practice(alder.facility_id)
    browser.sign_in(alder.desk)
    with at_most(2):
        listed = browser.get("/availability/").text
    assert listed.count('<th scope="row">') == 11
    assert "no hours" in listed
    found = browser.fragment(f"/availability/?q={practice.doctor.last_name}").text
    assert found.count('<th scope="row">') == 1


def test_a_places_page_asks_no_more_for_many_hours(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        for day in range(7):
            hours(practice, day=day)
    browser.sign_in(alder.desk)
    with on_monday(), at_most(8):
        browser.get(place)
