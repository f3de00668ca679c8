"""Public holidays of a facility's country, proposed and closed on; and the month they stand in."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.availability.public_holidays import country_of, list_holidays
from portal.db import session
from portal.facilities.queries import get_facility
from portal.schema.availability import AvailabilityException
from tests.auth.test_choosing_a_language import choose, clinic_speaks
from tests.availability.test_setting_a_doctors_hours import seen
from tests.support.people import Clinic
from tests.support.scheduling import a_practice, book, hours, on_monday
from tests.support.statements import at_most

MEMORIAL_DAY = date(2026, 5, 25)
MEMORIAL_MORNING = datetime(2026, 5, 25, 14, tzinfo=UTC)


@pytest.fixture
def address(alder: Clinic) -> str:
    return f"/availability/facilities/{alder.facility_id}/holidays"


@pytest.mark.parametrize(
    ("locale", "zone", "country"),
    [
        ("en-GB", "America/Chicago", "GB"),
        (None, "America/Chicago", "US"),
        ("es", "Europe/Madrid", "ES"),
        ("nonsense!", "Asia/Kolkata", "IN"),
        (None, "Etc/UTC", None),
    ],
)
def test_the_country_is_the_locales_or_the_time_zones(locale, zone, country):
    assert country_of(locale, zone) == country


def test_a_year_of_holidays_in_the_readers_language():
    found = list_holidays("US", None, "en", date(2026, 3, 2))
    assert (found[0].day, found[0].name) == (MEMORIAL_DAY, "Memorial Day")
    assert found[-1].day <= date(2027, 3, 2)
    assert len(list_holidays("US", "TX", "en", date(2026, 3, 2))) > len(found)


def close(browser, address, days):
    with on_monday():
        shown = browser.send(address, {"days": days, "do": "show"})
        confirmed = {"days": days, "do": "confirm", "confirmation_token": seen(shown.text)}
        return shown, browser.send(address, confirmed)


def test_closing_says_what_it_takes_from_every_doctor(browser, alder, address):
    with on_monday(), alder.at_work():
        practices = [a_practice(alder.facility_id) for _ in range(2)]
        for practice in practices:
            hours(practice)
        visit = book(practices[0], start_at=MEMORIAL_MORNING)
    browser.sign_in(alder.admin)
    shown, done = close(browser, address, ["2026-05-25"])
    assert "15 openings will be removed." in shown.text
    assert f"/appointments/{visit.id}" in shown.text
    assert done.status_code == 303
    with on_monday():
        page = browser.get(done.location).text
        assert f"{get_name(alder)} is closed on these days." in page
        assert 'value="2026-05-25" disabled' in " ".join(page.split())
        again = browser.send(address, {"days": ["2026-05-25"], "do": "show"})
        assert again.status_code == 422
        month = browser.get("/availability/exceptions/month?month=2026-05").text
    assert month.count("Memorial Day") == 2


@pytest.mark.parametrize(
    ("clinics", "kept"),
    [("en", "Good Friday"), ("es", "Viernes Santo"), ("es-MX", "Viernes Santo")],
)
@pytest.mark.parametrize(("reader", "shown"), [("en", "Good Friday"), ("es", "Viernes Santo")])
def test_a_holiday_is_written_down_in_the_clinics_language(
    browser, alder, address, clinics, kept, reader, shown
):
    """The kind: what everybody reads is kept in the language of whoever happened to press."""
    clinic_speaks(alder, clinics)
    with on_monday(), alder.at_work():
        hours(a_practice(alder.facility_id), day=5)
        get_facility(alder.facility_id).locale = "es-ES"
        session.commit()
    browser.sign_in(alder.admin)
    choose(browser, reader)
    with on_monday():
        assert shown in browser.get(address).text
    close(browser, address, ["2026-04-03"])
    with alder.at_work():
        assert session.scalars(select(AvailabilityException.reason)).all() == [kept]


def get_name(clinic: Clinic) -> str:
    with clinic.at_work():
        return get_facility(clinic.facility_id).name


@pytest.mark.parametrize("days", [[], ["2026-05-26"], ["soon"], ["2026-05-25", "1776-07-04"]])
def test_what_is_no_holiday_is_refused(browser, alder, address, days):
    with on_monday(), alder.at_work():
        hours(a_practice(alder.facility_id))
    browser.sign_in(alder.admin)
    with on_monday():
        assert browser.send(address, {"days": days, "do": "show"}).status_code == 422


@pytest.mark.parametrize("query", ["", "facility=x", "q=%25"])
def test_without_a_month_it_is_this_one(browser, alder, query):
    browser.sign_in(alder.desk)
    with on_monday():
        assert "March 2026" in browser.get(f"/availability/exceptions/month?{query}").text


def test_a_month_asks_no_more_for_many_exceptions(browser, alder, address):
    with on_monday(), alder.at_work():
        for _ in range(6):
            hours(a_practice(alder.facility_id))
    browser.sign_in(alder.admin)
    close(browser, address, ["2026-05-25"])
    browser.get("/facilities/")  # the message that they are closed
    with on_monday(), at_most(3):
        page = browser.get("/availability/exceptions/month?month=2026-05").text
    assert "and 2 more" in page
