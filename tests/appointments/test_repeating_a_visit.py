"""Series: planned date by date, booked together or not at all, cancelled from one visit on."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal import clock
from portal.appointments.commands.reversing import undo, undo_group
from portal.appointments.commands.series import (
    SeriesDetails,
    book_series,
    cancel_following,
    repeat_appointment,
)
from portal.appointments.commands.visit import cancel_appointment
from portal.appointments.queries.acts import last_act
from portal.appointments.queries.series import list_series_visits, plan_series
from portal.appointments.queries.visits import get_appointment
from portal.appointments.rules.series import (
    InSeriesAlready,
    NotAllBooked,
    NothingToRepeat,
    Repeat,
    RepeatsOutOfRange,
    RepeatsUntilWhen,
    WeeksOutOfRange,
    repeated_dates,
)
from portal.availability.commands.exceptions import ExceptionDetails, add_exception
from portal.db import session
from portal.scheduling.openings.listing import OpeningQuery, find_opening
from portal.scheduling.times import instant
from portal.schema.audit import AuditEntry
from tests.support.scheduling import MONDAY, a_patient, book, chicago, details
from tests.support.statements import at_most

FIRST = date(2026, 3, 2)


def planned(practice, repeat=None, at="09:00", patient_id=None, plan_id=None):
    offer = find_opening(OpeningQuery(offering_id=practice.offering.id), chicago(2, at))
    return plan_series(offer, plan_id, repeat or Repeat(1, 4), patient_id=patient_id)


def chosen(dates, **more) -> SeriesDetails:
    slots = [each.choices[0].slot_id for each in dates if each.choices]
    return SeriesDetails(**{"every_weeks": 1, "slot_ids": slots, "booking_key": uuid4()} | more)


def booked(practice, visits=4):
    first = book(practice)
    dates = planned(practice, Repeat(1, visits), at="09:30")
    dates = [each for each in dates if each.choices]
    repeat_appointment(first, chosen(dates))
    return list_series_visits(first.appointment_series_id)


def visit(row):
    return get_appointment(row.id)


def test_dates_repeat_for_a_count_or_until_a_day_whichever_ends_first():
    weekly = [FIRST + timedelta(weeks=n) for n in (1, 2, 3)]
    assert repeated_dates(FIRST, Repeat(1, 4)) == weekly
    assert repeated_dates(FIRST, Repeat(1, until=weekly[-1])) == weekly
    assert repeated_dates(FIRST, Repeat(1, 10, weekly[0])) == weekly[:1]
    assert repeated_dates(FIRST, Repeat(6, 2)) == [date(2026, 4, 13)]


@pytest.mark.parametrize(
    ("repeat", "refusal"),
    [
        (Repeat(0, 4), WeeksOutOfRange),
        (Repeat(53, 4), WeeksOutOfRange),
        (Repeat(1), RepeatsUntilWhen),
        (Repeat(1, 1), RepeatsOutOfRange),
        (Repeat(1, 53), RepeatsOutOfRange),
        (Repeat(1, until=FIRST), RepeatsOutOfRange),
        (Repeat(1, until=date.max), RepeatsOutOfRange),
    ],
)
def test_a_series_has_bounds(repeat, refusal):
    with pytest.raises(refusal):
        repeated_dates(FIRST, repeat)


def test_each_date_gets_the_same_local_time_across_a_clock_change(open_practice):
    dates = planned(open_practice)
    assert [each.day for each in dates] == [date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23)]
    assert all(each.exact for each in dates)
    # Clocks in Chicago went forward on the eighth: nine is an hour earlier in UTC.
    assert dates[0].at == chicago(9, "08:00")


def test_a_taken_start_gives_way_to_the_nearest_of_that_day(open_practice):
    taken = instant(date(2026, 3, 9), MONDAY.time().replace(hour=9), "America/Chicago")
    book(open_practice, start_at=taken)
    nearest, *others = planned(open_practice)
    assert not nearest.exact
    assert abs(nearest.choices[0].start_at - taken) == timedelta(minutes=30)
    assert all(each.exact for each in others)


def test_a_start_at_which_the_patient_is_elsewhere_is_not_proposed(open_practice):
    patient = a_patient()
    taken = instant(date(2026, 3, 9), MONDAY.time().replace(hour=9), "America/Chicago")
    book(open_practice, start_at=taken - timedelta(minutes=30), patient_id=patient.id)
    starts = [each.start_at for each in planned(open_practice, patient_id=patient.id)[0].choices]
    assert taken in starts
    assert taken - timedelta(minutes=30) not in starts


def test_a_date_without_starts_is_skipped_and_said_why(open_practice, clinic):
    day = ExceptionDetails(
        open_practice.doctor.id, clinic.facility_id, chicago(9, "00:00"), chicago(10, "00:00"),
        "blocked", reason="Conference",
    )  # fmt: skip
    add_exception(day)
    away, *others = planned(open_practice)
    assert away.choices == ()
    assert [reason.code for reason in away.reasons] == ["away"]
    assert away.reasons[0].params == {"reason": "Conference"}
    assert all(each.exact for each in others)


def test_a_date_beyond_the_horizon_says_until_when_there_are_hours(open_practice):
    last = planned(open_practice, Repeat(1, 52))[-1]
    assert [reason.code for reason in last.reasons] == ["not_published"]
    assert last.reasons[0].params == {"until": date(2026, 5, 25)}


@pytest.mark.parametrize("visits", [3, 13, 52])
def test_the_number_of_queries_does_not_grow_with_the_dates(open_practice, visits):
    with at_most(2):
        assert len(planned(open_practice, Repeat(1, visits))) == visits - 1


def test_a_series_is_booked_with_its_first_visit(open_practice):
    dates = planned(open_practice)
    first = book_series(details(open_practice, notes="Knee"), chosen(dates, notes="Knee"))
    visits = list_series_visits(first.appointment_series_id)
    assert [each.start_at for each in visits] == [first.start_at, *(each.at for each in dates)]
    assert {visit(each).notes for each in visits} == {"Knee"}
    assert {visit(each).patient_id for each in visits} == {first.patient_id}
    noted = select(AuditEntry).where(AuditEntry.action_type == "appointments.series")
    assert session.scalars(noted).one().new_values == {"visits": 4}


def test_one_key_sent_twice_books_one_series(open_practice):
    asked, once = details(open_practice, booking_key=uuid4()), chosen(planned(open_practice))
    first = book_series(asked, once)
    again = book_series(asked, once)
    assert (again.id, again.appointment_series_id) == (first.id, first.appointment_series_id)
    assert len(list_series_visits(first.appointment_series_id)) == 4


def test_a_start_taken_meanwhile_books_none_of_them_and_names_it(open_practice):
    dates, first = planned(open_practice), book(open_practice)
    book(open_practice, start_at=dates[1].at)
    with pytest.raises(NotAllBooked) as refused:
        repeat_appointment(first, chosen(dates))
    assert refused.value.at == dates[1].at
    assert get_appointment(first.id).appointment_series_id is None
    assert find_opening(OpeningQuery(offering_id=open_practice.offering.id), dates[0].at)


def test_the_patients_own_other_visit_has_the_last_word(open_practice):
    dates, first = planned(open_practice), book(open_practice)
    book(open_practice, start_at=dates[1].at, patient_id=first.patient_id)
    with pytest.raises(NotAllBooked):
        repeat_appointment(first, chosen(dates))


def test_a_visit_of_a_series_is_not_repeated_again(open_practice):
    first = visit(booked(open_practice)[0])
    with pytest.raises(InSeriesAlready):
        repeat_appointment(first, chosen(planned(open_practice, at="10:00")))
    with pytest.raises(NothingToRepeat):
        repeat_appointment(book(open_practice, "11:00"), chosen([]))


def test_cancelling_this_one_leaves_the_others(open_practice):
    visits = booked(open_practice)
    cancel_appointment(visit(visits[1]), "Holiday")
    after = list_series_visits(visit(visits[0]).appointment_series_id)
    assert [each.status for each in after] == ["scheduled", "cancelled", "scheduled", "scheduled"]


def test_cancelling_this_and_the_following_can_be_taken_back_whole(open_practice):
    visits = booked(open_practice)
    with clock.at(MONDAY - timedelta(minutes=5)):
        cancel_appointment(visit(visits[3]), "Before that")
    assert cancel_following(visit(visits[1]), "Moved away") == 2
    statuses = [visit(each).status for each in visits]
    assert statuses == ["scheduled", "cancelled", "cancelled", "cancelled"]
    assert visit(visits[2]).cancel_reason == "Moved away"
    with clock.at(MONDAY + timedelta(minutes=5)):
        undo_group(last_act(visits[1].id).group_uid)
    statuses = [visit(each).status for each in visits]
    assert statuses == ["scheduled", "scheduled", "scheduled", "cancelled"]


def test_one_of_those_cancelled_together_can_be_taken_back_alone(open_practice):
    visits = booked(open_practice)
    cancel_following(visit(visits[1]), "Moved away")
    undo(visit(visits[2]))
    statuses = [visit(each).status for each in visits]
    assert statuses == ["scheduled", "cancelled", "scheduled", "cancelled"]
