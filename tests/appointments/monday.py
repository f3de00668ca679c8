"""The Monday that any course of events happens on: three doctors, two facilities, four places."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.db import session
from portal.doctors.commands import place_at_facility
from portal.facilities.commands import FacilityDetails, open_facility
from portal.schema.availability import AvailabilityRule, AvailabilitySlot
from tests.appointments.model import Hours
from tests.support.people import Clinic
from tests.support.scheduling import (
    MONDAY,
    Practice,
    a_doctor,
    a_practice,
    an_offering,
    chicago,
    hours,
)

EIGHT = MONDAY + timedelta(hours=1)
EVENING = MONDAY + timedelta(hours=12)
# One service with three places, another of one place: a visit moves within its service.
SAME_SERVICE = {0: (0, 2, 3), 2: (0, 2, 3), 3: (0, 2, 3), 1: (1,)}


def practices_of(clinic: Clinic) -> list[Practice]:
    """The places; the first and the third are one doctor's."""
    lake = open_facility(FacilityDetails("Lake", "lake", "America/Chicago")).id
    service = a_practice(clinic.facility_id, skippable=(2,))
    long = a_practice(clinic.facility_id, minutes=(20, 20), skippable=(2,), buffer_after_minutes=5)
    place_at_facility(service.doctor.id, lake)
    there = an_offering(service.service, service.doctor, lake, skippable=(2,))
    other = a_doctor(lake)
    theirs = an_offering(service.service, other, lake, skippable=(2,))
    return [
        service, long, Practice(lake, service.doctor, service.service, there),
        Practice(lake, other, service.service, theirs),
    ]  # fmt: skip


def hours_of(practices: list[Practice]) -> list[AvailabilityRule]:
    """When each is open, that Monday alone."""
    ends = {"valid_to": MONDAY.date()}
    return [
        hours(practices[0], end="12:00", **ends),
        hours(practices[1], end="13:00", slot_duration_minutes=15, capacity=2, **ends),
        hours(practices[2], start="10:00", end="15:00", **ends),
        hours(practices[3], end="16:00", capacity=3, **ends),
    ]


def model_of(practices: list[Practice]) -> list[Hours]:
    """The same, as the model knows it."""
    first, long, there, other = practices

    def at(hhmm: str) -> datetime:
        return chicago(2, hhmm)

    return [
        Hours(first.doctor.id, first.facility_id, 1, at("08:00"), at("12:00"), 30, 1, 30),
        Hours(long.doctor.id, long.facility_id, 2, at("08:00"), at("13:00"), 15, 2, 40, 5),
        Hours(there.doctor.id, there.facility_id, 1, at("10:00"), at("15:00"), 30, 1, 30),
        Hours(other.doctor.id, other.facility_id, 1, at("08:00"), at("16:00"), 30, 3, 30),
    ]


def at_quarter(place: int) -> datetime:
    """So many quarters of an hour after eight."""
    return EIGHT + timedelta(minutes=15 * place)


def held_slot(practice: Practice, at: datetime) -> int:
    """The slot that somebody holds there."""
    slot = AvailabilitySlot
    held = select(slot.id).where(
        slot.doctor_id == practice.doctor.id, slot.facility_id == practice.facility_id,
        slot.start_at == at, slot.status == "reserved",
    )  # fmt: skip
    return session.scalars(held).one()
