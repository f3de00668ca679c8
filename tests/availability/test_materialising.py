"""The slots agree with the rules; doing it again touches nothing; nothing is ever re-keyed."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from portal.availability.commands.exceptions import (
    ExceptionDetails,
    add_exception,
    remove_exception,
)
from portal.availability.commands.materialise import materialise
from portal.availability.commands.weekly import RuleDetails, change_rule, end_rule
from portal.db import session
from portal.schema.availability import AvailabilityRule, AvailabilitySlot
from tests.support.scheduling import Practice, chicago, hours

pytestmark = pytest.mark.database

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 8)


def starts(practice: Practice, status: str = "open") -> list[str]:
    """The starts of that first week, as day and Chicago's clock."""
    found = session.scalars(
        select(AvailabilitySlot.start_at)
        .where(
            AvailabilitySlot.doctor_id == practice.doctor.id,
            AvailabilitySlot.status == status,
            AvailabilitySlot.start_at < chicago(8, "00:00"),
        )
        .order_by(AvailabilitySlot.start_at)
    )
    return [f"{(each - timedelta(hours=6)):%d %H:%M}" for each in found]


def again(practice: Practice):
    return materialise(practice.doctor.id, practice.facility_id, FIRST, LAST)


def away(practice: Practice, start: datetime, end: datetime, kind: str = "blocked", **more):
    return add_exception(
        ExceptionDetails(practice.doctor.id, practice.facility_id, start, end, kind, **more)
    )


def book(practice: Practice, hhmm: str) -> AvailabilitySlot:
    """Take the Monday slot at a time by hand: who is booked does not matter here."""
    slot = session.scalars(
        select(AvailabilitySlot).where(
            AvailabilitySlot.doctor_id == practice.doctor.id,
            AvailabilitySlot.start_at == chicago(2, hhmm),
        )
    ).one()
    slot.booked_count, slot.status = 1, "booked"
    slot.busy_from, slot.busy_until = slot.start_at, slot.end_at
    session.flush()
    return slot


def test_a_rule_makes_its_slots_back_to_back(practice):
    hours(practice, start="08:00", end="10:15")
    assert starts(practice) == ["02 08:00", "02 08:30", "02 09:00", "02 09:30"]


def test_an_interval_steps_the_starts(practice):
    hours(practice, start="08:00", end="09:30", slot_duration_minutes=60, slot_interval_minutes=15)
    assert starts(practice) == ["02 08:00", "02 08:15", "02 08:30"]


def test_an_end_of_midnight_is_the_days_end(practice):
    hours(practice, start="23:00", end="00:00")
    assert starts(practice) == ["02 23:00", "02 23:30"]


def test_validity_is_respected(practice):
    hours(practice, day=2, valid_from=date(2026, 3, 4))
    hours(practice, day=4, valid_to=date(2026, 3, 4))
    assert starts(practice) == []


def test_doing_it_again_touches_no_row(practice):
    hours(practice)
    away(practice, chicago(2, "09:00"), chicago(2, "09:45"))
    stamps = select(AvailabilitySlot.id, text("xmin::text"), text("ctid::text"))
    before = session.execute(stamps).all()
    done = again(practice)
    assert (done.kept, done.changed) == (6, False)
    assert session.execute(stamps).all() == before


def test_one_audit_entry_tells_the_counts(clinic, practice):
    hours(practice, end="09:00", valid_to=FIRST)
    session.commit()
    [entry] = clinic.entries("slots.materialise")
    assert entry.new_values["added"] == 2
    assert entry.new_values["doctor_ids"] == [practice.doctor.id]


@pytest.mark.parametrize("kind", ["blocked", "emergency"])
def test_a_block_takes_every_slot_it_touches_and_no_other(practice, kind):
    hours(practice, end="10:00")
    away(practice, chicago(2, "08:45"), chicago(2, "09:00"), kind)
    assert starts(practice) == ["02 08:00", "02 09:00", "02 09:30"]
    away(practice, chicago(2, "09:30"), chicago(2, "09:31"), kind)
    assert starts(practice) == ["02 08:00", "02 09:00"]


def test_a_block_of_one_rule_leaves_the_others(practice):
    rule = hours(practice, start="08:00", end="09:00")
    hours(practice, start="09:00", end="10:00")
    away(practice, chicago(2, "08:00"), chicago(2, "10:00"), availability_rule_id=rule.id)
    assert starts(practice) == ["02 09:00", "02 09:30"]


def test_an_override_replaces_the_day_cut_at_its_own_start(practice):
    hours(practice)
    away(practice, chicago(2, "14:10"), chicago(2, "15:00"), "override", slot_duration_minutes=20)
    assert starts(practice) == ["02 14:10", "02 14:30"]


