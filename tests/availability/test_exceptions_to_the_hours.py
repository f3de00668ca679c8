"""Absences, emergencies and changed hours: shown first, then done, listed, taken back."""

from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.queries.places import get_place_of
from portal.db import session
from portal.schema.availability import AvailabilityException
from tests.availability.test_setting_a_doctors_hours import show_and_do
from tests.support.people import Clinic
from tests.support.scheduling import Practice, a_practice, book, chicago, hours, on_monday
from tests.support.statements import at_most

AWAY = {
    "type": "blocked",
    "start_at": "2026-03-02T08:00",
    "end_at": "2026-03-02T10:00",
    "reason": "Conference",
    "availability_rule_id": "0",
}


@pytest.fixture
def practice(alder: Clinic) -> Practice:
    with on_monday(), alder.at_work():
        made = a_practice(alder.facility_id)
        hours(made)
        return made


@pytest.fixture
def place(alder: Clinic, practice: Practice) -> str:
    with alder.at_work():
        return f"/availability/{get_place_of(practice.doctor.id, alder.facility_id).id}"


def exceptions(clinic: Clinic) -> list[AvailabilityException]:
    with clinic.at_work():
        session.expire_all()
        return list(session.query(AvailabilityException))


def test_an_absence_says_what_it_takes_and_is_local_time(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        visit = book(practice, "09:00")
    browser.sign_in(alder.owner)
    with on_monday():
        shown, done = show_and_do(browser, f"{place}/exceptions/new", AWAY)
        assert "3 openings will be removed." in shown.text
        assert "1 appointment is outside the hours." in shown.text
        assert f"/appointments/{visit.id}" in shown.text
        page = browser.get(done.location).text
    assert "Time off from 08:00 to 10:00: Conference" in page
    [kept] = exceptions(alder)
    assert kept.start_at == datetime(2026, 3, 2, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"end_at": "2026-03-02T08:00"}, "The end is not after the start."),
        ({"type": "override"}, "Enter the minutes of a slot."),
        ({"type": "holiday"}, "Choose one of the list."),
        ({"start_at": ""}, "This is needed."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    browser, alder, place, wrong, reason
):
    browser.sign_in(alder.owner)
    typed = AWAY | wrong | {"do": "show"}
    response = browser.send(f"{place}/exceptions/new", typed, htmx=True)
    assert response.status_code == 422
    assert reason in response.text
    assert "Conference" in response.text
    assert exceptions(alder) == []


def test_changed_hours_replace_the_usual_ones(browser, alder, practice, place):
    browser.sign_in(alder.owner)
    changed = AWAY | {
        "type": "override", "start_at": "2026-03-02T14:00", "end_at": "2026-03-02T15:00",
        "slot_duration_minutes": "20",
    }  # fmt: skip
    with on_monday():
        shown, done = show_and_do(browser, f"{place}/exceptions/new", changed)
        assert "2 new openings" in shown.text  # at 14:40 no half hour fits any more
        assert "8 openings will be removed." in shown.text
        page = browser.get(done.location).text
    assert "Changed hours: 14:00 to 15:00." in page
    assert "08:00 to 12:00 is replaced by the changed hours of this day." in page


def test_an_exception_is_changed_and_taken_back(browser, alder, practice, place):
    with on_monday(), alder.at_work():
        away = add_exception(
            ExceptionDetails(
                practice.doctor.id, alder.facility_id, chicago(2, "08:00"), chicago(2, "10:00"),
                "blocked",
            )
        )  # fmt: skip
    browser.sign_in(alder.owner)
    address = f"/availability/exceptions/{away.id}"
    with on_monday():
        assert 'value="2026-03-02T08:00' in browser.get(f"{address}/edit").text
        shorter = AWAY | {"end_at": "2026-03-02T09:00"}
        shown, _done = show_and_do(browser, f"{address}/edit", shorter)
        assert "2 new openings" in shown.text
        shown, _done = show_and_do(browser, f"{address}/removal", {})
        assert "2 new openings" in shown.text
    assert exceptions(alder) == []


