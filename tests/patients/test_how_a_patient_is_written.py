"""Names, birth dates and ages, as they are written on every page."""

from datetime import date

import pytest

from portal.names import listed, one_line, spoken
from portal.patients.rules.ages import Age, age_on
from portal.patients.rules.details import PatientDetails, checked

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("last", "first", "written", "said"),
    [
        ("Okafor", "Amara", "Okafor, Amara", "Amara Okafor"),
        ("", "Cherlike", "Cherlike", "Cherlike"),
        ("Sukarnobaru", None, "Sukarnobaru", "Sukarnobaru"),
    ],
)
def test_a_name_of_one_part_is_that_part_alone(last, first, written, said):
    """Kind: a separator written whether or not there is anything on both sides of it."""
    assert (listed(last, first), spoken(first, last)) == (written, said)


def test_a_name_turns_no_line_around():
    """Kind: characters that nobody sees or types, kept in any name-like line."""
    assert one_line("Ada\u202e Love\u2066lace\u2069") == "Ada Lovelace"
    assert one_line("Ada\r\n\tLovelace\0\x1b") == "Ada   Lovelace"
    assert one_line("Zoë O’Brien 🙂 李明 עדה") == "Zoë O’Brien 🙂 李明 עדה"
    imported = checked(PatientDetails(first_name="A\u202eda", last_name="X"), today=TODAY)
    assert imported.first_name == "Ada"


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(1988, 3, 14), Age(38, "y")),
        (date(1988, 11, 30), Age(37, "y")),
        (date(2024, 11, 30), Age(23, "mo")),
        (date(2024, 11, 29), Age(2, "y")),
        (date(2026, 11, 17), Age(12, "d")),
        (TODAY, Age(0, "d")),
        (date(2026, 11, 30), None),
    ],
)
def test_an_age_is_said_in_days_then_months_then_years(born, age):
    assert age_on(born, TODAY) == age


def test_somebody_born_on_a_leap_day_is_a_year_older_on_the_first_of_march():
    born = date(2000, 2, 29)
    assert age_on(born, date(2026, 2, 28)) == Age(25, "y")
    assert age_on(born, date(2026, 3, 1)) == Age(26, "y")
