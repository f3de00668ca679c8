"""Making two records of one patient one, taking them apart again, finding two to be two people.

What hangs on a record (visits, disclosures, notes, records merged into it before) moves to the
record that stays, so that whatever the database holds of a patient it holds of all of it: nobody is
booked twice at one time, and whoever sees the patient's visits reaches the patient. The merge keeps
which ones moved. The audit log is never moved: its readers ask for all records of a patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal import clock
from portal.audit.notes import note
from portal.db import session
from portal.errors import Conflict, NotFound, refusing
from portal.facilities.visits import require_sight_of_all
from portal.patients.commands.moving import KEPT_IN, MOVE, MOVE_BACK, STILL_LAST
from portal.patients.commands.registering import (
    SEALED,
    PatientUnreadable,
    change_patient,
    person_kept,
    reindex_patient,
)
from portal.patients.queries.merges import (
    Former,
    find_merge_by_key,
    get_merge,
    list_merged_records,
    list_visits_at_once,
)
from portal.patients.queries.records import get_patient
from portal.patients.rules import kept as extras
from portal.patients.rules import merging as rules
from portal.patients.rules.details import PatientDetails
from portal.phi.sealed import Unreadable
from portal.schema.patients import Patient, PatientDistinction, PatientMerge, PatientSearchToken
from portal.tenancy.context import request_context


class MergedAtTheSameMoment(Conflict):
    """One form was sent twice at once."""


CONSTRAINTS = {
    "ex_appointments_patient": rules.VisitBookedMeanwhile,
    "uq_patient_merges_merge_key": MergedAtTheSameMoment,
    "uq_patient_merges_live": MergedAtTheSameMoment,
}
# The fields of a merge that are kept in `meta`, and their names there.
IN_META = {"alert": "alert", "status_said": "status_said"} | extras.IN_META
META_KEYS = frozenset(IN_META.values())


@dataclass(frozen=True)
class MergeDetails:
    """Which record stays, which goes, and for each field whose value is kept.

    `choices` are field -> `this` (of the record that stays), `other` or `both`. The key merges
    once.
    """

    patient_id: int
    merged_id: int
    choices: Mapping[str, str]
    merge_key: UUID


def merge_patients(details: MergeDetails) -> PatientMerge:
    """Let one record live on in another; the same one-time key merges once.

    Raises:
        OneRecord, MergedMeanwhile, ApartAlready, VisitsAtOnce, PatientUnreadable.
        AlertTooLong, NotesTooLong: two that do not fit into one.
        SeesNotAll: somebody who does not see every facility would leave visits behind.
        NotFound: no such patient.
    """
    require_sight_of_all()
    if details.patient_id == details.merged_id:
        raise rules.OneRecord
    stays, goes = _locked(details.patient_id, details.merged_id)
    known = find_merge_by_key(details.merge_key)
    if known is not None and (known.patient_id, known.merged_id) == (stays.id, goes.id):
        if known.undone_at is not None:
            raise rules.ApartAlready
        return known
    _check(stays, goes)
    before = values_of(stays)
    after = rules.kept(before, values_of(goes), details.choices)
    with refusing(CONSTRAINTS):
        moved = {table: _moved(statement, stays, goes) for table, statement in MOVE.items()}
        session.execute(STILL_LAST, _acts_on(moved["appointments"]))
        merge = PatientMerge(
            merge_key=details.merge_key,
            patient_id=stays.id,
            merged_id=goes.id,
            merged_status=goes.status,
            known_as=_known_as(goes),
            changes=rules.changes(before, after),
            **{KEPT_IN[table]: ids for table, ids in moved.items()},
            merged_by=request_context().user_id,
        )
        session.add(merge)
        goes.status, goes.merged_into = "merged", stays.id
        _forget_tokens(goes)
        change_patient(stays, _details(stays, after))
    _note_both("merge", stays, goes, merge)
    return merge


def unmerge_patients(patient_id: int, merge_id: int) -> Patient:
    """Take a merged record out again: everything that moved with it goes back, exactly.

    What came to the patient since stays with the patient, and so does a field changed since.

    Returns:
        The record that is on its own again.

    Raises:
        ApartAlready, MergedLater, PatientUnreadable, SeesNotAll, NotFound.
    """
    require_sight_of_all()
    merge = get_merge(patient_id, merge_id)
    stays, goes = _locked(patient_id, merge.merged_id)
    session.refresh(merge)
    if merge.undone_at is not None or merge.patient_id != patient_id:
        raise rules.ApartAlready
    latest = list_merged_records(patient_id, limit=1)[0]
    if latest.merge_id != merge.id:
        raise rules.MergedLater(number=latest.mrn)
    _check_readable(stays, goes)
    back = {table: getattr(merge, column) for table, column in KEPT_IN.items()}
    values = {"tenant_id": request_context().tenant_id, "from": stays.id, "to": goes.id}
    goes.status, goes.merged_into = merge.merged_status, None
    merge.undone_at, merge.undone_by = clock.real(), request_context().user_id
    session.flush()
    for table, ids in back.items():
        session.execute(MOVE_BACK[table], values | {"ids": ids})
    session.execute(STILL_LAST, _acts_on(merge.visit_ids))
    reindex_patient(goes.id, [person_kept(goes), *Former([goes.id]).of(goes.id)])
    restored = rules.restored(values_of(stays), merge.changes)
    change_patient(stays, _details(stays, restored), keep_name=False)
    _note_both("un-merge", stays, goes, merge)
    return goes


def mark_not_duplicate(one_id: int, other_id: int) -> None:
    """Remember that two records are two people; they are offered as one no more.

    Raises:
        OneRecord.
        NotFound: no such patient.
    """
    first, second = sorted((one_id, other_id))
    for patient_id in (first, second):
        get_patient(patient_id)
    if first == second:
        raise rules.OneRecord
    session.execute(
        insert(PatientDistinction)
        .values(patient_id=first, other_id=second, decided_by=request_context().user_id)
        .on_conflict_do_nothing()
    )


def values_of(patient: Patient) -> dict[str, Any]:
    """A record's values in the fields of a merge, as JSON can hold them; None for nothing."""
    values = {field: getattr(patient, field) for field in rules.FIELDS if field not in IN_META}
    meta, dob = patient.meta, values["dob"]
    for field, key in IN_META.items():
        values[field] = (meta or {}).get(key) if not isinstance(meta, Unreadable) else meta
    values["dob"] = dob.isoformat() if isinstance(dob, date) else dob
    return {
        field: None if values[field] in ("", {}) else values[field]
        for field in (*rules.FIELDS, *rules.GOES_WITH)
    }


