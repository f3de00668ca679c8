"""The visit's life: confirm, arrive, start, complete, cancel, miss."""

from collections.abc import Iterable
from datetime import datetime

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.queries.of_patient import is_deceased
from portal.appointments.queries.visits import list_step_rows, list_steps
from portal.appointments.rules.visits import (
    NotBegunYet,
    PatientDeceased,
    ReasonMissing,
    StepsRemain,
    VisitNotAt,
    check_day,
    check_move,
    current_step,
    keeps_seat,
    next_step,
    steps_left,
)
from portal.db import session
from portal.facilities.queries import zone_of
from portal.scheduling.slots import seats
from portal.scheduling.slots.locks import lock_doctors
from portal.schema.appointments import Appointment, AppointmentStep
from portal.tenancy.context import request_context


def confirm(appointment: Appointment, *, confirmed: bool = True) -> None:
    """Mark that the patient said they will come, or take the mark back; once is enough."""
    lock(appointment)
    if appointment.status != "scheduled":
        raise VisitNotAt(status=appointment.status, wanted="confirmed")
    if (appointment.confirmed_at is not None) == confirmed:
        return
    with acts.recorded(appointment, "confirm"):
        appointment.confirmed_at = clock.now() if confirmed else None


def check_in(appointment: Appointment) -> None:
    """The patient has arrived. Raises VisitNotAt, AnotherDay, PatientDeceased."""
    if is_deceased(appointment.patient_id):
        raise PatientDeceased(field="")
    lock(appointment)
    check_move(appointment, "checked_in")
    check_its_day(appointment)
    with acts.recorded(appointment, "check_in"):
        appointment.status, appointment.checked_in_at = "checked_in", clock.now()


def start_visit(appointment: Appointment) -> None:
    """The visit begins, and its first step with it. Raises VisitNotAt, AnotherDay."""
    lock(appointment)
    check_move(appointment, "in_progress")
    check_its_day(appointment)
    with acts.recorded(appointment, "start"):
        appointment.status, appointment.started_at = "in_progress", clock.now()
        first = next_step(list_steps(appointment.id))
        if first is not None:
            begin(first)


def complete_visit(appointment: Appointment) -> None:
    """The visit is done: the step under way ends, those that may be skipped are.

    Raises:
        StepsRemain: a step that cannot be skipped has not begun; it names those.
        VisitNotAt: the visit has not begun, or is over.
    """
    lock(appointment)
    check_move(appointment, "completed")
    rows = list_step_rows(appointment.id)
    left = steps_left(rows, {row.position for row in rows if row.can_be_skipped})
    if left:
        raise StepsRemain(steps=[row.name for row in left])
    with acts.recorded(appointment, "complete"):
        steps = list_steps(appointment.id)
        current = current_step(steps)
        if current is not None:
            finish(current)
        set_waiting(steps, "cancelled")
        over(appointment, "completed")


def cancel_appointment(
    appointment: Appointment, because: str, *, code: str | None = None, at: datetime | None = None
) -> None:
    """Cancel a visit that has not begun; its seat is free at once, unless the visit is over.

    Args:
        appointment: the visit.
        because: the reason in words; it may be empty when there is a code.
        code: the reason, one of `CANCEL_CODES`.
        at: when it was cancelled, which several share that are cancelled together; None: now.

    Raises:
        ReasonMissing: at the field `cancel_reason`.
        VisitNotAt: it has begun or is over already.
    """
    if not because.strip() and code in (None, "other"):
        raise ReasonMissing(field="cancel_reason")
    lock_doctors([appointment.doctor_id])
    lock(appointment)
    check_move(appointment, "cancelled")
    with acts.recorded(appointment, "cancel"):
        if not keeps_seat(appointment, at or clock.now()):
            seats.give_back_seat(appointment)
        appointment.cancel_reason, appointment.cancel_code = because.strip(), code
        set_waiting(list_steps(appointment.id), "cancelled")
        over(appointment, "cancelled", at=at)


def mark_no_show(appointment: Appointment) -> None:
    """The patient did not come. Raises NotBegunYet before the start, VisitNotAt, AnotherDay."""
    lock(appointment)
    check_move(appointment, "no_show")
    if clock.now() < appointment.start_at:
        raise NotBegunYet
    check_its_day(appointment)
    with acts.recorded(appointment, "no_show"):
        set_waiting(list_steps(appointment.id), "no_show")
        over(appointment, "no_show")


def check_its_day(appointment: Appointment) -> None:
    """Visit steps are recorded on the visit's day. Raises AnotherDay."""
    check_day(appointment, clock.now(), zone_of(appointment.facility_id))


def lock(appointment: Appointment) -> None:
    """Read the visit as it is now, and keep it so until the transaction ends."""
    session.refresh(appointment, with_for_update=True)


def save(appointment: Appointment) -> None:
    appointment.updated_by = request_context().user_id
    session.flush()


def over(appointment: Appointment, status: str, *, at: datetime | None = None) -> None:
    """However a visit ends, `finished_at` is when."""
    appointment.status, appointment.finished_at = status, at or clock.now()
    save(appointment)


def begin(step: AppointmentStep) -> None:
    step.status, step.started_at = "in_progress", clock.now()


def finish(step: AppointmentStep) -> None:
    step.status, step.finished_at = "completed", clock.now()


def set_waiting(steps: Iterable[AppointmentStep], status: str) -> None:
    """Set the steps that have not begun when the visit ends."""
    for step in steps:
        if step.status == "scheduled":
            step.status = status
