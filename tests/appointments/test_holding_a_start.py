"""A hold keeps a start for one person and a few minutes; the others see who has it."""

from datetime import timedelta

import pytest

from portal import clock
from portal.appointments.commands.holds import hold_slot, release_slot, sweep_holds
from portal.db import session
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.openings.reasons import why_not
from portal.scheduling.rules import SlotHeld, SlotTaken
from portal.scheduling.slots.queries import get_slot
from tests.support.scheduling import a_practice, acting_as, book, chicago, hours, on_monday


def offers(practice):
    return list_openings(OpeningQuery(offering_id=practice.offering.id), days=7)


@pytest.fixture
def slot_id(open_practice) -> int:
    """The first start of that Monday: 08:00."""
    return offers(open_practice)[0].slot_id


def test_a_hold_is_the_holders_to_book_and_nobody_elses(clinic, open_practice, slot_id):
    with acting_as(clinic.desk):
        slot = hold_slot(slot_id)
        assert slot.reserved_until == clock.now() + timedelta(minutes=5)
        assert offers(open_practice)[0].slot_id == slot_id
    with acting_as(clinic.admin):
        assert offers(open_practice)[0].slot_id != slot_id
        with pytest.raises(SlotHeld, match="Desk is holding"):
            hold_slot(slot_id)
        with pytest.raises(SlotTaken):
            book(open_practice, "08:00")
        [reason] = why_not(open_practice.offering.id, None, chicago(2, "08:00"))
        assert (reason.code, reason.record) == ("held", slot_id)
    with acting_as(clinic.desk):
        assert book(open_practice, "08:00").status == "scheduled"


def test_only_the_holder_extends_or_releases_it(clinic, open_practice, slot_id):
    with acting_as(clinic.desk):
        hold_slot(slot_id)
    with on_monday(minutes=3):
        with acting_as(clinic.admin):
            release_slot(slot_id)
        with acting_as(clinic.desk):
            assert hold_slot(slot_id).reserved_until == clock.now() + timedelta(minutes=5)
            release_slot(slot_id)
        assert get_slot(slot_id).status == "open"


def test_holding_and_releasing_are_noted(clinic, slot_id):
    with acting_as(clinic.desk):
        hold_slot(slot_id)
        release_slot(slot_id)
    session.commit()
    assert clinic.entries("slots.hold", record_id=slot_id)
    assert clinic.entries("slots.release", record_id=slot_id)


def test_a_hold_for_a_visit_takes_the_doctor_for_all_of_it(clinic):
    practice = a_practice(clinic.facility_id, minutes=(60,))
    hours(practice)
    first = offers(practice)[0].slot_id
    with acting_as(clinic.desk):
        hold_slot(first, offering_id=practice.offering.id)
    with acting_as(clinic.admin):
        assert offers(practice)[0].start_at == chicago(2, "09:00")


def test_an_expired_hold_is_on_offer_again(clinic, open_practice, slot_id):
    with acting_as(clinic.desk):
        hold_slot(slot_id)
    with on_monday(minutes=5), acting_as(clinic.admin):
        assert offers(open_practice)[0].slot_id == slot_id
        assert hold_slot(slot_id).reserved_by == clinic.admin.id


def test_the_worker_sweeps_what_has_expired(clinic, slot_id):
    with acting_as(clinic.desk):
        hold_slot(slot_id)
    assert sweep_holds() == 0
    with on_monday(minutes=5):
        assert sweep_holds() == 1
        assert sweep_holds() == 0


def test_seats_of_a_group_are_not_held(clinic, practice):
    hours(practice, capacity=2)
    with acting_as(clinic.desk):
        assert hold_slot(offers(practice)[0].slot_id).status == "open"


def test_a_booked_start_cannot_be_held(clinic, open_practice, slot_id):
    book(open_practice, "08:00")
    with acting_as(clinic.desk), pytest.raises(SlotTaken):
        hold_slot(slot_id)
