"""All that is wrong with a form is said at once, each with its field and what would be right.

The kind: a check's words named no field ("Field cannot be longer than 100 characters."), the list
above the form repeated them so, and a command's checks came one after another, a round each.
"""

from datetime import date

import pytest

from portal.availability.queries.places import get_place_of
from portal.facilities.queries import list_facilities
from tests.support.pages import shown
from tests.support.scheduling import a_plan, a_practice, hours


@pytest.fixture
def register(browser, alder):
    """Send the form of a new patient; what the answer says."""
    browser.sign_in(alder.desk)

    def send(**typed: str) -> str:
        fields = shown(browser.get("/patients/new").text, "last_name")
        answer = browser.post("/patients/new", data=fields | typed)
        assert answer.status_code == 422
        return answer.text

    return send


def test_a_date_that_cannot_be_is_refused_by_its_name(register):
    page = register(last_name="Feb", first_name="Thirtyone", dob="1980-02-31")
    assert "There is no February 31, 1980." in page
    assert "Date of birth: there is no February 31, 1980." in page


@pytest.mark.parametrize("typed", ["31.2.1980", "soon", "1980-13-01"])
def test_what_is_no_date_is_refused_with_what_was_typed(register, typed):
    assert f"“{typed}” is not a date" in register(last_name="Feb", dob=typed)


def test_each_field_is_named_with_what_would_be_right(register):
    page = register(last_name="a" * 101, first_name="b" * 101)
    assert "Last name: at most 100 characters." in page
    assert "First name: at most 100 characters." in page


def test_what_is_missing_is_said_above_the_form_too(browser, alder):
    browser.sign_in(alder.owner)
    fields = shown(browser.get("/services/new").text, "name")
    assert "Name: this is needed." in browser.post("/services/new", data=fields).text


def test_what_a_command_checks_is_told_at_once(register):
    page = register(last_name="Ode", dob="1066-10-14", email="none", phone="1")
    for field in ("dob", "email", "phone"):
        assert f'id="{field}-error"' in page


def test_a_number_and_a_time_that_cannot_be_are_refused_by_their_names(browser, alder):
    browser.sign_in(alder.owner)
    fields = shown(browser.get("/services/new").text, "default_duration_minutes")
    answer = browser.post("/services/new", data=fields | {"default_duration_minutes": "ten"})
    assert "“ten” is not a whole number." in answer.text


# What the form itself refuses, and what the command refuses: both in one answer.
BOTH = {
    "/patients/new": {"last_name": "a" * 101, "email": "none", "phone": "1", "dob": "1066-10-14"},
    "/doctors/new": {"first_name": "Una", "last_name": "", "npi": "1234567890"},
    "/services/new": {"name": "", "default_duration_minutes": "0"},
    "/insurance/new": {"name": "", "website": "nowhere"},
    "/insurance/{payer_id}/plans/new": {
        "name": "", "effective_from": "2026-05-01", "effective_to": "2026-04-01",
    },
    "/services/offerings/{offering_id}/edit": {
        "buffer_before_minutes": "ten", "buffer_after_minutes": "9999",
        "default_duration_minutes": "0",
    },
    "/appointments/waitlist/new": {"notes": "a" * 2001, "latest_on": "2001-01-01"},
    "/services/steps/new": {"name": "", "default_duration_minutes": "0"},
    "/facilities/new": {"name": "", "slug": "Not usable", "phone": "1" * 51},
    "/facilities/{facility_id}/edit": {"name": "a" * 121, "slug": "x"},
    "/staff/new": {"name": "a" * 121, "email": "{email}"},
    "/availability/{place_id}/rules/new": {
        "start_time": "noon", "slot_duration_minutes": "1", "slot_interval_minutes": "2000",
        "capacity": "0", "valid_from": "2026-05-01", "valid_to": "2026-04-01",
    },
    "/availability/{place_id}/exceptions/new": {
        "start_at": "2026-05-01T09:00", "end_at": "2026-05-01T08:00", "reason": "a" * 201,
        "type": "override",
    },
}  # fmt: skip
# Wrong only beside another field.
RIGHT = {"first_name", "effective_from", "valid_from", "start_at", "type"}


@pytest.mark.parametrize("address", BOTH)
def test_what_the_form_and_what_the_command_refuse_is_said_in_one_round(browser, alder, address):
    with alder.at_work():
        practice, plan = a_practice(alder.facility_id), a_plan()
        place = get_place_of(practice.doctor.id, alder.facility_id)
        ids = {"offering_id": practice.offering.id, "payer_id": plan.insurance_provider_id,
               "place_id": place.id, "facility_id": alder.facility_id}  # fmt: skip
    browser.sign_in(alder.owner)
    page = address.format(**ids)
    wrong = {name: text.format(email=alder.desk.email) for name, text in BOTH[address].items()}
    fields = shown(browser.get(page).text, next(iter(wrong)))
    answer = browser.post(page, data=fields | wrong)
    assert answer.status_code == 422
    for field in wrong.keys() - RIGHT:
        assert f'id="{field}-error"' in answer.text, field


def test_all_that_the_command_alone_refuses_is_said_in_one_round_too(browser, alder):
    """The command's checks come together, not one after another."""
    with alder.at_work():
        [facility] = list_facilities()
        taken = {"name": facility.name, "slug": facility.slug}
    browser.sign_in(alder.owner)
    fields = shown(browser.get("/facilities/new").text, "slug")
    answer = browser.post("/facilities/new", data=fields | taken)
    assert answer.status_code == 409
    for field in taken:
        assert f'id="{field}-error"' in answer.text, field


def test_whom_an_administrator_may_not_make_an_owner_is_said_with_the_rest(browser, alder):
    browser.sign_in(alder.hire("sam", "admin", facility_ids=(alder.facility_id,)))
    fields = shown(browser.get("/staff/new").text, "email")
    wrong = {"role": "owner", "facility_ids": [], "name": "", "email": alder.desk.email}
    answer = browser.post("/staff/new", data=fields | wrong)
    assert answer.status_code == 422
    for field in wrong:
        assert f'id="{field}-error"' in answer.text, field


def test_an_absence_says_all_that_is_wrong_with_its_days_and_times(browser, alder):
    with alder.at_work():
        doctor_id = a_practice(alder.facility_id).doctor.id
    browser.sign_in(alder.owner)
    address = f"/doctors/{doctor_id}/absences/new"
    fields = shown(browser.get(address).text, "first_day")
    typed = {"first_day": "2026-13-01", "from_time": "10:00", "until_time": "09:00",
             "reason": "x" * 201}  # fmt: skip
    page = browser.post(address, data=fields | typed).text
    for field in ("first_day", "until_time", "reason"):
        assert f'id="{field}-error"' in page


def test_divided_hours_say_all_that_is_wrong_with_both_ways(browser, alder):
    with alder.at_work():
        rule = hours(a_practice(alder.facility_id), valid_from=date(2026, 3, 2))
    browser.sign_in(alder.owner)
    address = f"/availability/rules/{rule.id}/parts"
    fields = shown(browser.get(address).text, "pause_from")
    page = browser.post(address, data=fields | {"pause_from": "09:00", "first_day": "2026-03-01"})
    assert page.status_code == 422
    assert "Give both ends of a break, or a day, but not both." in page.text
    assert "Choose a day after the first day of these hours" in page.text
    page = browser.post(address, data=fields | {"pause_from": "99:00", "first_day": "2026-03-01"})
    for field in ("pause_from", "first_day"):
        assert f'id="{field}-error"' in page.text
