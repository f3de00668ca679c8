"""The visit's life: confirm, arrive, start, complete, cancel, miss, and one step back."""

from collections.abc import Iterable
from datetime import datetime

from portal import clock
from portal.appointments import queries
from portal.appointments.commands import seats
from portal.appointments.models import Appointment, AppointmentStep
from portal.appointments.rules import (
    NotBegunYet,
    ReasonMissing,
    SlotTaken,
    VisitNotAt,
    check_all_done,
    check_move,
    check_undo,
    current_step,
    keeps_seat,
    next_step,
    times,
)
from portal.audit import note
from portal.availability.commands import lock_doctors, materialise
from portal.availability.rules import Span, local_date
from portal.db import session
from portal.refusals import refusing
from portal.services.queries import get_offering
from portal.tenancy.context import facts


def confirm(appointment: Appointment, *, confirmed: bool = True) -> None:
    """Mark that the patient said they will come, or take the mark back."""
    lock(appointment)
    if appointment.status != "scheduled":
        raise VisitNotAt(status=appointment.status, wanted="confirmed")
    appointment.confirmed_at = clock.now() if confirmed else None
    save(appointment)


def check_in(appointment: Appointment) -> None:
    """The patient has arrived. Raises VisitNotAt."""
    _forward(appointment, "checked_in")
    appointment.checked_in_at = clock.now()
    save(appointment)


def start_visit(appointment: Appointment) -> None:
    """The visit begins, and its first step with it. Raises VisitNotAt."""
    _forward(appointment, "in_progress")
    appointment.started_at = clock.now()
    first = next_step(queries.list_steps(appointment.id))
    if first is not None:
        begin(first)
    save(appointment)


def complete_visit(appointment: Appointment) -> None:
    """The visit is done: the step under way ends, those that may be skipped are.

    Raises:
        StepsRemain: a step that cannot be skipped has not begun.
        VisitNotAt: the visit has not begun, or is over.
    """
    lock(appointment)
    check_move(appointment, "completed")
    steps = queries.list_steps(appointment.id)
    skippable = queries.skippable_steps(appointment.id)
    check_all_done(steps, {step.position for step in steps if step.id in skippable})
    current = current_step(steps)
    if current is not None:
        finish(current)
    _set_waiting(steps, "cancelled")
    over(appointment, "completed")


def cancel_appointment(
    appointment: Appointment, because: str, *, at: datetime | None = None
) -> None:
    """Cancel a visit that has not begun; its seat is free at once, unless the visit is over.

    Args:
        appointment: the visit.
        because: the reason.
        at: the moment to write down, which several share that are cancelled together; None: now.

    Raises:
        ReasonMissing: at the field `cancel_reason`.
        VisitNotAt: it has begun or is over already.
    """
    if not because.strip():
        raise ReasonMissing(field="cancel_reason")
    lock_doctors([appointment.doctor_id])
    lock(appointment)
    check_move(appointment, "cancelled")
    if not keeps_seat(appointment, clock.now()):
        seats.give_back_seat(appointment)
    appointment.cancel_reason = because.strip()
    _set_waiting(queries.list_steps(appointment.id), "cancelled")
    over(appointment, "cancelled", at=at)


def mark_no_show(appointment: Appointment) -> None:
    """The patient did not come. Raises NotBegunYet before the visit's start, VisitNotAt."""
    lock(appointment)
    check_move(appointment, "no_show")
    if clock.now() < appointment.start_at:
        raise NotBegunYet
    _set_waiting(queries.list_steps(appointment.id), "no_show")
    over(appointment, "no_show")


