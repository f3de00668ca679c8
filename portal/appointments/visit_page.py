"""A visit as its page shows it: facts, steps, what can be done now, what happened when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal import clock
from portal.appointments import queries
from portal.appointments.models import Appointment
from portal.appointments.patient_strip import alerts_of
from portal.appointments.queries import StepRow
from portal.appointments.rules import NotUndoneAnyMore, check_undo
from portal.appointments.series_page import SeriesShown, series_of
from portal.appointments.waitlist_page import Wanted, wanted_again
from portal.appointments.words import STATUS, shown_status
from portal.names import name_of
from portal.patients.queries import get_patient
from portal.refusals import N_
from portal.web.filters import hhmm, localtime

NEXT = {
    "scheduled": ("check_in", N_("Check in")),
    "checked_in": ("start", N_("Start visit")),
    "in_progress": ("completion", N_("Complete")),
}
WAITING = frozenset({"scheduled", "checked_in"})


class Action(NamedTuple):
    """A button that posts."""

    url: str
    text: str
    cls: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Step:
    """A step with its times in words."""

    name: str
    status: str
    said: str
    actions: Sequence[Action]


class Entry(NamedTuple):
    """Something that happened, at a local time."""

    at: datetime
    text: str


@dataclass(frozen=True)
class VisitPage:
    """Everything the page shows."""

    id: int
    patient_id: int
    service_id: int
    facility_id: int
    name: str
    born: date | None
    mrn: str
    alerts: Sequence[str]
    start: datetime
    end: datetime
    doctor: str
    service: str
    plan: str | None
    facility: str
    zone: str
    status: str
    shown: str
    words: tuple[str, str]
    cancel_reason: str | None
    overbook_reason: str | None
    notes: str | None
    steps: Sequence[Step]
    next_action: Action | None
    minor_actions: Sequence[Action]
    history: Sequence[Entry]
    back_to: str
    series: SeriesShown | None
    wanted: Wanted | None

    @property
    def can_move(self) -> bool:
        return self.status == "scheduled" and current_user.can("appointments.move")

    @property
    def can_cancel(self) -> bool:
        return self.status in WAITING and current_user.can("appointments.cancel")

    @property
    def can_repeat(self) -> bool:
        stands = self.series is None and self.status not in ("cancelled", "no_show")
        return stands and current_user.can("appointments.book")


def visit_page(visit: Appointment, service_id: int) -> VisitPage:
    """Read what belongs to a visit; this opens the patient's name and the visit's notes."""
    around, patient = queries.get_context(visit), get_patient(visit.patient_id)
    start, end = localtime(visit.start_at, around.zone), localtime(visit.end_at, around.zone)
    shown = shown_status(visit.status, visit.confirmed_at)
    attends = current_user.can("appointments.attend")
    return VisitPage(
        id=visit.id, patient_id=patient.id, service_id=service_id, facility_id=visit.facility_id,
        name=name_of(patient), born=patient.dob, mrn=patient.mrn,
        alerts=alerts_of(patient), start=start, end=end, doctor=around.doctor_name,
        service=around.service_name, plan=around.plan_name, facility=around.facility_name,
        zone=around.zone, status=visit.status, shown=shown,
        words=(_(STATUS[shown][0]), STATUS[shown][1]), cancel_reason=visit.cancel_reason,
        overbook_reason=visit.overbook_reason, notes=visit.notes,
        steps=_steps(visit, around.zone, attends=attends),
        next_action=_next_action(visit) if attends else None,
        minor_actions=list(_minor_actions(visit, around.zone)) if attends else (),
        history=_history(visit, around.zone),
        back_to=url_for("appointments.day", facility=visit.facility_id, date=start.date()),
        series=series_of(visit, around.zone),
        wanted=wanted_again(visit) if current_user.can("appointments.book") else None,
    )  # fmt: skip


def _url(action: str, visit: Appointment, **values: Any) -> str:
    return url_for(f"appointments.{action}", appointment_id=visit.id, **values)


def _next_action(visit: Appointment) -> Action | None:
    found = NEXT.get(visit.status)
    return Action(_url(found[0], visit), _(found[1])) if found else None


def _minor_actions(visit: Appointment, zone: str) -> list[Action]:
    found = []
    if visit.status == "scheduled":
        words = _("Take the confirmation back") if visit.confirmed_at else _("Mark as confirmed")
        found.append(Action(_url("confirmation", visit), words, "quiet", "circle-check"))
    if visit.status in WAITING and visit.start_at <= clock.now():
        found.append(Action(_url("no_show", visit), _("No-show"), "quiet", "user-x"))
    try:
        check_undo(visit, clock.now(), zone)
        found.append(Action(_url("undo", visit), _("Undo the last step"), "quiet", "undo-2"))
    except NotUndoneAnyMore:
        pass
    return found


def _steps(visit: Appointment, zone: str, *, attends: bool) -> list[Step]:
    rows = queries.list_step_rows(visit.id)
    upcoming = next((row.id for row in rows if row.status == "scheduled"), None)
    return [
        Step(
            row.name, row.status, _said(row, zone),
            _step_actions(visit, row, upcoming) if attends else (),
        )
        for row in rows
    ]  # fmt: skip


def _step_actions(visit: Appointment, row: StepRow, upcoming: int | None) -> list[Action]:
    """Only what the visit's rules let happen next."""
    if visit.status not in ("checked_in", "in_progress"):
        return []
    found = []
    if row.status == "in_progress":
        found.append(Action(_url("step_finish", visit, step_id=row.id), _("Finish")))
    elif row.id == upcoming:
        found.append(Action(_url("step_start", visit, step_id=row.id), _("Start")))
    if row.can_be_skipped and row.status in ("scheduled", "in_progress"):
        found.append(Action(_url("step_skip", visit, step_id=row.id), _("Skip"), "quiet"))
    return found


def _said(row: StepRow, zone: str) -> str:
    times = [
        hhmm(localtime(moment, zone)) if moment else ""
        for moment in (row.started_at, row.finished_at)
    ]
    if row.status == "completed":
        return "–".join(times)
    if row.status == "in_progress":
        return str(_("since %(time)s", time=times[0]))
    if row.status == "cancelled":
        return str(_("skipped"))
    planned = hhmm(localtime(row.scheduled_start_at, zone))
    return f"{planned} · {row.location}" if row.location else planned


def _history(visit: Appointment, zone: str) -> list[Entry]:
    """What the visit's own stamps tell, the latest first."""
    ends = {"completed": _("Completed"), "no_show": _("Marked as no-show"),
            "cancelled": _("Cancelled")}  # fmt: skip
    moments = [
        (visit.finished_at, ends.get(visit.status, "")), (visit.started_at, _("Visit started")),
        (visit.checked_in_at, _("Checked in")), (visit.confirmed_at, _("Confirmed by the patient")),
        (visit.created_at, _("Booked")),
    ]  # fmt: skip
    known = [(moment, text) for moment, text in moments if moment]
    return [Entry(localtime(m, zone), t) for m, t in sorted(known, reverse=True)]
