"""Rows in, shapes out: where a card stands, what overlaps, which hours are hatched."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from portal.appointments.queries.day import BlockRow
from portal.appointments.screens.board.axis import Rows, axis_of, place_of
from portal.appointments.screens.board.blocks import blocks_of
from portal.appointments.screens.board.cells import Scene, cells_of, free_of
from portal.appointments.screens.board.columns import stamp_of
from portal.appointments.screens.board.lanes import lanes_of
from portal.scheduling.openings.day_slots import SlotRow
from portal.scheduling.times import Span

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 3, 2)


def translate(message: str, **params: object) -> str:
    return message % params if params else message


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHICAGO).astimezone(UTC)


def an_axis(*spans: tuple[datetime, datetime], day: date = MONDAY):
    return axis_of(day, CHICAGO, spans)


def a_visit(start: datetime, end: datetime, **more) -> SimpleNamespace:
    usual = {
        "doctor_id": 1,
        "id": 1, "start_at": start, "end_at": end, "status": "scheduled", "confirmed_at": None,
        "flags": (), "patient_status": "active", "checked_in_at": None, "overbooked": False,
        "service": "Class",
        "row_version": 1, "slot_id": None, "is_present": False, "step": None, "step_id": None,
        "step_begun": None, "steps_waiting": 0,
    }  # fmt: skip
    made = SimpleNamespace(**usual | more)
    made.name = lambda: "Ruiz, Ana"
    made.late = lambda now: made.status == "scheduled" and start < now - timedelta(minutes=5)
    return made


def drawn(visits, slots=(), away=(), now: datetime | None = None):
    scene = Scene(an_axis((at(8), at(18))), now or at(8), translate)
    return cells_of(visits, slots, away, scene)


def test_the_board_opens_with_the_hour_of_the_first_and_closes_with_that_of_the_last():
    axis = an_axis((at(8, 15), at(9)), (at(15), at(16, 40)))
    assert axis.opens == at(8)
    assert axis.hours()[0] == ("a0 b0", "08:00")
    assert axis.rows == 9 * 12


def test_an_empty_day_shows_eight_to_six():
    assert [label for _place, label in an_axis().hours()][::9] == ["08:00", "17:00"]


def test_hours_of_a_clock_of_twelve_are_short_enough_for_their_column():
    written = replace(an_axis(), format_time=lambda moment: f"{moment:%-I:%M %p}")
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


def classes(*visits: Rows) -> list[str]:
    return [lane.cls for lane in lanes_of(visits)]


def test_visits_that_overlap_stand_side_by_side():
    assert classes(Rows(0, 6), Rows(3, 6), Rows(9, 3)) == [" l0-2", " l1-2", ""]


def test_a_third_takes_the_lane_that_is_free_again():
    assert classes(Rows(0, 4), Rows(2, 8), Rows(4, 4)) == [" l0-2", " l1-2", " l0-2"]


def test_however_many_overlap_each_is_a_card_or_counted_on_one():
    """Two things at one place hide each other; so no two cells of a column may overlap."""
    for number in range(1, 30):
        visits = [a_visit(at(9, 5 * (n % 4)), at(9, 40 + 5 * (n % 3)), id=n) for n in range(number)]
        cells = [cell for cell in drawn(visits) if "folded" not in cell.lane]
        few = [cell for cell in cells if cell.kind == "more" and cell.few]
        desk = [cell for cell in cells if cell not in few]
        phone = [*few, *(cell for cell in desk if not re.search(r"l[1-3]-4", cell.lane))]
        for seen in (desk, phone):
            shown = sum(cell.number if cell.kind == "more" else 1 for cell in seen)
            assert shown == number
            taken = [
                (cell.lane, row) for cell in seen for row in range(cell.row, cell.row + cell.span)
            ]
            assert len(taken) == len(set(taken))


def test_a_group_is_one_card_and_an_empty_one_an_opening():
    slots = [
        SlotRow(1, 1, at(9), at(9, 50), True, None, True, 6, 2),
        SlotRow(2, 1, at(10), at(10, 50), True, None, True, 6, 0),
    ]
    visits = [a_visit(at(9), at(9, 50), slot_id=1), a_visit(at(9), at(9, 50), slot_id=1)]
    visits[0].status, visits[0].is_present = "checked_in", True
    group, empty = drawn(visits, slots)
    assert (group.name, group.seats, group.here) == ("Class", "2 of 6", "1 here")
    assert (group.status, group.has) == ("checked_in", "checked_in scheduled")
    assert (empty.kind, empty.seats) == ("free", "6 of 6 left")


def test_a_patient_who_has_not_come_is_late_after_five_minutes():
    visits = [a_visit(at(9), at(9, 30)), a_visit(at(10), at(10, 30), status="checked_in")]
    assert [cell.pill for cell in drawn(visits, now=at(9, 5))] == [None, None]
    late, other = drawn(visits, now=at(9, 12))
    assert (late.pill.text, late.pill.late, other.pill) == ("12 min late", True, None)


def test_what_everybody_must_see_is_written_on_the_card():
    away = [BlockRow(1, at(8), at(12), None)]
    visit = a_visit(
        at(9), at(9, 30), overbooked=True, patient_status="deceased", flags=("deceased", "new")
    )
    [card] = drawn([visit], away=away)
    assert card.marks == ("Deceased", "Outside hours", "Overbooked")
    assert [flag.label for flag in card.alerts] == ["Deceased", "Outside hours"]
    assert card.aria_label == ", Booked, 30 min, Deceased, Outside hours, Overbooked, New patient"


def test_the_next_step_is_named_and_none_is_offered_on_another_day():
    step = {"step": "Vitals", "step_id": 7, "is_present": True}
    visits = {
        "Check in": a_visit(at(9), at(10)),
        "Start Vitals": a_visit(at(9), at(10), status="checked_in", **step),
        "Finish Vitals": a_visit(
            at(9), at(10), status="in_progress", step_begun=True, steps_waiting=1, **step
        ),
        "Complete": a_visit(at(9), at(10), status="in_progress", step_begun=True, **step),
    }
    for name, visit in visits.items():
        [card] = drawn([visit])
        assert card.next == ("next?version=1", name)
    [tomorrows] = drawn([visits["Check in"]], now=at(9) - timedelta(days=1))
    assert tomorrows.next is None


def test_gaps_between_hours_are_blocks_with_their_reason():
    axis = an_axis((at(8), at(18)))
    present = [Span(at(8), at(12)), Span(at(13), at(15)), Span(at(15, 30), at(17))]
    away = [BlockRow(1, at(12), at(13), "Training")]
    blocks = blocks_of(present, away, axis, translate)
    assert [(block.row, block.span, block.label) for block in blocks] == [
        (48, 12, "Training"), (84, 6, "Break"), (108, 12, ""),
    ]  # fmt: skip


def test_an_absence_without_a_reason_and_the_gap_at_noon_have_a_word_too():
    axis = an_axis((at(8), at(18)))
    present = [Span(at(8), at(12)), Span(at(13), at(18))]
    nothing, away = blocks_of(present, [], axis, translate), [BlockRow(1, at(12), at(13), None)]
    assert [block.label for block in nothing] == ["Lunch"]
    assert [block.label for block in blocks_of(present, away, axis, translate)] == ["Away"]


def test_of_two_slots_at_one_time_one_start_is_shown():
    axis = an_axis((at(8), at(18)))
    slots = [
        SlotRow(1, 1, at(9), at(9, 30), True, None, True),
        SlotRow(2, 1, at(9), at(9, 45), True, None, True),
        SlotRow(3, 1, at(10), at(10, 30), False, None, True),
        SlotRow(4, 1, at(11), at(11, 30), True, "Ana Ruiz", True),
    ]
    shown = free_of(slots, Scene(axis, at(8), translate))
    assert [(free.id, free.held) for free in shown] == [(1, None), (4, "Ana Ruiz is booking")]


def test_a_stamp_changes_with_its_facts_and_names_its_column():
    visit = SimpleNamespace(id=1)
    assert stamp_of(7, [1]) == stamp_of(7, [1])
    assert stamp_of(7, [1]) != stamp_of(7, [2])
    assert stamp_of(visit.id, []).startswith("1:")


def test_an_opening_that_begins_between_two_rows_says_when():
    slots = [SlotRow(1, 1, at(9, 7), at(9, 30), True, None, True),
             SlotRow(2, 1, at(10), at(10, 30), True, None, True)]  # fmt: skip
    assert [cell.at for cell in drawn([], slots)] == [at(9, 7).isoformat(), None]
