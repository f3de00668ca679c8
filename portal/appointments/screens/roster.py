"""A roster: who comes to a group, or all who are with one doctor at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal import clock
from portal.appointments.labels import STATUS, shown_status
from portal.appointments.queries.roster import (
    MOST_ATTENDING,
    Attending,
    list_group,
    list_overlapping,
)
from portal.appointments.screens.board.steps import is_near
from portal.doctors.queries import get_doctor
from portal.facilities.queries import zone_of
from portal.names import name_of
from portal.schema.appointments import Appointment
from portal.schema.availability import AvailabilitySlot
from portal.schema.patients import Patient
from portal.web.filters import hhmm, localtime


@dataclass(frozen=True)
class RosterRow:
    """Somebody on it."""

    id: int
    name: str
    dob: date | None
    mrn: str
    time: str
    service: str
    shown_as: str
    status_label: tuple[str, str]
    can_check_in: bool
    mark: str


@dataclass(frozen=True)
class Roster:
    """All of them; `slot_id` and `seats` are a group's."""

    title: str
    doctor: str
    start: datetime
    end: datetime
    members: Sequence[RosterRow]
    back_to: str
    slot_id: int | None = None
    seats: str = ""
    book: str | None = None
    cut: bool = False

    @property
    def waiting(self) -> int:
        """How many can still be checked in."""
        return sum(member.can_check_in for member in self.members)


def group_roster(slot: AvailabilitySlot) -> Roster:
    """Who comes to a group; this opens their names."""
    zone, members = zone_of(slot.facility_id), list_group(slot.id)
    services = {service for _visit, _patient, service in members}
    start, end = localtime(slot.start_at, zone), localtime(slot.end_at, zone)
    day = start.date()
    free = slot.booked_count < slot.capacity and slot.start_at > clock.now()
    return Roster(
        title=services.pop() if len(services) == 1 else _("Group"),
        doctor=get_doctor(slot.doctor_id).display_name, start=start, end=end,
        members=_members(members, zone),
        back_to=url_for("appointments.day", facility=slot.facility_id, date=day),
        slot_id=slot.id,
        seats=_("%(booked)s of %(seats)s", booked=slot.booked_count, seats=slot.capacity),
        book=url_for("appointments.new", facility=slot.facility_id, date=day, slot=slot.id)
        if free and current_user.can("appointments.book") else None,
        cut=len(members) == MOST_ATTENDING,
    )  # fmt: skip


def overlap_roster(facility_id: int, doctor_id: int, since: datetime, until: datetime) -> Roster:
    """All who are with a doctor in a stretch of time; this opens their names."""
    zone = zone_of(facility_id)
    doctor = get_doctor(doctor_id)
    members = list_overlapping(facility_id, doctor_id, since, until)
    start, end = localtime(since, zone), localtime(until, zone)
    return Roster(
        title=_("Appointments at the same time"), doctor=doctor.display_name, start=start, end=end,
        members=_members(members, zone), cut=len(members) == MOST_ATTENDING,
        back_to=url_for("appointments.day", facility=facility_id, date=start.date()),
    )  # fmt: skip


def can_arrive(visit: Appointment, patient: Patient, zone: str) -> bool:
    """Whether somebody of a roster can be checked in now: it is their day, and they are alive."""
    near = visit.status == "scheduled" and is_near(visit.start_at, zone, clock.now())
    return near and patient.status != "deceased"


def _members(rows: Sequence[Attending], zone: str) -> list[RosterRow]:
    may = current_user.can("appointments.attend")
    found = []
    for visit, patient, service in rows:
        shown_as = shown_status(visit.status, visit.confirmed_at)
        found.append(RosterRow(
            visit.id, name_of(patient),
            patient.dob, patient.mrn, hhmm(localtime(visit.start_at, zone)), service, shown_as,
            (_(STATUS[shown_as][0]), STATUS[shown_as][1]), may and can_arrive(visit, patient, zone),
            _("Deceased") if patient.status == "deceased" else "",
        ))  # fmt: skip
    return found
