"""Alerts, notes and contacts of a patient: written down by somebody on a day, ended, corrected.

A patient may still have the one alert and the one note of before there were several; they are shown
with the others, by nobody and without a day. Ending or correcting one makes it a line like the
others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from portal import clock
from portal.db import session
from portal.errors import Conflict, NotFound, refusing
from portal.patients.commands.registering import PatientMerged, PatientUnreadable
from portal.patients.rules import charting as rules
from portal.patients.rules.details import PhoneMalformed
from portal.phi.sealed import Unreadable
from portal.schema.charts import PatientAlert, PatientContact, PatientNote
from portal.schema.patients import Patient
from portal.telephones import telephones
from portal.tenancy.context import request_context

Line = TypeVar("Line", PatientAlert, PatientNote, PatientContact)


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Somebody to call: emergency, guardian or other, and how they are related to the patient."""

    role: str
    name: str
    relation: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class ChartLines:
    """Lines of many charts: each the patient's id, and what is said.

    An alert is its kind and its words.
    """

    alerts: list[tuple[int, str, str]]
    notes: list[tuple[int, str]]
    contacts: list[tuple[int, ContactDetails]]


def add_alert(patient: Patient, kind: str, text: str | None, *, key: UUID) -> PatientAlert:
    """Tell everybody something about a patient; the same one-time key tells once.

    Raises:
        AlertEmpty, AlertTooLong.
        PatientMerged: the record lives on in another.
    """
    _check_alive(patient)
    checked = _alert_text(text)
    return _once(PatientAlert(row_uid=key, kind=kind, text=checked), patient)


def write_charts(lines: ChartLines) -> None:
    """Write alerts and notes on many charts, at once."""
    author = request_context().user_id
    session.add_all(
        PatientAlert(patient_id=patient_id, kind=kind, text=_alert_text(text), author_id=author)
        for patient_id, kind, text in lines.alerts
    )
    session.add_all(
        PatientNote(patient_id=patient_id, text=_note_text(text), author_id=author)
        for patient_id, text in lines.notes
    )
    session.add_all(
        PatientContact(patient_id=patient_id, author_id=author, **_contact(details))
        for patient_id, details in lines.contacts
    )
    session.flush()


def end_alert(patient: Patient, alert_id: int) -> None:
    """End an alert; it stays among those that ended.

    Raises:
        AlertEnded: somebody else was faster.
        NotFound: no such alert of this patient.
    """
    alert = _line(PatientAlert, patient, alert_id)
    if alert.ended_at is not None:
        raise rules.AlertEnded
    alert.ended_at, alert.ended_by = clock.now(), request_context().user_id
    session.flush()


def end_old_alert(patient: Patient) -> None:
    """End the one alert of before there were several. Raises AlertEnded."""
    _lock(patient)
    text = _meta(patient).get("alert")
    if not text:
        raise rules.AlertEnded
    patient.meta = {key: value for key, value in _meta(patient).items() if key != "alert"} or None
    session.add(
        PatientAlert(patient_id=patient.id, kind="other", text=str(text), ended_at=clock.now(),
                     ended_by=request_context().user_id)
    )  # fmt: skip
    session.flush()


def add_note(patient: Patient, text: str | None, *, key: UUID) -> PatientNote:
    """Write a note; the same one-time key writes once.

    Raises:
        NoteEmpty, NoteTooLong, PatientMerged.
    """
    _check_alive(patient)
    return _once(PatientNote(row_uid=key, text=_note_text(text)), patient)


def correct_note(patient: Patient, note_id: int, text: str | None, *, key: UUID) -> PatientNote:
    """Write a note again as it should be; what was written first stays.

    Raises:
        NoteCorrectedMeanwhile: somebody else was faster.
        NoteEmpty, NoteTooLong, PatientMerged.
        NotFound: no such note of this patient.
    """
    _check_alive(patient)
    wrong = _line(PatientNote, patient, note_id)
    return _once(PatientNote(row_uid=key, text=_note_text(text), corrects_id=wrong.id), patient)


