"""Days, times and their order, as the reader's language and country have them."""

from datetime import UTC, date, datetime, time

import pytest
from flask_babel import force_locale

from portal.web import filters

DAY = date(2026, 11, 23)


@pytest.fixture
def speaking(app):
    """`with speaking("es"):` a page in that language."""
    with app.test_request_context():
        yield force_locale


@pytest.mark.parametrize(
    ("locale", "afternoon", "full", "medium", "month"),
    [
        ("en", "14:05", "Monday, November 23, 2026", "Nov 23, 2026", "November 2026"),
        ("en_US", "2:05 PM", "Monday, November 23, 2026", "Nov 23, 2026", "November 2026"),
        ("en_GB", "14:05", "Monday, 23 November 2026", "23 Nov 2026", "November 2026"),
        ("es", "14:05", "lunes, 23 de noviembre de 2026", "23 nov 2026", "noviembre de 2026"),
        ("es_US", "2:05 p.m.", "lunes, 23 de noviembre de 2026", "23 nov 2026",
         "noviembre de 2026"),
    ],
)  # fmt: skip
def test_days_and_times(speaking, locale, afternoon, full, medium, month):
    with speaking(locale):
        assert filters.hhmm(time(14, 5)) == afternoon
        assert filters.hhmm(datetime(2026, 11, 23, 14, 5, tzinfo=UTC)) == afternoon
        assert filters.longdate(DAY) == full
        assert filters.shortdate(DAY) == medium
        assert filters.monthname(DAY) == month


def test_midnight_ends_a_day_of_24_hours_and_begins_one_of_twice_twelve(speaking):
    with speaking("es"):
        assert filters.endtime(time(0)) == "24:00"
    with speaking("en_US"):
        assert filters.endtime(time(0)) == "12:00 AM"


def test_scripts_follow_the_same_clock(speaking):
    with speaking("es"):
        assert filters.clock() == "en-GB"
    with speaking("es_US"):
        assert filters.clock() == "es-US"


@pytest.mark.parametrize(("locale", "reads"), [("es", "ltr"), ("he", "rtl"), ("fa", "rtl")])
def test_a_page_says_how_it_is_read(speaking, locale, reads):
    with speaking(locale):
        assert filters.direction() == reads
