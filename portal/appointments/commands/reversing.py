"""Taking back what was done to visits: everything is as it was, unless somebody took the time.

Today's rules are not asked: neither hours nor buffers nor the steps of a workflow may have changed
in the meantime what was booked before.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from portal import clock
from portal.appointments.commands import acts
from portal.appointments.commands.refusal import CONSTRAINTS
from portal.appointments.commands.visit import cancel_appointment, lock
from portal.appointments.queries.acts import acts_since, last_act, list_acts, newest_own_act
from portal.appointments.queries.visits import get_appointment, list_steps
from portal.appointments.rules.visits import (
    ChangedSince,
    NothingToUndo,
    NotUndoneAnyMore,
    check_undo,
)
from portal.audit.notes import note
from portal.availability.commands.materialise import materialise
from portal.db import session
from portal.errors import refusing
from portal.facilities.queries import zone_of
from portal.scheduling.slots import seats
from portal.scheduling.slots.locks import lock_doctors
from portal.scheduling.times import local_date
from portal.schema.acts import AppointmentAct
from portal.schema.appointments import Appointment
from portal.tenancy.context import request_context

# A visit stays its patient's, whoever they have been merged with; notes are encrypted.
NOT_RESTORED = frozenset({
    "tenant_id", "id", "row_uid", "patient_id", "notes", "booking_key", "row_version",
    "created_at", "updated_at", "updated_by",
})  # fmt: skip
COLUMNS = [
    column.name for column in Appointment.__table__.columns if column.name not in NOT_RESTORED
]
RESTORE_VISIT = text(f"""
    UPDATE appointments a
       SET ({", ".join(COLUMNS)}) = ROW({", ".join(f"w.{name}" for name in COLUMNS)}),
           updated_by = CAST(:user_id AS bigint)
      FROM jsonb_populate_record(CAST(NULL AS appointments), CAST(:visit AS jsonb)) AS w
     WHERE a.tenant_id = :tenant_id AND a.id = :appointment_id
""")  # noqa: S608 - the names are the model's
RESTORE_STEPS = text("""
    UPDATE appointment_steps s
       SET status = w.status, started_at = w.started_at, finished_at = w.finished_at,
           scheduled_start_at = w.scheduled_start_at, scheduled_end_at = w.scheduled_end_at,
           position = w.position, location = w.location, replaced_at = NULL
      FROM jsonb_populate_recordset(CAST(NULL AS appointment_steps), CAST(:steps AS jsonb)) AS w
     WHERE s.tenant_id = :tenant_id AND s.appointment_id = :appointment_id AND s.id = w.id
""")
REPLACE_NEWER = text("""
    UPDATE appointment_steps SET replaced_at = :now
     WHERE tenant_id = :tenant_id AND appointment_id = :appointment_id AND replaced_at IS NULL
       AND id <> ALL(CAST(:ids AS bigint[]))
""")
FILL_AGAIN = text("""
    UPDATE waitlist_entries SET status = 'booked', appointment_id = :appointment_id
     WHERE tenant_id = :tenant_id AND id = ANY(CAST(:wishes AS bigint[])) AND status = 'waiting'
       AND patient_id = :patient_id
""")
WAIT_AGAIN = text("""
    UPDATE waitlist_entries SET status = 'waiting', appointment_id = NULL
     WHERE tenant_id = :tenant_id AND appointment_id = :appointment_id AND status = 'booked'
""")
# What was done to the visit before is the last thing again.
LAST_AGAIN = text("""
    UPDATE appointment_acts SET visit_version = :version
     WHERE tenant_id = :tenant_id AND appointment_id = :appointment_id AND undone_at IS NULL
       AND id < :act_id AND visit_version = :version_before
""")

# Ways back of the areas above, whose acts are more than what they do to appointments: given a
# group they take all of it back, and say what was done to appointments; None when it is not theirs.
WAYS_BACK: list[Callable[[UUID], Sequence[AppointmentAct] | None]] = []


def undo(appointment: Appointment, *, later: bool = False) -> Sequence[AppointmentAct]:
    """Take back what was done last to a visit; to others that was done together, it stands.

    Args:
        appointment: the visit.
        later: also what was done on an earlier day.

    Raises:
        NotUndoneAnyMore: there is nothing but the booking, it was not today, or somebody else
            corrected it.
        ChangedSince: something else has changed the visit since.
        SlotTaken, PatientBusy: the time it had has gone to somebody else.
    """
    act = last_act(appointment.id)
    if act is None or act.before is None:
        raise NotUndoneAnyMore
    done = list_acts(act.group_uid)
    return _undo([each for each in done if each.appointment_id == appointment.id], later=later)


def undo_newest() -> Sequence[AppointmentAct]:
    """Take back the newest of one's own acts. Raises NothingToUndo, and as `undo`."""
    act = newest_own_act(clock.now())
    if act is None:
        raise NothingToUndo
    return undo_group(act.group_uid)


