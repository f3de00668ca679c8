"""The waitlist as its pages show it: who waits for what, and who wants a start that is free."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from portal import clock
from portal.appointments.labels import URGENCY_WORDS, WEEKDAYS, part_in_words
from portal.appointments.queries.waitlist import WishRow, list_by_ids, list_matches, list_wanting
from portal.appointments.rules.waitlist import EVERY_DAY, Match, by_start, ranked, weekdays_of
from portal.doctors.queries import list_places
from portal.names import name_of
from portal.phi.sealed import open_field
from portal.scheduling.times import local_date
from portal.schema.appointments import Appointment
from portal.schema.facilities import Facility
from portal.tenancy.context import request_context
from portal.web.filters import hhmm, localtime, longdate, shortdate, written_telephone

MOST_STARTS = 8
MOST_PEOPLE = 5


class WaitingPatient(NamedTuple):
    """Somebody who wants a start."""

    name: str
    about: str
    book: str


class WantedOpening(NamedTuple):
    """A free start and whom it suits, in the order of asking."""

    text: str
    total: int
    people: Sequence[WaitingPatient]


class Wish(NamedTuple):
    """A line of the waitlist."""

    id: int
    patient_id: int
    name: str
    mrn: str
    phone: str
    service: str
    doctor: str
    plan: str
    dates: str
    when: str
    urgency: str
    since: date
    notes: str
    appointment_id: int | None


def starts_wanted(facility: Facility) -> list[WantedOpening]:
    """The earliest free starts that suit somebody who waits."""
    starts = by_start(list_matches(facility.id, limit=MOST_STARTS))[:MOST_STARTS]
    wishes = _wishes_of(starts)
    names = _doctors(facility.id)
    return [_wanted(matches, wishes, names) for matches in starts]


def wanted_again(visit: Appointment) -> WantedOpening | None:
    """Who wants the start that a cancelled visit has freed."""
    if visit.status != "cancelled" or visit.start_at <= clock.now():
        return None
    return start_wanted(visit.facility_id, visit.doctor_id, visit.start_at)


def start_wanted(facility_id: int, doctor_id: int, start_at: datetime) -> WantedOpening | None:
    """Who wants one start, if anybody does."""
    matches = ranked(list_wanting(facility_id, doctor_id, start_at))
    if not matches:
        return None
    return _wanted(matches, _wishes_of([matches]), _doctors(facility_id))


def shown_wish(wish: WishRow) -> Wish:
    """A line with its patient's name, which counts as seen."""
    row = wish.row
    patient = wish.patient
    notes = open_field("waitlist_entries", "notes", row.entry_uid, row.notes_envelope,
                       patient_id=patient.id)  # fmt: skip
    return Wish(
        id=row.entry_id, patient_id=patient.id, name=name_of(patient),
        mrn=patient.mrn, phone=patient.phone or "", service=row.service_name,
        doctor=row.doctor_name or _("Any doctor"), plan=row.plan_name or _("Self-pay"),
        dates=f"{shortdate(row.earliest_on)} – {shortdate(row.latest_on)}",
        when=_when(row.weekdays, row.part_of_day), urgency=_(URGENCY_WORDS[row.urgency]),
        since=local_date(row.created_at, request_context().timezone), notes=notes or "",
        appointment_id=row.appointment_id,
    )  # fmt: skip


def _wanted(
    matches: Sequence[Match], wishes: dict[int, WishRow], doctors: dict[int, str]
) -> WantedOpening:
    first = matches[0]
    start = localtime(first.start_at, first.zone)
    text = f"{longdate(start.date())}, {hhmm(start)} · {doctors.get(first.doctor_id, '')}"
    first_matches = matches[:MOST_PEOPLE]
    people = [
        _person(match, wishes[match.entry_id])
        for match in first_matches
        if match.entry_id in wishes
    ]
    return WantedOpening(text, len(matches), people)


def _person(match: Match, wish: WishRow) -> WaitingPatient:
    row, patient = wish.row, wish.patient
    about = [written_telephone(patient.phone)] if patient.phone else []
    about += [_(URGENCY_WORDS[row.urgency]), row.service_name, row.plan_name or _("Self-pay")]
    if match.named:
        about.append(_("asked for this doctor"))
    since = shortdate(local_date(row.created_at, match.zone))
    about.append(_("waiting since %(day)s", day=since))
    url = url_for(
        "appointments.new", facility=match.facility_id, slot=match.slot_id,
        date=localtime(match.start_at, match.zone).date(), patient=match.patient_id,
        wish=match.entry_id,
    )  # fmt: skip
    return WaitingPatient(name_of(patient), " · ".join(about), url)


def _wishes_of(starts: Sequence[Sequence[Match]]) -> dict[int, WishRow]:
    """Those who are shown, in one query."""
    entry_ids = {match.entry_id for matches in starts for match in matches[:MOST_PEOPLE]}
    return list_by_ids(sorted(entry_ids))


def _doctors(facility_id: int) -> dict[int, str]:
    return {
        location.doctor_id: location.display_name
        for location in list_places(facility_id=facility_id)
    }


def _when(weekdays: int, part: str) -> str:
    days = _("any day")
    if weekdays != EVERY_DAY:
        days = ", ".join(_(WEEKDAYS[day]) for day in weekdays_of(weekdays))
    return f"{days} · {part_in_words(part)}"
