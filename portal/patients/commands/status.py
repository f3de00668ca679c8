"""Whether a patient is active, inactive or has died; and taking that back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from portal.db import session
from portal.errors import N_, Conflict
from portal.facilities.queries import today_at
from portal.patients.commands.registering import PatientMerged, PatientUnreadable
from portal.patients.rules.kept import status_said_of
from portal.patients.rules.status import checked_status
from portal.phi.sealed import Unreadable
from portal.schema.patients import Patient

MOST_CHANGES = 10


class NothingToRestore(Conflict):
    """Somebody else was faster, or the status was never changed here."""

    message = N_("The status was changed or restored in the meantime.")


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChange:
    """A status with its day and reason, and what was ended because of it, by ids."""

    status: str
    since: date | None = None
    reason: str | None = None
    visit_ids: Sequence[int] = ()
    wish_ids: Sequence[int] = ()


def set_status(patient: Patient, change: StatusChange) -> None:
    """Set a patient's status; what it was before, and what ended with it, is kept beside it.

    Raises:
        StatusUnknown, SinceImplausible, StatusReasonTooLong, StatusSetAlready.
        PatientMerged, PatientUnreadable.
    """
    session.refresh(patient, with_for_update=True)
    meta = _meta(patient)
    born = patient.dob if isinstance(patient.dob, date) else None
    checked = checked_status(
        patient.status, change.status, change.since, change.reason, born=born,
        today=today_at(patient.facility_id),
    )  # fmt: skip
    before = {
        "status": patient.status,
        "said": dict(meta.get("status_said") or {}),
        "visits": list(change.visit_ids),
        "wishes": list(change.wish_ids),
        # Names this change, and no later one; and what was there of the one before it.
        "uid": uuid4().hex,
        "earlier": _beneath(meta.get("status_before"), MOST_CHANGES),
    }
    patient.status = change.status
    patient.meta = {**meta, "status_said": checked, "status_before": before}
    session.flush()


def restore_status(patient: Patient) -> StatusChange:
    """Make the status what it was before the last change.

    Returns:
        the status as it is again, with the ids of what had ended because of the change.

    Raises:
        NothingToRestore, PatientMerged, PatientUnreadable.
    """
    session.refresh(patient, with_for_update=True)
    meta = dict(_meta(patient))
    before = meta.pop("status_before", None)
    if not isinstance(before, Mapping):
        raise NothingToRestore
    patient.status = before["status"]
    patient.meta = {**meta, "status_said": before["said"], **_earlier(before)}
    session.flush()
    reason_given = status_said_of(patient.meta)
    return StatusChange(
        status=before["status"], since=reason_given.since, reason=reason_given.reason,
        visit_ids=before["visits"], wish_ids=before["wishes"],
    )  # fmt: skip


def change_of(patient: Patient) -> str:
    """The name of the last change of a status that can be taken back. Raises NothingToRestore."""
    before = _meta(patient).get("status_before")
    if not isinstance(before, Mapping) or "uid" not in before:
        raise NothingToRestore
    return str(before["uid"])


def _beneath(before: Any, depth: int) -> Any:
    """The changes before, as far as anybody takes them back one after the other."""
    if not isinstance(before, Mapping) or not depth:
        return None
    return {**before, "earlier": _beneath(before.get("earlier"), depth - 1)}


def _earlier(before: Mapping[str, Any]) -> dict[str, Any]:
    earlier = before.get("earlier")
    return {"status_before": earlier} if earlier else {}


def _meta(patient: Patient) -> Mapping[str, Any]:
    if patient.status == "merged":
        raise PatientMerged
    if isinstance(patient.meta, Unreadable):
        raise PatientUnreadable
    return patient.meta or {}