def test_those_to_come_and_those_that_are_over_are_listed_apart(browser, alder, practice):
    with on_monday(), alder.at_work():
        for day, why in ((2, "Conference"), (3, "Holiday")):
            span = chicago(day, "08:00"), chicago(day, "10:00")
            add_exception(
                ExceptionDetails(
                    practice.doctor.id, alder.facility_id, *span, "blocked", reason=why
                )
            )
    browser.sign_in(alder.desk)
    with on_monday(hours=6), at_most(2):
        listed = browser.get("/availability/exceptions/").text
    with on_monday(hours=6):
        over = browser.fragment("/availability/exceptions/?past=y").text
        found = browser.fragment("/availability/exceptions/?q=nobody").text
    assert ("Holiday" in listed, "Conference" in listed) == (True, False)
    assert ("Holiday" in over, "Conference" in over) == (False, True)
    assert "No exception of a doctor with this name" in found


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"start_at": "1900-01-05T00:00"}, "Choose a day between 2000 and 2200."),
        ({"end_at": "2299-12-30T00:00"}, "Choose a day between 2000 and 2200."),
        ({"start_at": "9999-12-31T23:59", "end_at": "0001-01-01T00:00"}, "between 2000 and 2200."),
        ({"end_at": "2026-04-03T09:00"}, "Changed hours last at most 31 days."),
    ],
)
def test_changed_hours_of_centuries_are_refused(browser, alder, place, typed, said):
    """The kind: laid out from beginning to end, they keep the page and the worker for minutes."""
    browser.sign_in(alder.owner)
    with on_monday():
        given = AWAY | {"type": "override", "slot_duration_minutes": "5"} | typed
        refused = browser.send(f"{place}/exceptions/new", given)
    assert refused.status_code == 422
    assert said in refused.text
    assert exceptions(alder) == []


def test_a_statement_lays_out_no_centuries_either(alder, practice):
    details = ExceptionDetails(
        practice.doctor.id, alder.facility_id, datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2027, 3, 2, tzinfo=UTC), "override", slot_duration_minutes=5,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="ck_availability_exceptions_reach"), alder.at_work():
        session.add(AvailabilityException(**asdict(details)))


OVERRIDES = text("""
    INSERT INTO availability_exceptions
           (doctor_id, facility_id, type, start_at, end_at, slot_duration_minutes)
    SELECT :doctor_id, :facility_id, 'override', starts, starts + interval '31 days', 5
      FROM generate_series(CAST('2026-03-02' AS timestamptz), '2026-03-02 00:59:59', '1 second')
           AS starts
     LIMIT :many
""")


def test_only_some_changed_hours_of_a_doctor_overlap(browser, alder, practice, place):
    """The kind: what is laid out from beginning to end, as often as a statement likes."""
    given = {"doctor_id": practice.doctor.id, "facility_id": alder.facility_id}
    with pytest.raises(IntegrityError, match="too many changed hours at once"), alder.at_work():
        session.execute(OVERRIDES, given | {"many": 9})
    with alder.at_work():
        session.execute(OVERRIDES, given | {"many": 8})
    browser.sign_in(alder.owner)
    ninth = AWAY | {"type": "override", "slot_duration_minutes": "5"}
    with on_monday():
        refused = browser.send(f"{place}/exceptions/new", ninth | {"do": "show"})
        later = {"start_at": "2026-04-10T08:00", "end_at": "2026-04-10T10:00"}
        assert (
            browser.send(f"{place}/exceptions/new", ninth | later | {"do": "show"}).status_code
            == 200
        )
    assert refused.status_code == 422
    assert "At most 8 changed hours" in refused.text
    moved = "UPDATE availability_exceptions SET start_at = start_at + interval '40 days',"
    with alder.at_work():
        session.execute(text(f"{moved} end_at = end_at + interval '40 days'"))
