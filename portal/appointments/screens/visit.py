"""A visit as its page shows it: facts, steps, what can be done now, what happened when."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal import clock
from portal.appointments.act_labels import UNDO
from portal.appointments.forms.verdict import gap_words
from portal.appointments.labels import STATUS, shown_status, why_cancelled
from portal.appointments.queries.acts import last_act, was_unbooked
from portal.appointments.queries.hours import is_outside_hours
from portal.appointments.queries.visits import StepRow, get_context, list_step_rows
from portal.appointments.rules.next_step import LABELS, what_comes_next
from portal.appointments.rules.visits import LIVE, NotUndoneAnyMore, check_undo, is_its_day
from portal.appointments.screens.patient_strip import Strip, patient_strip
from portal.appointments.screens.series import SeriesShown, series_of
from portal.appointments.screens.visit_history import Entry, history_of
from portal.appointments.screens.waitlist import WantedOpening, wanted_again
from portal.names import name_of
from portal.patients.queries.records import get_patient
from portal.schema.appointments import Appointment
from portal.tenancy.context import request_context
from portal.web.filters import daydate, hhmm, localtime

WAITING = frozenset({"scheduled", "checked_in"})
LATE = timedelta(hours=24)
# What has a button of its own that does the same: beside it there is no second way back.
TURNED = frozenset({"confirm", "skip_step", "unskip_step"})


class Action(NamedTuple):
    """A button that posts."""

    url: str
    text: str
    cls: str = ""
    icon: str = ""


@dataclass(frozen=True)
class ShownStep:
    """A step with its times in words; leaving it out stands apart from what comes next."""

    name: str
    status: str
    text: str
    actions: Sequence[Action]
    aside: Action | None


@dataclass(frozen=True)
class VisitPage:
    """Everything the page shows."""

    id: int
    version: int
    patient_id: int
    service_id: int
    facility_id: int
    doctor_id: int
    plan_id: int | None
    name: str
    strip: Strip
    start: datetime
    end: datetime
    doctor: str
    service: str
    plan: str | None
    uncovered: str | None
    facility: str
    zone: str
    status: str
    shown_as: str
    status_label: tuple[str, str]
    cancelled: str | None
    overbook_reason: str | None
    outside_hours: str | None
    notes: str | None
    steps: Sequence[ShownStep]
    next_action: Action | None
    minor_actions: Sequence[Action]
    another_day: str | None
    no_arrival: str | None
    history: Sequence[Entry]
    back_to: str
    series: SeriesShown | None
    wanted: WantedOpening | None

    @property
    def has_died(self) -> bool:
        return self.strip.status == "deceased"

    @property
    def can_move(self) -> bool:
        return self.status == "scheduled" and current_user.can("appointments.move")

    @property
    def can_edit(self) -> bool:
        return self.status in LIVE and current_user.can("appointments.move")

    @property
    def can_correct(self) -> bool:
        """Whether its day is over, and this person may say how it was in truth."""
        earlier = self.start.date() < clock.today_in(self.zone)
        return earlier and current_user.can("appointments.correct")

    @property
    def can_cancel(self) -> bool:
        return self.status in WAITING and current_user.can("appointments.cancel")

    @property
    def can_repeat(self) -> bool:
        stands = self.series is None and self.status not in ("cancelled", "no_show")
        return stands and not self.has_died and current_user.can("appointments.book")

    @property
    def can_rebook(self) -> bool:
        """Whether another appointment can take the place of one that did not take place."""
        gone = self.status in ("cancelled", "no_show")
        return gone and not self.has_died and current_user.can("appointments.book")

    @property
    def can_come_now(self) -> bool:
        """Whether whoever is here on another day can be seen now."""
        may = current_user.can("appointments.move") and current_user.can("appointments.attend")
        waits = self.another_day is not None and self.status == "scheduled"
        return waits and not self.has_died and may


def visit_page(visit: Appointment, service_id: int) -> VisitPage:
    """Read what belongs to a visit; this opens the patient's name and the visit's notes."""
    around, patient = get_context(visit), get_patient(visit.patient_id)
    start, end = localtime(visit.start_at, around.zone), localtime(visit.end_at, around.zone)
    shown_as = shown_status(visit.status, visit.confirmed_at)
    attends, rows = current_user.can("appointments.attend"), list_step_rows(visit.id)
    today = visit.status == "in_progress" or is_its_day(visit, clock.now(), around.zone)
    never = visit.status == "scheduled" and patient.status == "deceased"
    return VisitPage(
        id=visit.id, version=visit.row_version, patient_id=patient.id, service_id=service_id,
        facility_id=visit.facility_id, doctor_id=visit.doctor_id,
        plan_id=visit.insurance_plan_id,
        name=name_of(patient),
        strip=patient_strip(patient, at=visit.start_at, zone=around.zone, but=visit.id),
        start=start, end=end, doctor=around.doctor_name, service=around.service_name,
        plan=around.plan_name, uncovered=gap_words(visit, around.facility_name, start.date()),
        facility=around.facility_name, zone=around.zone,
        status=visit.status, shown_as=shown_as,
        status_label=(_(STATUS[shown_as][0]), STATUS[shown_as][1]),
        cancelled=cancelled_words(visit), overbook_reason=visit.overbook_reason,
        outside_hours=outside_words(visit),
        notes=visit.notes, steps=_steps(visit, rows, around.zone, attends=attends and today),
        next_action=_next_action(visit, rows) if attends and today and not never else None,
        minor_actions=list(_minor_actions(visit, around.zone, today=today)) if attends else (),
        another_day=None if today or visit.status not in WAITING
        else _("This appointment is on %(day)s.", day=daydate(start)),
        no_arrival=_("Not checked in: recorded as deceased")
        if attends and today and never else None,
        history=history_of(visit, around.zone),
        back_to=url_for("appointments.day", facility=visit.facility_id, date=start.date()),
        series=series_of(visit, around.zone),
        wanted=wanted_again(visit) if current_user.can("appointments.book") else None,
    )  # fmt: skip


def outside_words(visit: Appointment) -> str | None:
    """That its doctor does not work then; None where they do, and of what does not stand."""
    if visit.status not in LIVE or not is_outside_hours(visit):
        return None
    return str(_("Outside the hours of %(doctor)s", doctor=get_context(visit).doctor_name))


def cancelled_words(visit: Appointment) -> str | None:
    """Why it was cancelled, and whether that was late; None for one that stands."""
    if visit.status != "cancelled" or visit.finished_at is None:
        return None
    if was_unbooked(visit.id):
        return str(_("The booking was undone. It is in no list."))
    reason = why_cancelled(visit.cancel_code, visit.cancel_reason)
    if visit.start_at - LATE < visit.finished_at and visit.cancel_code != "booked_in_error":
        return str(_("Cancelled late (less than 24 hours before): %(reason)s", reason=reason))
    return str(_("Cancelled: %(reason)s", reason=reason))


def _url(action: str, visit: Appointment, **values: Any) -> str:
    return url_for(f"appointments.{action}", appointment_id=visit.id, **values)


def _next_action(visit: Appointment, rows: Sequence[StepRow]) -> Action | None:
    coming = what_comes_next(visit.status, rows)
    if coming is None:
        return None
    label = _(LABELS[coming.kind], step=coming.step.name) if coming.step else _(LABELS[coming.kind])
    return Action(_url("next_step", visit), label)


def _minor_actions(visit: Appointment, zone: str, *, today: bool) -> Iterator[Action]:
    if visit.status == "scheduled":
        label = _("Remove confirmation") if visit.confirmed_at else _("Mark as confirmed")
        yield Action(_url("confirmation", visit), label, "quiet", "circle-check")
    if today and visit.status in WAITING and visit.start_at <= clock.now():
        yield Action(_url("no_show", visit), _("No-show"), "quiet", "user-x")
    act = last_act(visit.id)
    if act is None or act.kind in TURNED | {"book"} or act.visit_version != visit.row_version:
        return
    with suppress(NotUndoneAnyMore):
        check_undo(act, visit, clock.now(), zone, user_id=request_context().user_id)
        yield Action(_url("undo", visit), _(UNDO[act.kind]), "quiet", "undo-2")


def _steps(
    visit: Appointment, rows: Sequence[StepRow], zone: str, *, attends: bool
) -> list[ShownStep]:
    upcoming = next((row.id for row in rows if row.status == "scheduled"), None)
    goes_on = attends and visit.status in ("checked_in", "in_progress")
    return [
        ShownStep(
            row.name, "" if _was_cancelled(visit, row) else row.status, _said(visit, row, zone),
            _step_actions(visit, row, upcoming) if goes_on else (),
            _aside(visit, row) if goes_on else None,
        )
        for row in rows
    ]  # fmt: skip


def _step_actions(visit: Appointment, row: StepRow, upcoming: int | None) -> list[Action]:
    """Only what the visit's rules let happen next."""
    if row.status == "in_progress":
        return [Action(_url("step_finish", visit, step_id=row.id), _("Finish"))]
    if row.id == upcoming:
        return [Action(_url("step_start", visit, step_id=row.id), _("Start"))]
    return []


