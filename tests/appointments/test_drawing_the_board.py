"""Rows in, shapes out: where a card stands, what overlaps, which hours are hatched."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from portal.appointments.board.axis import Rows, axis_of, place_of
from portal.appointments.board.cells import blocks_of, cells_of, free_of
from portal.appointments.board.columns import stamp_of
from portal.appointments.board.lanes import lane_classes
from portal.appointments.queries import BlockRow, SlotRow
from portal.availability.rules import Span

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 3, 2)


def say(message: str, **params: object) -> str:
    return message % params if params else message


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


def an_axis(*spans: tuple[datetime, datetime], day: date = MONDAY):
    return axis_of(day, CHICAGO, spans)


def a_visit(start: datetime, end: datetime) -> SimpleNamespace:
    return SimpleNamespace(
        id=1, start_at=start, end_at=end, status="scheduled", confirmed_at=None, flags=(),
        checked_in_at=None, overbooked=False, service="Class", name=lambda: "Ruiz, Ana",
        row_version=1,
    )  # fmt: skip


def test_the_board_opens_with_the_hour_of_the_first_and_closes_with_that_of_the_last():
    axis = an_axis((at(8, 15), at(9)), (at(15), at(16, 40)))
    assert axis.opens == at(8)
    assert axis.hours()[0] == ("a0 b0", "08:00")
    assert axis.rows == 9 * 12


def test_an_empty_day_shows_eight_to_six():
    assert [label for _place, label in an_axis().hours()][::9] == ["08:00", "17:00"]


def test_hours_of_a_clock_of_twelve_are_short_enough_for_their_column():
    written = replace(an_axis(), written=lambda moment: f"{moment:%-I:%M %p}")
    assert [label for _place, label in written.hours()][:5:4] == ["8 AM", "12 PM"]


def test_a_place_is_the_tens_and_units_of_row_and_span():
    axis = an_axis((at(8), at(18)))
    assert axis.rows_of(at(9, 40), at(10, 40)) == Rows(20, 12)
    assert place_of(20, 12) == "a2 b0 c1 d2"


def test_what_reaches_past_midnight_is_cut_to_the_day():
    axis = an_axis((at(22), at(22) + timedelta(hours=4)))
    assert axis.rows == 2 * 12
    assert axis.rows_of(at(23), at(23) + timedelta(hours=3)) == Rows(12, 12)


def test_a_clock_change_day_is_as_long_as_it_is():
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    for day, hours in ((spring, 23), (autumn, 25)):
        midnight = at(0, day=day)
        axis = an_axis((midnight, at(0, day=day + timedelta(days=1))), day=day)
        assert axis.rows == hours * 12
    assert "02:00" not in [
        label for _p, label in an_axis((at(0, day=spring), at(5, day=spring)), day=spring).hours()
    ]


def test_visits_that_overlap_stand_side_by_side():
    assert lane_classes([Rows(0, 6), Rows(3, 6), Rows(9, 3)]) == [" l0-2", " l1-2", ""]


def test_a_third_takes_the_lane_that_is_free_again():
    assert lane_classes([Rows(0, 4), Rows(2, 8), Rows(4, 4)]) == [" l0-2", " l1-2", " l0-2"]


def test_five_have_the_room_of_six_and_more_share_the_last_lane():
    assert lane_classes([Rows(0, 4)] * 5)[-2:] == [" l3-6", " l4-6"]
    assert lane_classes([Rows(0, 4)] * 8)[-3:] == [" l5-6"] * 3


def test_a_group_start_with_seats_left_stands_beside_those_who_have_one():
    axis = an_axis((at(8), at(18)))
    visits = [a_visit(at(9), at(9, 50)), a_visit(at(9), at(9, 50))]
    slots = [
        SlotRow(1, 1, at(9), at(9, 50), True, None, True, 6, 2),
        SlotRow(2, 1, at(10), at(10, 50), True, None, True, 6, 0),
    ]
    *cards, joined, empty = cells_of(visits, slots, axis, at(8), say)
    assert [cell.lane for cell in (*cards, joined, empty)] == [" l0-3", " l1-3", " l2-3", ""]
    assert [joined.seats, empty.seats] == ["4 of 6 left", "6 of 6 left"]
    assert joined.said == "09:00. 4 of 6 left. Free. Book it"


def test_gaps_between_hours_are_blocks_with_their_reason():
    axis = an_axis((at(8), at(18)))
    present = [Span(at(8), at(12)), Span(at(13), at(17))]
    away = [BlockRow(1, at(12), at(13), "Lunch")]
    blocks = blocks_of(present, away, axis, say)
    assert [(block.row, block.span, block.label) for block in blocks] == [
        (48, 12, "Lunch"),
        (108, 12, ""),
    ]


def test_of_two_slots_at_one_time_one_start_is_shown():
    axis = an_axis((at(8), at(18)))
    slots = [
        SlotRow(1, 1, at(9), at(9, 30), True, None, True),
        SlotRow(2, 1, at(9), at(9, 45), True, None, True),
        SlotRow(3, 1, at(10), at(10, 30), False, None, True),
        SlotRow(4, 1, at(11), at(11, 30), True, "Ana Ruiz", True),
    ]
    shown = free_of(slots, axis, say)
    assert [(free.slot_id, free.held) for free in shown] == [(1, None), (4, "Ana Ruiz is booking")]


def test_a_stamp_changes_with_its_facts_and_names_its_column():
    visit = SimpleNamespace(id=1)
    assert stamp_of(7, [1]) == stamp_of(7, [1])
    assert stamp_of(7, [1]) != stamp_of(7, [2])
    assert stamp_of(visit.id, []).startswith("1:")