def undo_group(group_uid: UUID) -> Sequence[AppointmentAct]:
    """Take back what was done together, the last first, all or none. Raises as `undo`."""
    for way_back in WAYS_BACK:
        taken_back = way_back(group_uid)
        if taken_back is not None:
            return taken_back
    done = list_acts(group_uid)
    if not done:
        raise NothingToUndo
    return _undo(done)


def undo_of(appointment: Appointment, group_uid: UUID) -> bool:
    """Take back what was done to an appointment with others; a confirmation since goes with it.

    Returns:
        False, and nothing is done, when it was not the last thing. Raises as `undo`.
    """
    since = acts_since(appointment.id, group_uid)
    if not since or any(act.kind != "confirm" for act in since if act.group_uid != group_uid):
        return False
    _undo(since, later=True)
    return True


def _undo(done: Sequence[AppointmentAct], *, later: bool = False) -> Sequence[AppointmentAct]:
    visits = {act.appointment_id: get_appointment(act.appointment_id) for act in done}
    before = {act.before["visit"]["doctor_id"] for act in done if act.before}
    lock_doctors({visit.doctor_id for visit in visits.values()} | before)
    for _id, visit in sorted(visits.items()):
        lock(visit)
    with refusing(CONSTRAINTS):
        for act in done:
            visit = visits[act.appointment_id]
            if not later:
                zone = zone_of(visit.facility_id)
                check_undo(act, visit, clock.now(), zone, user_id=request_context().user_id)
            _take_back(act, visit)
    return done


def _take_back(act: AppointmentAct, visit: Appointment) -> None:
    session.refresh(act, with_for_update=True)
    if act.undone_at is not None:
        raise NotUndoneAnyMore
    if visit.row_version != act.visit_version:
        raise ChangedSince
    was = visit.status
    if act.before is None:
        _unbook(visit)
    else:
        _put_back(visit, act, act.before)
    act.undone_at = clock.now()
    session.flush()
    note(
        "appointments.undo", table="appointments", record=visit.id, patient=visit.patient_id,
        old={"status": was}, new={"status": visit.status, "kind": act.kind},
    )  # fmt: skip


def _unbook(visit: Appointment) -> None:
    """A booking is never erased: the visit is cancelled, and whoever waited waits again.

    It has never taken its doctor's time, not even when that has passed.
    """
    with acts.apart():
        cancel_appointment(visit, "", code="booked_in_error", at=min(clock.now(), visit.start_at))
    values = {"tenant_id": request_context().tenant_id, "appointment_id": visit.id}
    session.execute(WAIT_AGAIN, values)


def _put_back(visit: Appointment, act: AppointmentAct, before: dict[str, Any]) -> None:
    _seat_again(visit, before)
    known = {"tenant_id": request_context().tenant_id, "appointment_id": visit.id}
    for statement, values in (
        (
            RESTORE_VISIT,
            {"visit": json.dumps(before["visit"]), "user_id": request_context().user_id},
        ),
        (RESTORE_STEPS, {"steps": json.dumps(before["steps"])}),
        (REPLACE_NEWER, {"ids": [each["id"] for each in before["steps"]], "now": clock.now()}),
        (FILL_AGAIN, {"wishes": before["wishes"], "patient_id": visit.patient_id}),
    ):
        session.execute(statement, known | values)
    session.refresh(visit)
    if act.kind == "edit":
        visit.notes = act.notes
        session.flush()
    for step in list_steps(visit.id):
        session.refresh(step)
    versions = {
        "act_id": act.id, "version_before": before["visit"]["row_version"],
        "version": visit.row_version,
    }  # fmt: skip
    session.execute(LAST_AGAIN, known | versions)


def _seat_again(visit: Appointment, before: dict[str, Any]) -> None:
    """The seat it had, for the time it had it, if it has not got it any more."""
    was, now = _seat(before["visit"]), _seat(acts.snapshot(visit)["visit"])
    if was == now:
        return
    if now is not None:
        seats.give_back_seat(visit)
    if was is not None:
        doctor_id, facility_id = before["visit"]["doctor_id"], before["visit"]["facility_id"]
        seats.release_holds(doctor_id)
        seats.take_back_seat(before["slot"], before["beside"])
        _ask_for_hours(doctor_id, facility_id, before["visit"]["start_at"])


def _seat(visit: dict[str, Any]) -> tuple[Any, ...] | None:
    """The doctor's time that a visit takes; None when it takes nothing.

    A visit cancelled when it was over has kept its seat.
    """
    if visit["status"] == "cancelled":
        ended = datetime.fromisoformat(visit["finished_at"])
        if ended < datetime.fromisoformat(visit["end_at"]):
            return None
    taken = ("availability_slot_id", "start_at", "end_at", "service_offering_id")
    return tuple(visit[name] for name in taken)


def _ask_for_hours(doctor_id: int, facility_id: int, start_at: str) -> None:
    """Its hours may have gone in the meantime: then it waits for a decision."""
    day = local_date(datetime.fromisoformat(start_at), zone_of(facility_id))
    materialise(doctor_id, facility_id, day, day)