def _aside(visit: Appointment, row: StepRow) -> Action | None:
    if row.status == "cancelled":
        return Action(_url("step_unskip", visit, step_id=row.id), _("Undo skip"), "quiet")
    if row.can_be_skipped and row.status in ("scheduled", "in_progress"):
        return Action(_url("step_skip", visit, step_id=row.id), _("Skip"), "quiet")
    return None


def _was_cancelled(visit: Appointment, row: StepRow) -> bool:
    """A step of a visit that is cancelled was not skipped: it did not come to it."""
    return visit.status == "cancelled" and row.status == "cancelled"


def _said(visit: Appointment, row: StepRow, zone: str) -> str:
    times = [
        hhmm(localtime(moment, zone)) if moment else ""
        for moment in (row.started_at, row.finished_at)
    ]
    if row.status == "completed":
        return "–".join(times)
    if row.status == "in_progress":
        return _with_needs(str(_("since %(time)s", time=times[0])), row)
    if row.status == "cancelled" and not _was_cancelled(visit, row):
        return str(_("skipped"))
    return _with_needs(hhmm(localtime(row.scheduled_start_at, zone)), row)


def _with_needs(text: str, row: StepRow) -> str:
    """With what has to be there for a step: which room or any, and somebody who prepares it."""
    room = row.location or row.location_type
    if not room and row.requires_location:
        room = _("Needs a room")
    prepared = _("Needs preparation") if row.requires_preparation else None
    return " · ".join(filter(None, (text, room, prepared)))
