"""The day sheet: a page made for paper, with everything in words and room to write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from flask_babel import gettext as _

from portal import clock
from portal.appointments.labels import STATUS, shown_status
from portal.appointments.queries.sheet import MOST_LINES, SheetRow, list_day_sheet
from portal.appointments.screens.patient_strip import warnings_of
from portal.names import name_of
from portal.patients.display import language_words
from portal.patients.queries.charting import Alert, list_alerts_of
from portal.patients.rules.kept import needs_interpreter
from portal.phi.sealed import Unreadable
from portal.schema.facilities import Facility
from portal.tenancy.context import request_context
from portal.web.filters import localtime


class SheetLine(NamedTuple):
    """An appointment as it stands on the sheet."""

    start: datetime
    minutes: int
    name: str
    dob: date | Unreadable | None
    mrn: str
    phone: str | None
    service: str
    plan: str
    status: str
    flags: Sequence[str]


class DoctorSheet(NamedTuple):
    """Whose day it is, by time."""

    name: str
    lines: Sequence[SheetLine]


@dataclass(frozen=True)
class DaySheet:
    """A facility's day on paper; `cut` says how many lines it has when some are left out."""

    day: date
    previous: date
    next: date
    printed_at: datetime
    doctors: Sequence[DoctorSheet]
    cut: int | None


def day_sheet(facility: Facility, day: date) -> DaySheet:
    """Read the day; who asks has seen everybody on it. Raises NotFound."""
    rows = list_day_sheet(facility.id, day, limit=MOST_LINES + 1)
    alerts = list_alerts_of([row.patient for row in rows[:MOST_LINES]])
    doctors = [
        DoctorSheet(
            name, [_line(row, alerts[row.patient.id], facility.timezone) for row in of_doctor]
        )
        for (_id, name), of_doctor in groupby(
            rows[:MOST_LINES], lambda row: (row.doctor_id, row.doctor)
        )
    ]
    return DaySheet(
        day,
        day - timedelta(days=1),
        day + timedelta(days=1),
        localtime(clock.now(), facility.timezone),
        doctors,
        MOST_LINES if len(rows) > MOST_LINES else None,
    )


def _line(row: SheetRow, alerts: Sequence[Alert], zone: str) -> SheetLine:
    patient, status = row.patient, STATUS[shown_status(row.status, row.confirmed_at)]
    return SheetLine(
        start=localtime(row.start_at, zone),
        minutes=round((row.end_at - row.start_at).total_seconds() / 60),
        name=name_of(patient),
        dob=patient.dob,
        mrn=patient.mrn,
        phone=patient.phone,
        service=row.service,
        plan=row.plan or str(_("Self-pay")),
        status=str(_(status[0])),
        flags=tuple(_flags(row, alerts)),
    )


def _flags(row: SheetRow, alerts: Sequence[Alert]) -> Iterator[str]:
    """Flags in words; alerts first."""
    patient = row.patient
    yield from warnings_of(patient, alerts)
    spoken = row.language or patient.preferred_language
    if needs_interpreter(patient.meta, spoken, request_context().clinic_locale):
        named = language_words(spoken) if spoken else "–"
        yield str(_("Interpreter: %(language)s", language=named))
    if row.is_new:
        yield str(_("New patient"))
    if row.overbooked:
        yield str(_("Overbooked"))