def _details(patient: Patient, values: Mapping[str, Any]) -> PatientDetails:
    kept = {key: value for key, value in (patient.meta or {}).items() if key not in META_KEYS}
    stored = {field: value for field, value in values.items() if field not in IN_META}
    meta_values = {
        key: values[field] for field, key in IN_META.items() if values[field] is not None
    }
    return PatientDetails(
        **{
            **stored,
            "first_name": stored["first_name"] or "",
            "last_name": stored["last_name"] or "",
            "dob": date.fromisoformat(stored["dob"]) if stored["dob"] else None,
            "member_numbers": stored["member_numbers"] or {},
            "meta": kept | meta_values,
        }
    )


def _locked(patient_id: int, merged_id: int) -> tuple[Patient, Patient]:
    """Both records as they are now, under their locks, which everybody takes in one order."""
    found = session.scalars(
        select(Patient)
        .where(
            Patient.tenant_id == request_context().tenant_id,
            Patient.id.in_((patient_id, merged_id)),
            Patient.deleted_at.is_(None),
        )
        .order_by(Patient.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    records = {record.id: record for record in found}
    if len(records) < 2:
        raise NotFound
    return records[patient_id], records[merged_id]


def _check(stays: Patient, goes: Patient) -> None:
    for record in (stays, goes):
        if record.status == "merged":
            raise rules.MergedMeanwhile(number=record.mrn)
    _check_readable(stays, goes)
    for both in list_visits_at_once(stays.id, goes.id, limit=1):
        raise rules.VisitsAtOnce(
            one_at=both.start_at.astimezone(ZoneInfo(both.zone)),
            one=f"{both.doctor}, MRN {stays.mrn}",
            other_at=both.other_start_at.astimezone(ZoneInfo(both.other_zone)),
            other=f"{both.other_doctor}, MRN {goes.mrn}",
        )


def _check_readable(*records: Patient) -> None:
    if any(isinstance(getattr(each, name), Unreadable) for each in records for name in SEALED):
        raise PatientUnreadable


def _moved(statement: Any, stays: Patient, goes: Patient) -> list[int]:
    values = {"tenant_id": request_context().tenant_id, "from": goes.id, "to": stays.id}
    return sorted(session.scalars(statement, values))


def _acts_on(visit_ids: Sequence[int]) -> dict[str, Any]:
    return {"tenant_id": request_context().tenant_id, "ids": list(visit_ids)}


def _known_as(patient: Patient) -> dict[str, Any]:
    """The names and numbers by which a record is found."""
    person = person_kept(patient)
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "dob": person.dob.isoformat() if person.dob else None,
        "phone": person.phone,
        "email": person.email,
        "mrn": person.mrn,
        "external_ids": list(person.external_ids),
        "former_names": [list(names) for names in person.former_names],
    }


def _forget_tokens(patient: Patient) -> None:
    session.execute(
        delete(PatientSearchToken).where(
            PatientSearchToken.tenant_id == request_context().tenant_id,
            PatientSearchToken.patient_id == patient.id,
        )
    )


def _note_both(action: str, stays: Patient, goes: Patient, merge: PatientMerge) -> None:
    """One entry for each of the two records."""
    parts = {"merge": merge.id, "stays": stays.id, "goes": goes.id, "visits": len(merge.visit_ids),
             "disclosures": len(merge.disclosure_ids)}  # fmt: skip
    for record in (stays, goes):
        note(action, table="patients", record=record.id, patient=record.id, new=parts)
