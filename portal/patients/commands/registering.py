"""Registering and changing patients."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

from sqlalchemy import BigInteger, LargeBinary, Table, Text, bindparam, delete, insert, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from portal.db import session, state
from portal.errors import N_, Conflict, DomainError, refusing
from portal.facilities.queries import countries, today_at
from portal.patients.queries.access_scope import KnownElsewhere, can_tell, list_elsewhere
from portal.patients.queries.merges import Former
from portal.patients.queries.records import get_patient
from portal.patients.queries.rows import PatientRow
from portal.patients.queries.searching import find_possible_duplicates, tokens_for, tokens_of
from portal.patients.rules.details import PatientDetails, checked
from portal.patients.rules.finding import SearchedPatient, found_by
from portal.patients.rules.numbers import medical_record_number
from portal.patients.rules.renaming import renamed
from portal.phi.sealed import DATE, OBJECT, TEXT, SealedKind, Unreadable, seal_field
from portal.schema.patients import Patient, PatientSearchToken
from portal.tenancy.context import request_context


class PlanUnknown(DomainError):
    """A plan that this clinic has not."""

    message = N_("Choose one of the clinic's insurance plans.")
    field = "default_insurance_plan_id"


class FacilityUnknown(DomainError):
    """A facility that this clinic has not."""

    message = N_("Choose one of the clinic's facilities.")
    field = "facility_id"


class PatientMerged(Conflict):
    """The record lives on in another."""

    message = N_("This record was merged into another one; change that one.")


class PatientUnreadable(Conflict):
    """The stored fields do not open, so they cannot be told from what is new."""

    message = N_("This record cannot be read at present, so it cannot be changed.")


Alike = PatientRow | KnownElsewhere


class PossiblyRegistered(DomainError):
    """Somebody with this birth date and a similar name, or this telephone, is registered."""

    message = N_("This may be somebody who is registered already.")

    def __init__(self, alike: Sequence[Alike]) -> None:
        super().__init__()
        self.alike = alike


CONSTRAINTS = {
    "fk_patients_default_insurance_plan_id": PlanUnknown,
    "fk_patients_facility_id": FacilityUnknown,
}
SEALED: dict[str, SealedKind] = {
    "first_name": TEXT,
    "last_name": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "dob": DATE,
    "member_numbers": OBJECT,
    "notes": TEXT,
    "meta": OBJECT,
}
PLAIN = ("status", "preferred_language", "facility_id", "default_insurance_plan_id")
ADD_TOKENS = text(
    "INSERT INTO patient_search_tokens (tenant_id, field, token, patient_id)"
    " SELECT :tenant_id, field, token, patient_id"
    " FROM unnest(:fields, :tokens, :patient_ids) AS added (field, token, patient_id)"
    " ORDER BY 2, 3, 4 ON CONFLICT DO NOTHING"
).bindparams(
    bindparam("fields", type_=ARRAY(Text)),
    bindparam("tokens", type_=ARRAY(LargeBinary)),
    bindparam("patient_ids", type_=ARRAY(BigInteger)),
)


def register_patient(details: PatientDetails) -> Patient:
    """Register one patient, who gets a medical record number from the system.

    Where they are registered decides who reaches them: somebody limited to some facilities
    registers at the first of theirs unless they say at which.

    Raises:
        NameMissing, BirthDateImplausible, EmailMalformed, ...: beside their fields.
    """
    own = request_context().facility_ids
    if own and details.facility_id is None:
        details = replace(details, facility_id=own[0])
    tidy = checked(details, today=today_at(details.facility_id))
    with refusing(CONSTRAINTS):
        [patient_id] = register_checked([tidy])
    return get_patient(patient_id)


def ask_whether_registered(details: PatientDetails) -> None:
    """Before somebody is registered.

    Raises:
        PossiblyRegistered: with those it may be.
        what `register_patient` raises.
    """
    alike = possible_duplicates_of(details)
    if alike:
        raise PossiblyRegistered(alike)


def possible_duplicates_of(details: PatientDetails) -> list[Alike]:
    """Who may be the patient that is about to be registered, the likeliest first.

    Whom only other facilities know come last, by number, and count as seen.

    Raises:
        what `register_patient` raises.
    """
    person = person_of(checked(details, today=today_at(details.facility_id)), mrn="")
    here = [row for row, _how in find_possible_duplicates(person)]
    other_facilities = list_elsewhere(person) if can_tell(person) else []
    # Registering is refused and rolled back then; what was seen is written all the same.
    state().patients_seen.update(known.id for known in other_facilities)
    return [*here, *other_facilities]


def check_person(details: PatientDetails) -> None:
    """Whether there can be such a person, whoever else there is. Raises as `register_patient`."""
    checked(details, today=today_at(details.facility_id))


def register_checked(many: Sequence[PatientDetails]) -> list[int]:
    """Register patients whose details were checked, in one statement a table; their ids."""
    rows = [
        _row(details, number)
        for details, number in zip(many, _take_numbers(len(many)), strict=True)
    ]
    table = cast(Table, Patient.__table__)
    made = session.execute(insert(table).returning(table.c.row_uid, table.c.id), rows)
    ids = {row.row_uid: row.id for row in made}
    patient_ids = [ids[row["row_uid"]] for row in rows]
    people = (person_of(details, row["mrn"]) for details, row in zip(many, rows, strict=True))
    _add_tokens(
        [
            (key.field, token, patient_id)
            for patient_id, person in zip(patient_ids, people, strict=True)
            for key in person.search_keys()
            for token in tokens_for(key)
        ]
    )
    return patient_ids


def change_patient(patient: Patient, details: PatientDetails, *, keep_name: bool = True) -> Patient:
    """Change what is known about a patient, and how they are found. The number stays.

    A name that is changed stays known, unless the change takes another one back (`keep_name`).

    Raises:
        PatientMerged, PatientUnreadable, and what `register_patient` raises.
    """
    if patient.status == "merged":
        raise PatientMerged
    if any(isinstance(getattr(patient, name), Unreadable) for name in SEALED):
        raise PatientUnreadable
    known_as = (patient.meta or {}).get("external_ids", ())
    details = replace(details, external_ids=tuple(known_as))
    today = today_at(details.facility_id)
    tidy = checked(details, today=today)
    before, after = (patient.first_name, patient.last_name), (tidy.first_name, tidy.last_name)
    kept = {**tidy.meta, "former_names": (patient.meta or {}).get("former_names", ())}
    tidy = replace(tidy, meta=renamed(kept, before, after, today=today if keep_name else None))
    with refusing(CONSTRAINTS):
        for name in (*SEALED, *PLAIN):
            setattr(patient, name, _kept(tidy, name))
    former = Former([patient.id])
    reindex_patient(patient.id, [person_of(tidy, patient.mrn), *former.of(patient.id)])
    return patient


def reindex_patient(patient_id: int, people: Iterable[SearchedPatient]) -> None:
    """Make the search tokens those of the patient as they are now.

    Args:
        patient_id: the patient.
        people: who they are, and who the records were that are part of theirs.
    """
    wanted, held = tokens_wanted(people), tokens_of([patient_id])[patient_id]
    if gone := held - wanted:
        session.execute(
            delete(PatientSearchToken).where(
                PatientSearchToken.tenant_id == request_context().tenant_id,
                PatientSearchToken.patient_id == patient_id,
                tuple_(PatientSearchToken.field, PatientSearchToken.token).in_(list(gone)),
            )
        )
    _add_tokens([(field, token, patient_id) for field, token in wanted - held])


def tokens_wanted(people: Iterable[SearchedPatient]) -> set[tuple[str, bytes]]:
    """(kind, token) of everything by which whoever these people are is to be found."""
    keys = {key for person in people for key in person.search_keys()}
    return {(key.field, token) for key in keys for token in tokens_for(key)}


def person_kept(patient: Patient) -> SearchedPatient:
    """The fields by which a patient is found, as they are kept."""
    return SearchedPatient(
        patient.first_name,
        patient.last_name,
        dob=patient.dob,
        phone=patient.phone,
        email=patient.email,
        mrn=patient.mrn,
        countries=countries(),
        **found_by(patient.meta),
    )


def _take_numbers(how_many: int) -> list[str]:
    taken = session.scalars(
        text("SELECT nextval('patient_mrn_seq') FROM generate_series(1, :how_many)"),
        {"how_many": how_many},
    )
    return [medical_record_number(counted) for counted in taken]


def _row(details: PatientDetails, mrn: str) -> dict[str, Any]:
    row_uid = uuid4()
    row: dict[str, Any] = {"row_uid": row_uid, "mrn": mrn}
    for column, kind in SEALED.items():
        value = _kept(details, column)
        row[column] = (
            None if value is None else seal_field("patients", column, row_uid, value, kind=kind)
        )
    return row | {column: _kept(details, column) for column in PLAIN}


def _kept(details: PatientDetails, column: str) -> Any:
    """A detail as its column keeps it: nothing instead of empty, names always."""
    value = getattr(details, column)
    if column == "meta" and details.external_ids:
        value = {**value, "external_ids": list(details.external_ids)}
    return value if value or column in ("first_name", "last_name") else None


def person_of(details: PatientDetails, mrn: str) -> SearchedPatient:
    """The fields by which somebody is found who is typed or imported."""
    return SearchedPatient(
        details.first_name,
        details.last_name,
        dob=details.dob,
        phone=details.phone,
        email=details.email,
        mrn=mrn,
        countries=countries(),
        **found_by(details.meta) | {"external_ids": details.external_ids},
    )


def _add_tokens(added: list[tuple[str, bytes, int]]) -> None:
    if added:
        fields, tokens, patient_ids = map(list, zip(*added, strict=True))
        session.execute(
            ADD_TOKENS,
            {
                "tenant_id": request_context().tenant_id,
                "fields": fields,
                "tokens": tokens,
                "patient_ids": patient_ids,
            },
        )