def undo(appointment: Appointment) -> None:
    """Take back the last step, on the same local day.

    Raises:
        NotUndoneAnyMore: there is none, or it was not today.
        SlotTaken, PatientBusy: a cancelled visit's time has gone to somebody else.
    """
    lock_doctors([appointment.doctor_id])
    lock(appointment)
    zone = queries.zone_of(appointment.facility_id)
    back = check_undo(appointment, clock.now(), zone)
    was = appointment.status
    with refusing(seats.CONSTRAINTS):
        if was == "cancelled":
            _seat_again(appointment)
        _step_back(appointment, back)
        appointment.updated_by = facts().user_id
    note(
        "appointments.undo",
        table="appointments",
        record=appointment.id,
        patient=appointment.patient_id,
        old={"status": was},
        new={"status": appointment.status},
    )


def lock(appointment: Appointment) -> None:
    """Read the visit as it is now, and keep it so until the transaction ends."""
    session.refresh(appointment, with_for_update=True)


def save(appointment: Appointment) -> None:
    appointment.updated_by = facts().user_id
    session.flush()


def over(appointment: Appointment, status: str, *, at: datetime | None = None) -> None:
    """However a visit ends, `finished_at` is when; an undo looks there for the day."""
    appointment.status, appointment.finished_at = status, at or clock.now()
    save(appointment)


def begin(step: AppointmentStep) -> None:
    step.status, step.started_at = "in_progress", clock.now()


def finish(step: AppointmentStep) -> None:
    step.status, step.finished_at = "completed", clock.now()


def _forward(appointment: Appointment, to: str) -> None:
    lock(appointment)
    check_move(appointment, to)
    appointment.status = to


def _set_waiting(steps: Iterable[AppointmentStep], status: str) -> None:
    for step in steps:
        if step.status == "scheduled":
            step.status = status


def _step_back(appointment: Appointment, back: str) -> None:
    steps = queries.list_steps(appointment.id)
    was = appointment.status
    if was in ("cancelled", "no_show"):
        for step in steps:
            step.status = "scheduled"
        appointment.finished_at = appointment.cancel_reason = None
    elif was == "completed":
        appointment.finished_at = None
        _reopen_last(steps)
    elif was == "in_progress":
        back = _unstep(appointment, steps)
    else:
        appointment.checked_in_at = None
    appointment.status = back


def _unstep(appointment: Appointment, steps: Iterable[AppointmentStep]) -> str:
    """Within a visit one step back is a step; before its first the visit has not begun."""
    current = current_step(steps)
    if current is None and _reopen_last(steps):
        return "in_progress"
    if current is not None:
        current.status, current.started_at = "scheduled", None
        if _reopen_last(steps):
            return "in_progress"
    appointment.started_at = None
    return "checked_in"


def _reopen_last(steps: Iterable[AppointmentStep]) -> bool:
    """The step finished last is under way again; False when none was finished."""
    done = [step for step in steps if step.status == "completed"]
    if done:
        done[-1].status, done[-1].finished_at = "in_progress", None
    return bool(done)


def _seat_again(appointment: Appointment) -> None:
    """A cancelled visit takes its seat again, if it had let it go and it is still free."""
    if appointment.finished_at is None or keeps_seat(appointment, appointment.finished_at):
        return
    if appointment.availability_slot_id is None:
        raise SlotTaken
    seats.release_holds(appointment.doctor_id)
    busy = _busy(appointment)
    slot_id = appointment.availability_slot_id
    if not appointment.overbooked and seats.is_taken(appointment.doctor_id, busy, but=slot_id):
        raise SlotTaken
    seats.take_seat(slot_id, busy)
    _ask_for_hours(appointment)


def _ask_for_hours(appointment: Appointment) -> None:
    """Its hours may have gone while it was cancelled: then it waits for a decision."""
    day = local_date(appointment.start_at, queries.zone_of(appointment.facility_id))
    materialise(appointment.doctor_id, appointment.facility_id, day, day)


def _busy(appointment: Appointment) -> Span:
    offering = get_offering(appointment.service_offering_id)
    minutes = Span(appointment.start_at, appointment.end_at).minutes
    before, after = offering.buffer_before_minutes, offering.buffer_after_minutes
    return times(appointment.start_at, minutes, before, after).busy
