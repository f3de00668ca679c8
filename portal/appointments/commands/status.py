"""A patient's status, with what becomes of their coming appointments and waitlist entries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain

from portal.appointments.commands.acts import apart
from portal.appointments.commands.reversing import undo
from portal.appointments.commands.series import cancel_together
from portal.appointments.commands.waitlist import reinstate_wish, withdraw_wish
from portal.appointments.queries.of_patient import list_coming_of, list_waiting_of
from portal.appointments.queries.visits import get_appointment
from portal.appointments.queries.waitlist import get_wish
from portal.audit.notes import note
from portal.db import session
from portal.errors import DomainError
from portal.patients.commands.status import StatusChange, restore_status, set_status
from portal.schema.patients import Patient


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """Endings that come with a status: appointments for a reason in words, waitlist entries."""

    cancel: bool
    because: str
    withdraw: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """How many came back with the status, and how many could not."""

    came_back: int
    stayed_away: int


def change_status(patient: Patient, change: StatusChange, ending: Ending) -> StatusChange:
    """Set a patient's status, and end what is to end with it: all of it or nothing.

    What becomes of appointments is on nobody's stack by itself: it comes back with the status.

    Returns:
        the change, with the ids of what ended.

    Raises:
        what `set_status` and `cancel_appointment` raise.
    """
    visits = list_coming_of(patient.id) if ending.cancel else []
    wishes = list_waiting_of(patient.id) if ending.withdraw else []
    ended = replace(
        change, visit_ids=[each.id for each in visits], wish_ids=[each.id for each in wishes]
    )
    with session.begin_nested():
        set_status(patient, ended)
        with apart():
            cancel_together(visits, ending.because)
        for wish in wishes:
            withdraw_wish(wish)
    changes = {"status": patient.status, "cancelled": len(visits), "withdrawn": len(wishes)}
    note("patients.status", table="patients", record=patient.id, patient=patient.id, new=changes)
    return ended


def restore_patient_status(patient: Patient) -> Restored:
    """Take the last change of a status back, with whatever ended because of it and still can.

    An appointment whose time has gone to somebody else stays cancelled.

    Raises:
        NothingToRestore.
    """
    back = restore_status(patient)
    visits = (get_appointment(each) for each in back.visit_ids)
    wishes = (get_wish(each) for each in back.wish_ids)
    acts = chain(
        (lambda visit=visit: undo(visit) for visit in visits if visit.status == "cancelled"),
        (lambda wish=wish: reinstate_wish(wish) for wish in wishes if wish.status == "withdrawn"),
    )
    done = [_tried(act) for act in acts]
    changes = {"status": patient.status, "restored": sum(done)}
    note("patients.status", table="patients", record=patient.id, patient=patient.id, new=changes)
    return Restored(sum(done), len(done) - sum(done))


def _tried(act: Callable[[], object]) -> bool:
    try:
        with session.begin_nested():
            act()
    except DomainError:
        return False
    return True
