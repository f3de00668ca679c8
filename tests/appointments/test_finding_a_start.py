"""Free starts over doctors and facilities, by day and part of the day, earliest first."""

import re

import pytest
from flask_babel import force_locale

from portal.appointments.labels import part_in_words
from tests.support.factories import a_facility
from tests.support.scheduling import (
    Practice,
    a_doctor,
    a_plan,
    a_practice,
    an_offering,
    hours,
    on_monday,
)


@pytest.fixture
def work(alder):
    """One service: a doctor in Chicago on Mondays, another in New York on Tuesdays."""
    with on_monday():
        with alder.at_work():
            here = a_practice(alder.facility_id)
            hours(here, 1, "09:00", "10:00")
            annex = a_facility(name="Annex", timezone="America/New_York")
            other = a_doctor(annex.id)
            there = Practice(
                annex.id, other, here.service, an_offering(here.service, other, annex.id)
            )
            hours(there, 2, "13:00", "14:00")
        yield here, there


def found(browser, practice, **more) -> list[str]:
    asked = {
        "service_id": practice.service.id, "insurance_plan_id": "", "doctor_id": "",
        "at_facility_id": "", "first_day": "2026-03-02", "last_day": "2026-03-08",
        "part_of_day": "any",
    }  # fmt: skip
    page = browser.get("/appointments/starts", query_string=asked | more)
    assert page.status_code == 200, page.text
    days = re.findall(
        r"<td[^>]*>(\w+day), March \d+, 2026</td>\s*<th scope=\"row\"[^>]*>(\d\d:\d\d)", page.text
    )
    return [f"{day[:3]} {time}" for day, time in days]


def test_all_doctors_of_all_facilities_the_earliest_first(browser, alder, work):
    browser.sign_in(alder.desk)
    every = ["Mon 09:00", "Mon 09:30", "Tue 13:00", "Tue 13:30"]
    assert found(browser, work[0]) == every


def test_it_is_narrowed_by_doctor_facility_day_and_part_of_the_day(browser, alder, work):
    here, there = work
    browser.sign_in(alder.desk)
    assert found(browser, here, doctor_id=there.doctor.id) == ["Tue 13:00", "Tue 13:30"]
    assert found(browser, here, at_facility_id=here.facility_id) == ["Mon 09:00", "Mon 09:30"]
    assert found(browser, here, first_day="2026-03-03") == ["Tue 13:00", "Tue 13:30"]
    assert found(browser, here, last_day="2026-03-02") == ["Mon 09:00", "Mon 09:30"]
    assert found(browser, here, part_of_day="morning") == ["Mon 09:00", "Mon 09:30"]
    assert found(browser, here, part_of_day="afternoon") == ["Tue 13:00", "Tue 13:30"]
    assert found(browser, here, part_of_day="evening") == []


def test_a_plan_leaves_where_it_is_accepted(browser, alder, work):
    here, there = work
    with alder.at_work():
        plan = a_plan(there.facility_id)
    browser.sign_in(alder.desk)
    assert found(browser, here, insurance_plan_id=plan.id) == ["Tue 13:00", "Tue 13:30"]


def test_a_start_leads_to_its_booking_with_service_and_plan(browser, alder, work):
    with alder.at_work():
        plan = a_plan(alder.facility_id)
    browser.sign_in(alder.desk)
    asked = {
        "service_id": work[0].service.id, "insurance_plan_id": plan.id, "doctor_id": "",
        "at_facility_id": "", "first_day": "2026-03-02", "last_day": "2026-03-02",
        "part_of_day": "any",
    }  # fmt: skip
    page = browser.get("/appointments/starts", query_string=asked).text
    link = re.search(r'href="(/appointments/new[^"]+)"', page)[1].replace("&amp;", "&")
    form = browser.get(link).text
    assert re.search(r"checked><span>09:00", form)
    assert re.search(rf'<option value="{plan.id}" selected', form)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"last_day": "2026-03-01"}, "The last day is before the first."),
        ({"last_day": "2027-12-31"}, "Choose at most a year."),
        ({"last_day": "9999-12-31"}, "Choose a day between 2000 and 2200."),
        ({"part_of_day": "night"}, "Choose one of the list."),
        ({"service_id": "x"}, "Choose one of the list."),
    ],
)
def test_nonsense_is_said_beside_the_field(browser, alder, work, more, words):
    browser.sign_in(alder.desk)
    asked = {
        "service_id": work[0].service.id, "insurance_plan_id": "", "doctor_id": "",
        "at_facility_id": "", "first_day": "2026-03-02", "last_day": "2026-03-08",
        "part_of_day": "any",
    }  # fmt: skip
    answer = browser.get("/appointments/starts", query_string=asked | more)
    assert answer.status_code == 422
    assert words in answer.text


def choices(page: str, field: str) -> str:
    """The options of a select."""
    return re.search(rf'<select[^>]*name="{field}".*?</select>', page, re.DOTALL).group()


def test_only_what_the_chosen_facility_has_can_be_chosen_and_what_was_chosen_stays(
    browser, alder, work
):
    here, there = work
    with alder.at_work():
        other = a_practice(there.facility_id)
    asked = {
        "service_id": here.service.id, "insurance_plan_id": "", "doctor_id": here.doctor.id,
        "at_facility_id": here.facility_id, "first_day": "2026-03-02", "last_day": "2026-03-02",
        "part_of_day": "any",
    }  # fmt: skip
    browser.sign_in(alder.desk)
    page = browser.get("/appointments/starts", query_string=asked).text
    assert other.service.name not in choices(page, "service_id")
    assert other.doctor.display_name not in choices(page, "doctor_id")
    page = browser.get(
        "/appointments/starts", query_string=asked | {"at_facility_id": there.facility_id}
    ).text
    assert f"{here.doctor.display_name} (not at this facility)" in choices(page, "doctor_id")
    page = browser.get("/appointments/starts", query_string=asked | {"at_facility_id": ""}).text
    assert other.service.name in choices(page, "service_id")


def test_parts_of_the_day_are_said_by_the_readers_clock(app):
    for locale, words in (("en_US", "12:00 PM to 5:00 PM"), ("en_GB", "12:00 to 17:00")):
        with app.test_request_context(), force_locale(locale):
            assert part_in_words("afternoon") == f"Afternoon, {words}"


def test_it_begins_with_the_service_that_booking_begins_with_and_has_searched(browser, alder, work):
    here, _there = work
    with alder.at_work():
        a_practice(alder.facility_id)
        an_offering(here.service, a_doctor(alder.facility_id), alder.facility_id)
    browser.sign_in(alder.desk)
    pages = [
        browser.get(f"/appointments/{form}").text for form in ("new", "starts", "waitlist/new")
    ]
    chosen = [
        re.search(r'name="service_id".*?value="(\d+)" selected', page, re.S) for page in pages
    ]
    assert [each and each[1] for each in chosen] == [str(here.service.id)] * 3
    assert "Book Monday, March 2, 2026, 09:00" in pages[1]


def test_where_no_service_is_known_it_says_what_to_do(browser, alder):
    page = browser.sign_in(alder.desk).get("/appointments/starts").text
    assert "as soon as a service is chosen" in page
