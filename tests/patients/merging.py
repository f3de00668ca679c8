"""Two records of one person, and everything that the clinic holds of them."""

from datetime import date
from uuid import uuid4

from sqlalchemy import select, text

from portal.activity.commands import DisclosureDetails, record_disclosure
from portal.db import session
from portal.patients.commands.merging import MergeDetails, merge_patients
from portal.patients.rules.details import PatientDetails
from portal.phi.sealed import sealed_attributes
from portal.schema.patients import Patient, PatientMerge


def merge(stays: Patient, goes: Patient, **choices: str) -> PatientMerge:
    return merge_patients(MergeDetails(stays.id, goes.id, choices, uuid4()))


def disclose(patient: Patient, what: str) -> int:
    told = DisclosureDetails(uuid4(), date(2026, 3, 1), "Court", what, "Order")
    return record_disclosure(patient.id, told, today=date(2026, 3, 2)).id


def everything() -> dict[str, list[tuple]]:
    """What the clinic holds of patients, opened, without when a row was last written."""
    session.flush()
    session.expire_all()
    of = (*sealed_attributes(Patient), "id", "mrn", "status", "merged_into", "preferred_language",
          "facility_id", "default_insurance_plan_id", "row_uid")  # fmt: skip
    patients = session.scalars(select(Patient).order_by(Patient.id))
    tables = {
        "visits": "SELECT id, patient_id, status, start_at FROM appointments ORDER BY id",
        "told": "SELECT id, patient_id FROM disclosures ORDER BY id",
        "tokens": "SELECT field, token, patient_id FROM patient_search_tokens ORDER BY 3, 1, 2",
        "live": "SELECT id, patient_id, merged_id FROM patient_merges WHERE undone_at IS NULL"
        " ORDER BY id",
    }
    read = {
        name: [tuple(row) for row in session.execute(text(sql))] for name, sql in tables.items()
    }
    return {"patients": [tuple(getattr(each, name) for name in of) for each in patients], **read}


def known_of(patient: Patient, **new):
    known = {name: getattr(patient, name) for name in ("first_name", "last_name", "dob", "phone")}
    return PatientDetails(**{**known, **new})
