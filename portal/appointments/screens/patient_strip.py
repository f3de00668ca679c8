"""Who somebody is, in a few lines: the strip on booking, on the appointment and on the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from portal import clock
from portal.appointments.queries.around import Around, ComingVisit, around_patient, coming_soon
from portal.names import name_of
from portal.patients.display import interprets, kind_words, language_words
from portal.patients.queries.charting import Alert, list_alerts
from portal.phi.sealed import Unreadable
from portal.scheduling.times import local_date
from portal.schema.patients import Patient
from portal.tenancy.context import request_context
from portal.web.filters import hhmm, localtime, shortdate, weekdayname

# Nearer than that an appointment is "about then": whoever comes for both has to hurry.
CLOSE = timedelta(hours=1)
MOST_SHOWN = 3


class ComingAppointment(NamedTuple):
    """An appointment to come."""

    url: str
    text: str


@dataclass(frozen=True)
class Strip:
    """Who it is, what must be known first, and when they come next."""

    patient_id: int
    name: str
    status: str
    born: date | Unreadable | None
    mrn: str
    alerts: Sequence[str]
    language: str | None
    interpreter: bool
    phone: str | None
    usual_doctor: str | None
    coming: Sequence[ComingAppointment]
    more: bool
    clash: str | None


def patient_strip(
    patient: Patient, *, around: Around | None = None, at: datetime | None = None, zone: str = "",
    but: int | None = None,
) -> Strip:  # fmt: skip
    """Read what the strip shows; the patient has been seen by whoever is shown it.

    Args:
        patient: whose strip it is.
        around: what surrounds the patient, when it has been read already.
        at: the time that is being chosen: another appointment on its day is warned of.
        zone: whose today it is, and whose day `at` is on; the clinic's unless told.
        but: the appointment on whose page the strip stands.
    """
    around = around or around_patient(patient.id)
    zone = zone or request_context().timezone
    coming = [each for each in around.coming if each.id != but]
    spoken = patient.preferred_language
    return Strip(
        patient_id=patient.id, name=name_of(patient),
        status=patient.status, born=patient.dob,
        mrn=patient.mrn,
        alerts=alert_words(list_alerts(patient)),
        language=language_words(spoken) if spoken else None,
        interpreter=interprets(patient), phone=patient.phone,
        usual_doctor=around.usual_doctor, coming=[_shown(each) for each in coming[:MOST_SHOWN]],
        more=len(coming) > MOST_SHOWN, clash=clash_words(coming, at, zone) if at else None,
    )  # fmt: skip


def warnings_of(patient: Patient, alerts: Sequence[Alert]) -> list[str]:
    """Warnings of a patient, before all that they have died or are inactive."""
    status_warning = {
        "deceased": _("This patient is recorded as deceased"),
        "inactive": _("This patient's record is inactive"),
    }.get(patient.status)
    return [*([status_warning] if status_warning else []), *alert_words(alerts)]


def alert_words(alerts: Sequence[Alert]) -> list[str]:
    """Alerts of a patient, each with its kind."""
    return [f"{kind_words(alert.kind)}: {alert.text}" for alert in alerts]


def _shown(visit: ComingVisit) -> ComingAppointment:
    start = localtime(visit.start_at, visit.zone)
    when = f"{weekdayname(start)}, {shortdate(start)}, {hhmm(start)}"
    url = url_for("appointments.show", appointment_id=visit.id)
    return ComingAppointment(url, f"{when} · {visit.doctor} · {visit.service}")


def clashes_now(patients: Sequence[Patient]) -> dict[int, str]:
    """Of those who come without an appointment now, in words, who has one today all the same."""
    now, zone = clock.now(), request_context().timezone
    coming = coming_soon([patient.id for patient in patients])
    clashes = ((whose, clash_words(visits, now, zone)) for whose, visits in coming.items())
    return {whose: text for whose, text in clashes if text}


def clash_words(coming: Sequence[ComingVisit], at: datetime, zone: str) -> str | None:
    """Another appointment at about that time, else on that day, in words."""
    for visit in coming:
        if visit.start_at - CLOSE < at < visit.end_at + CLOSE:
            return str(_("Another appointment about then: %(what)s", what=_briefly(visit)))
    for visit in coming:
        if local_date(visit.start_at, visit.zone) == local_date(at, zone):
            return str(_("Another appointment that day: %(what)s", what=_briefly(visit)))
    return None


def _briefly(visit: ComingVisit) -> str:
    time = hhmm(localtime(visit.start_at, visit.zone))
    return f"{time} · {visit.doctor} · {visit.service}"
