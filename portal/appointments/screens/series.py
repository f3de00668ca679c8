"""A series as its pages show it: the dates before it is booked, its visits afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from portal.appointments.labels import STATUS, shown_status
from portal.appointments.queries.series import (
    SeriesDate,
    SeriesVisit,
    list_series_visits,
    plan_series,
)
from portal.appointments.rules.series import Repeat
from portal.appointments.screens.reasons_shown import words_of
from portal.doctors.queries import get_doctor
from portal.facilities.queries import zone_of
from portal.scheduling.rules import Opening
from portal.schema.appointments import Appointment
from portal.services.queries.catalogue import get_offering
from portal.web.filters import hhmm, localtime, longdate, shortdate


class StartOption(NamedTuple):
    """A start of a date, or leaving the date out."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class DateRow:
    """A date of the series with what it can have."""

    iso: str
    text: str
    options: Sequence[StartOption]
    hint: str

    @property
    def skipped(self) -> bool:
        """Whether there is nothing to choose."""
        return len(self.options) == 1


@dataclass(frozen=True)
class Dates:
    """A preview of booking a series: with which doctor, and on which days besides the first."""

    first: str
    first_time: str
    doctor: str
    rows: Sequence[DateRow]

    @property
    def some(self) -> bool:
        """Whether there is any start besides the first."""
        return any(not row.skipped for row in self.rows)


class Other(NamedTuple):
    """Another visit of the series."""

    url: str
    text: str
    status: str
    status_label: tuple[str, str]
    here: bool


@dataclass(frozen=True)
class SeriesShown:
    """Which visit of its series this is, and the others."""

    position: int
    total: int
    visits: Sequence[Other]
    previous: str | None
    next: str | None
    following: int


def dates_of(
    first: Opening, plan_id: int | None, repeat: Repeat, *, patient_id: int | None,
    chosen: Mapping[date, int | None],
) -> Dates:  # fmt: skip
    """The dates of a series as they would be booked; `chosen` are those somebody chose before.

    Raises:
        What `plan_series` refuses.
    """
    planned = plan_series(first, plan_id, repeat, patient_id=patient_id)
    rows = [_row(each, first.zone, chosen) for each in planned]
    at, doctor = (
        localtime(first.start_at, first.zone),
        get_doctor(first.doctor_id, even_retired=True),
    )
    return Dates(longdate(at.date()), hhmm(at), doctor.display_name, rows)


def offer_of(visit: Appointment) -> Opening:
    """A booked visit's start, as if it were on offer."""
    offering = get_offering(visit.service_offering_id)
    return Opening(
        visit.availability_slot_id or 0, visit.doctor_id, visit.facility_id, offering.id,
        visit.service_workflow_id, visit.start_at, visit.end_at,
        zone_of(visit.facility_id), visit.start_at, visit.end_at,
    )  # fmt: skip


def series_of(visit: Appointment, zone: str) -> SeriesShown | None:
    """The series a visit belongs to."""
    if visit.appointment_series_id is None:
        return None
    visits = list_series_visits(visit.appointment_series_id)
    at = [each.id for each in visits].index(visit.id)
    others = [_other(each, zone, here=each.id == visit.id) for each in visits]
    return SeriesShown(
        position=at + 1, total=len(visits), visits=others,
        previous=others[at - 1].url if at else None,
        next=others[at + 1].url if at + 1 < len(others) else None,
        following=sum(each.status == "scheduled" for each in visits[at + 1 :]),
    )  # fmt: skip


def _row(planned: SeriesDate, zone: str, chosen: Mapping[date, int | None]) -> DateRow:
    iso, before = planned.day.isoformat(), chosen.get(planned.day)
    slots = [offer.slot_id for offer in planned.choices]
    left_out = planned.day in chosen and before is None
    picked = before if before in slots else next(iter(slots), None)
    options = [
        StartOption(f"{iso}:{offer.slot_id}", _time(offer.start_at, zone),
                    offer.slot_id == picked and not left_out)
        for offer in sorted(planned.choices, key=lambda offer: offer.start_at)
    ]  # fmt: skip
    options.append(StartOption(f"{iso}:", _("Leave this date out"), left_out or not slots))
    return DateRow(iso, longdate(planned.day), options, _said(planned, zone))


def _said(planned: SeriesDate, zone: str) -> str:
    """Why a date is not as the first visit is; nothing when it is."""
    if planned.exact:
        return ""
    if planned.choices:
        wanted, nearest = _time(planned.at, zone), _time(planned.choices[0].start_at, zone)
        text = _("%(wanted)s is not free; the nearest is %(nearest)s.", wanted=wanted,
                  nearest=nearest)  # fmt: skip
        return str(text)
    return " ".join(words_of(reason, zone) for reason in planned.reasons)


def _other(visit: SeriesVisit, zone: str, *, here: bool) -> Other:
    shown_as = shown_status(visit.status, visit.confirmed_at)
    status_label = _(STATUS[shown_as][0]), STATUS[shown_as][1]
    text = f"{_moment(visit.start_at, zone)} · {visit.doctor_name}"
    url = url_for("appointments.show", appointment_id=visit.id)
    return Other(url, text, shown_as, status_label, here)


def _moment(moment: datetime, zone: str) -> str:
    local = localtime(moment, zone)
    return f"{shortdate(local.date())} {hhmm(local)}"


def _time(moment: datetime, zone: str) -> str:
    return hhmm(localtime(moment, zone))