def test_an_override_of_one_rule_takes_its_shape_and_leaves_the_others(practice):
    morning = hours(practice, start="08:00", end="09:00")
    hours(practice, start="13:00", end="14:00")
    away(
        practice, chicago(2, "10:00"), chicago(2, "11:00"), "override",
        availability_rule_id=morning.id,
    )  # fmt: skip
    assert starts(practice) == ["02 10:00", "02 10:30", "02 13:00", "02 13:30"]


def test_an_override_opens_a_day_without_rules(practice):
    away(practice, chicago(7, "10:00"), chicago(7, "11:00"), "override", slot_duration_minutes=30)
    assert starts(practice) == ["07 10:00", "07 10:30"]


def test_two_overrides_on_a_date_both_count_and_a_block_wins(practice):
    for start, end in (("08:00", "09:00"), ("10:00", "11:00")):
        away(practice, chicago(2, start), chicago(2, end), "override", slot_duration_minutes=30)
    away(practice, chicago(2, "10:30"), chicago(2, "10:31"), "emergency")
    assert starts(practice) == ["02 08:00", "02 08:30", "02 10:00"]


def test_taking_an_exception_back_reopens_what_it_took(practice):
    hours(practice, end="09:00")
    ids = _ids(practice)
    block = away(practice, chicago(2, "08:00"), chicago(2, "09:00"))
    done = remove_exception(block)
    assert done.reopened == 2
    assert starts(practice) == ["02 08:00", "02 08:30"]
    assert _ids(practice) == ids


def test_coinciding_slots_are_one_and_overlapping_ones_compete(practice):
    hours(practice, start="08:00", end="09:00")
    hours(practice, start="08:00", end="08:30", slot_duration_minutes=15)
    assert starts(practice) == ["02 08:00", "02 08:15", "02 08:30"]


def test_a_changed_rule_withdraws_and_adds(practice):
    rule = hours(practice, start="08:00", end="09:00")
    done = change_rule(rule, _details(rule, start_time=rule.start_time.replace(minute=30)))
    assert (done.added, done.reopened) == (0, 0)
    assert starts(practice) == ["02 08:30"]
    assert starts(practice, "cancelled") == ["02 08:00"]


def test_a_free_slot_follows_its_rules_length_and_seats(practice):
    rule = hours(practice, start="08:00", end="09:00")
    done = change_rule(rule, _details(rule, slot_duration_minutes=20, capacity=3))
    assert done.adjusted > 0
    slot = session.scalars(select(AvailabilitySlot).order_by(AvailabilitySlot.start_at)).first()
    assert slot.end_at - slot.start_at == timedelta(minutes=20)
    assert slot.capacity == 3


def test_a_booked_slot_is_orphaned_not_changed_and_comes_home(practice):
    rule = hours(practice, start="08:00", end="09:00", valid_to=FIRST)
    slot = book(practice, "08:00")
    done = end_rule(rule)
    assert (done.withdrawn, done.orphaned) == (1, 1)
    session.refresh(slot)
    assert (slot.status, slot.booked_count) == ("booked", 1)
    assert slot.orphaned_at is not None
    assert again(practice).changed is False
    session.execute(update(AvailabilityRule).values(active=True))
    done = again(practice)
    session.refresh(slot)
    assert (done.reopened, slot.orphaned_at) == (2, None)


def test_a_visits_own_slot_cannot_be_orphaned(practice):
    slot = AvailabilitySlot(
        doctor_id=practice.doctor.id, facility_id=practice.facility_id,
        service_offering_id=practice.offering.id, start_at=chicago(2, "19:00"),
        end_at=chicago(2, "19:30"), status="booked", booked_count=1,
        busy_from=chicago(2, "19:00"), busy_until=chicago(2, "19:30"),
    )  # fmt: skip
    session.add(slot)
    session.flush()
    assert again(practice).changed is False


def test_an_expired_hold_is_no_hold(clinic, practice):
    rule = hours(practice, start="08:00", end="08:30", valid_to=FIRST)
    session.execute(
        update(AvailabilitySlot).values(
            status="reserved", reserved_until=chicago(2, "06:00"), reserved_by=clinic.desk.id,
            busy_from=AvailabilitySlot.start_at, busy_until=AvailabilitySlot.end_at,
        )
    )  # fmt: skip
    assert end_rule(rule).withdrawn == 1


def _ids(practice: Practice) -> list[int]:
    return list(session.scalars(select(AvailabilitySlot.id).order_by(AvailabilitySlot.id)))


def _details(rule: AvailabilityRule, **changes) -> RuleDetails:
    now = {name: getattr(rule, name) for name in RuleDetails.__dataclass_fields__}
    return RuleDetails(**{**now, **changes})
