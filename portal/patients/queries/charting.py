"""Contents of a chart beside the patient's own fields: alerts, notes, contacts, appointments."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, TextClause, select, text

from portal.db import session
from portal.errors import NotFound
from portal.phi.sealed import open_field
from portal.schema.charts import PatientContact
from portal.schema.patients import Patient
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_ALERTS = 50
MOST_NOTES = 20
MOST_CONTACTS = 20

ALERTS = statement("patients/alerts")
# The latest wording of each, with how often it was corrected and who wrote it first.
NOTES = text("""
    SELECT n.id, n.row_uid, n.text, n.created_at, u.name AS author, n.corrects_id
      FROM patient_notes n
      LEFT JOIN users u ON u.tenant_id = n.tenant_id AND u.id = n.author_id
     WHERE n.tenant_id = :tenant_id AND n.patient_id = :patient_id
       AND NOT EXISTS (SELECT FROM patient_notes c
                        WHERE c.tenant_id = n.tenant_id AND c.corrects_id = n.id)
     ORDER BY n.id DESC
     LIMIT :limit OFFSET :offset
""")
EARLIER = statement("patients/earlier_wordings")
CONTACTS = text("""
    SELECT c.id, c.row_uid, c.role, c.name, c.relation, c.phone
      FROM patient_contacts c
     WHERE c.tenant_id = :tenant_id AND c.patient_id = :patient_id AND c.ended_at IS NULL
     ORDER BY array_position(ARRAY['emergency', 'guardian', 'other'], c.role), c.id
     LIMIT :limit
""")
LAST_VISIT = statement("patients/last_visit")


@dataclass(frozen=True, slots=True)
class Alert:
    """A warning for everybody; the one of before there were several has no id, author or day."""

    id: int | None
    kind: str
    text: str
    created_at: datetime | None
    author: str | None
    ended_at: datetime | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it reads now; the one of before there were several has no id, author or day."""

    id: int | None
    text: str
    created_at: datetime | None
    author: str | None
    earlier: Sequence["Note"] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call."""

    id: int
    role: str
    name: str
    relation: str | None
    phone: str | None


def list_alerts(patient: Patient) -> list[Alert]:
    """A patient's alerts now: allergies and safety first, then the latest."""
    return list_alerts_of([patient])[patient.id]


def list_alerts_of(patients: Sequence[Patient]) -> dict[int, list[Alert]]:
    """The alerts of each of several patients, asked for at once; each has a list."""
    known = {patient.id: patient for patient in patients}
    found: dict[int, list[Alert]] = {patient_id: [] for patient_id in known}
    for row in _alert_rows(known, ended=False):
        found[row.patient_id].append(_alert(known[row.patient_id], row))
    for patient in known.values():
        old = patient.meta.get("alert") if isinstance(patient.meta, Mapping) else None
        if old:
            found[patient.id].append(Alert(None, "other", str(old), None, None))
    return found


def list_ended_alerts(patient: Patient) -> list[Alert]:
    """A patient's alerts that ended."""
    return [_alert(patient, row) for row in _alert_rows([patient.id], ended=True)]


def list_notes(patient: Patient, *, limit: int = MOST_NOTES, offset: int = 0) -> list[Note]:
    """The notes of a patient as they read now, the newest first, each with its earlier wordings.

    The note of before there were several comes last, on the first page that is not full.
    """
    rows = _rows(NOTES, patient, limit=limit, offset=offset)
    earlier: dict[int, list[Note]] = {}
    corrected = [row.id for row in rows if row.corrects_id is not None]
    for row in _rows(EARLIER, patient, ids=corrected) if corrected else ():
        earlier.setdefault(row.latest, []).append(_note(patient, row))
    notes = [_note(patient, row, earlier.get(row.id, ())) for row in rows]
    old = patient.notes if len(rows) < limit else None
    return [*notes, Note(None, old, None, None)] if old else notes


def get_note(patient: Patient, note_id: int) -> Note:
    """One note as it reads now. Raises NotFound."""
    found = [note for note in list_notes(patient, limit=1000) if note.id == note_id]
    if not found:
        raise NotFound
    return found[0]


def list_contacts(patient: Patient) -> list[Contact]:
    """Whom to call, in an emergency first."""
    rows = _rows(CONTACTS, patient, limit=MOST_CONTACTS)
    return [
        Contact(
            row.id, row.role, _open(patient, "patient_contacts", "name", row),
            _open(patient, "patient_contacts", "relation", row),
            _open(patient, "patient_contacts", "phone", row),
        )
        for row in rows
    ]  # fmt: skip


def get_contact(patient: Patient, contact_id: int) -> PatientContact:
    """Raises NotFound, also when it was removed."""
    found = session.scalar(
        select(PatientContact).where(
            PatientContact.tenant_id == request_context().tenant_id,
            PatientContact.patient_id == patient.id,
            PatientContact.id == contact_id,
            PatientContact.ended_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found


def find_last_visit(patient_id: int) -> Row[Any] | None:
    """The last completed visit: id, start_at, zone, doctor, service, facility."""
    values = {"tenant_id": request_context().tenant_id, "patient_id": patient_id}
    return session.execute(LAST_VISIT, values).one_or_none()


def _rows(statement: TextClause, patient: Patient, **values: Any) -> Sequence[Row[Any]]:
    common = {"tenant_id": request_context().tenant_id, "patient_id": patient.id}
    return session.execute(statement, common | values).all()


def _alert_rows(patient_ids: Collection[int], *, ended: bool) -> Sequence[Row[Any]]:
    values = {"tenant_id": request_context().tenant_id, "patient_ids": list(patient_ids),
              "ended": ended,
              "limit": MOST_ALERTS * len(patient_ids)}  # fmt: skip
    return session.execute(ALERTS, values).all()


def _alert(patient: Patient, row: Row[Any]) -> Alert:
    text = _open(patient, "patient_alerts", "text", row)
    return Alert(row.id, row.kind, text, row.created_at, row.author, row.ended_at, row.ended_by)


def _note(patient: Patient, row: Row[Any], earlier: Sequence[Note] = ()) -> Note:
    text = _open(patient, "patient_notes", "text", row)
    return Note(row.id, text, row.created_at, row.author, earlier)


def _open(patient: Patient, table: str, column: str, row: Row[Any]) -> Any:
    return open_field(table, column, row.row_uid, getattr(row, column), patient_id=patient.id)