def correct_old_note(patient: Patient, text: str | None, *, key: UUID) -> PatientNote:
    """Correct the one note of before there were several.

    Raises:
        NoteCorrectedMeanwhile: it was corrected already.
        NoteEmpty, NoteTooLong, PatientMerged, PatientUnreadable.
    """
    _check_alive(patient)
    checked = _note_text(text)
    _lock(patient)
    if not patient.notes:
        raise rules.NoteCorrectedMeanwhile
    if isinstance(patient.notes, Unreadable):
        raise PatientUnreadable
    first = PatientNote(patient_id=patient.id, text=patient.notes)
    session.add(first)
    patient.notes = None
    session.flush()
    return _once(PatientNote(row_uid=key, text=checked, corrects_id=first.id), patient)


def add_contact(patient: Patient, details: ContactDetails, *, key: UUID) -> PatientContact:
    """Write down whom to call; the same one-time key writes once.

    Raises:
        ContactNameMissing, ContactTooLong, PhoneMalformed, PatientMerged.
    """
    _check_alive(patient)
    return _once(PatientContact(row_uid=key, **_contact(details)), patient)


def change_contact(patient: Patient, contact_id: int, details: ContactDetails) -> PatientContact:
    """Change whom to call.

    Raises:
        ContactEnded, and as `add_contact`.
        NotFound: no such contact of this patient.
    """
    contact = _line(PatientContact, patient, contact_id)
    if contact.ended_at is not None:
        raise rules.ContactEnded
    for name, value in _contact(details).items():
        setattr(contact, name, value)
    session.flush()
    return contact


def end_contact(patient: Patient, contact_id: int) -> None:
    """They are not called any more. Raises ContactEnded, NotFound."""
    contact = _line(PatientContact, patient, contact_id)
    if contact.ended_at is not None:
        raise rules.ContactEnded
    contact.ended_at, contact.ended_by = clock.now(), request_context().user_id
    session.flush()


def _once(made: Line, patient: Patient) -> Line:
    """The line, or the one that its key has written already."""
    model = type(made)
    found = select(model).where(
        model.tenant_id == request_context().tenant_id,
        model.patient_id == patient.id,
        model.row_uid == made.row_uid,
    )
    known = session.scalar(found)
    if known is not None:
        return known
    made.patient_id, made.author_id = patient.id, request_context().user_id
    with refusing(_constraints(model.__tablename__)):
        session.add(made)
    return made


def _constraints(table: str) -> dict[str, type[Conflict]]:
    return {
        f"uq_{table}_row_uid": rules.WrittenTwice,
        "uq_patient_notes_corrects_id": rules.NoteCorrectedMeanwhile,
    }


def _line(model: type[Line], patient: Patient, line_id: int) -> Line:
    """A line of the patient as it is now, kept so until the transaction ends."""
    found = session.scalar(
        select(model)
        .where(
            model.tenant_id == request_context().tenant_id,
            model.patient_id == patient.id,
            model.id == line_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _lock(patient: Patient) -> None:
    session.refresh(patient, with_for_update=True)


def _check_alive(patient: Patient) -> None:
    if patient.status == "merged":
        raise PatientMerged


def _meta(patient: Patient) -> Mapping[str, Any]:
    meta = patient.meta
    if isinstance(meta, Unreadable):
        raise PatientUnreadable
    return meta or {}


def _alert_text(text: str | None) -> str:
    stripped = (text or "").strip()
    if not stripped:
        raise rules.AlertEmpty
    if len(stripped) > rules.LONGEST_ALERT:
        raise rules.AlertTooLong(longest=rules.LONGEST_ALERT)
    return stripped


def _note_text(text: str | None) -> str:
    stripped = (text or "").strip()
    if not stripped:
        raise rules.NoteEmpty
    if len(stripped) > rules.LONGEST_NOTE:
        raise rules.NoteTooLong(longest=rules.LONGEST_NOTE)
    return stripped


def _contact(details: ContactDetails) -> dict[str, Any]:
    name = details.name.strip()
    if not name:
        raise rules.ContactNameMissing
    values = {"name": name, "relation": details.relation or None, "phone": details.phone or None}
    for field, value in values.items():
        if value and len(value) > rules.LONGEST_CONTACT:
            raise rules.ContactTooLong(field=field, longest=rules.LONGEST_CONTACT)
    if details.phone and not telephones(details.phone, ()):
        raise PhoneMalformed
    return {"role": details.role, **values}
