"""Splitting a session of the week: around a break, or at a day from which it may differ."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import text

from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.availability.commands.splitting import split_around, split_from
from portal.availability.queries.weekly import list_rules
from portal.availability.rules import BreakOutside, DayOutside, SlotLongerThanWindow
from portal.db import session
from portal.errors import DomainError
from tests.support.scheduling import Practice, chicago, hours, on_monday

OPEN = text("""
    SELECT start_at FROM availability_slots
     WHERE status = 'open' AND doctor_id = :doctor_id ORDER BY start_at
""")


def starts(practice: Practice) -> list[datetime]:
    return list(session.scalars(OPEN, {"doctor_id": practice.doctor.id}))


def windows(practice: Practice) -> list[tuple[time, time, date | None, date | None]]:
    rules = list_rules(doctor_id=practice.doctor.id)
    return [(rule.start_time, rule.end_time, rule.valid_from, rule.valid_to) for rule in rules]


def test_a_break_leaves_two_sessions(practice):
    rule = hours(practice, start="08:00", end="12:00", valid_to=date(2026, 3, 2))
    split_around(rule, time(10), time(11))
    assert [(start, end) for start, end, *_ in windows(practice)] == [
        (time(8), time(10)),
        (time(11), time(12)),
    ]
    assert chicago(2, "10:00") not in starts(practice)
    assert {chicago(2, "09:30"), chicago(2, "11:00")} <= set(starts(practice))


def test_a_day_divides_and_changes_no_start(practice):
    rule = hours(practice, start="08:00", end="12:00")
    before = starts(practice)
    split_from(rule, date(2026, 3, 16))
    assert starts(practice) == before
    assert windows(practice) == [
        (time(8), time(12), None, date(2026, 3, 15)),
        (time(8), time(12), date(2026, 3, 16), None),
    ]


def test_what_was_said_of_the_whole_holds_of_both_parts(practice):
    rule = hours(practice, start="08:00", end="12:00", valid_to=date(2026, 3, 2))
    add_exception(
        ExceptionDetails(
            practice.doctor.id, practice.facility_id, chicago(2, "09:00"), chicago(2, "11:30"),
            "blocked", availability_rule_id=rule.id,
        )
    )  # fmt: skip
    before = starts(practice)
    split_around(rule, time(10), time(10))
    assert starts(practice) == before == [chicago(2, at) for at in ("08:00", "08:30", "11:30")]


@pytest.mark.parametrize(
    ("pause", "refusal"),
    [
        ((time(8), time(9)), BreakOutside),
        ((time(11), time(12)), BreakOutside),
        ((time(10), time(9)), BreakOutside),
        ((time(8, 10), time(11)), SlotLongerThanWindow),
    ],
)
def test_a_break_without_time_around_it_is_refused(
    practice: Practice, pause: tuple[time, time], refusal: type[DomainError]
):
    rule = hours(practice, start="08:00", end="12:00")
    with pytest.raises(refusal):
        split_around(rule, *pause)


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 31)])
def test_a_day_on_which_there_is_nothing_to_divide_is_refused(practice, day):
    rule = hours(practice, valid_from=date(2026, 3, 1), valid_to=date(2026, 3, 30))
    with pytest.raises(DayOutside):
        split_from(rule, day)


def test_it_is_shown_first_and_then_done(browser, alder, practice):
    rule_id = hours(practice, start="08:00", end="12:00").id
    browser.sign_in(alder.admin)
    address = f"/availability/rules/{rule_id}/parts"
    with on_monday():
        typed = {"pause_from": "10:00", "pause_until": "11:00"}
        shown = browser.send(address, typed | {"do": "show"}).text
        assert "openings will be removed" in shown
        mark = shown.split('name="confirmation_token"')[1].split('value="')[1].split('"')[0]
        done = browser.send(address, typed | {"do": "confirm", "confirmation_token": mark})
        assert "The hours are split." in browser.get(done.location).text


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"pause_from": "10:00"},
        {"pause_from": "10:00", "pause_until": "11:00", "first_day": "2026-03-16"},
        {"first_day": "soon"},
    ],
)
def test_neither_way_or_both_is_refused(browser, alder, practice, typed):
    rule_id = hours(practice, start="08:00", end="12:00").id
    browser.sign_in(alder.admin)
    response = browser.send(f"/availability/rules/{rule_id}/parts", typed | {"do": "show"})
    assert response.status_code == 422
