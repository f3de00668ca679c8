"""Records that were merged: where they live on, by what they are still found, what would move."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.db import session
from portal.errors import NotFound
from portal.facilities.queries import countries
from portal.patients.queries.rows import Candidate, PatientRow
from portal.patients.rules.finding import Findable, SearchedPatient
from portal.phi.sealed import OBJECT, Unreadable, open_unseen
from portal.schema.patients import Patient, PatientDistinction, PatientMerge
from portal.sql import statement
from portal.tenancy.context import request_context

MOST_SHOWN = 50
HELD = statement("patients/held_by_records")
AT_ONCE = statement("patients/visits_at_once")


@dataclass(frozen=True)
class Held:
    """The records that hang on a patient's record, and would move with it."""

    id: int
    created_at: datetime
    visits: int
    open_visits: int
    disclosures: int
    merges: int


@dataclass(frozen=True)
class AtOnce:
    """Two visits of two records at one time."""

    visit_id: int
    start_at: datetime
    zone: str
    doctor: str
    other_visit_id: int
    other_start_at: datetime
    other_zone: str
    other_doctor: str


@dataclass(frozen=True)
class MergedRecord:
    """A record that is part of another, as the chart says it: no more than the number."""

    merge_id: int
    patient_id: int
    mrn: str
    merged_at: datetime


@dataclass(frozen=True)
class PastMerge:
    """A record that another was part of, and from when to when."""

    patient_id: int
    mrn: str
    since: datetime
    until: datetime


def find_survivor(merged_id: int) -> int | None:
    """The record that a merged one is part of now."""
    return session.scalar(
        select(PatientMerge.patient_id).where(
            PatientMerge.tenant_id == request_context().tenant_id,
            PatientMerge.merged_id == merged_id,
            PatientMerge.undone_at.is_(None),
        )
    )


def find_merge_by_key(key: UUID) -> PatientMerge | None:
    """The merge that a form's one-time key has made."""
    return session.scalar(
        select(PatientMerge).where(
            PatientMerge.tenant_id == request_context().tenant_id, PatientMerge.merge_key == key
        )
    )


def get_merge(patient_id: int, merge_id: int) -> PatientMerge:
    """A merge into this patient, also one that was undone. Raises NotFound."""
    found = session.scalar(
        select(PatientMerge).where(
            PatientMerge.tenant_id == request_context().tenant_id,
            PatientMerge.patient_id == patient_id,
            PatientMerge.id == merge_id,
        )
    )
    if found is None:
        raise NotFound
    return found


def number_of(patient_id: int) -> str:
    """A record's number, also a merged one's. Raises NotFound."""
    found = session.scalar(
        select(Patient.mrn).where(
            Patient.tenant_id == request_context().tenant_id, Patient.id == patient_id
        )
    )
    if found is None:
        raise NotFound
    return found


def list_merged_records(patient_id: int, *, limit: int = MOST_SHOWN) -> Sequence[MergedRecord]:
    """The records that are part of a patient now, the last merged first."""
    found = (
        select(PatientMerge.id, PatientMerge.merged_id, Patient.mrn, PatientMerge.created_at)
        .join(
            Patient,
            (Patient.tenant_id == PatientMerge.tenant_id) & (Patient.id == PatientMerge.merged_id),
        )
        .where(
            PatientMerge.tenant_id == request_context().tenant_id,
            PatientMerge.patient_id == patient_id,
            PatientMerge.undone_at.is_(None),
        )
        .order_by(PatientMerge.id.desc())
        .limit(limit)
    )
    return [MergedRecord(*row) for row in session.execute(found)]


def list_past_merges(merged_id: int, *, limit: int = MOST_SHOWN) -> Sequence[PastMerge]:
    """The records that this one was part of for a time, the last first."""
    found = (
        select(
            PatientMerge.patient_id,
            Patient.mrn,
            PatientMerge.created_at.label("since"),
            PatientMerge.undone_at.label("until"),
        )
        .join(
            Patient,
            (Patient.tenant_id == PatientMerge.tenant_id) & (Patient.id == PatientMerge.patient_id),
        )
        .where(
            PatientMerge.tenant_id == request_context().tenant_id,
            PatientMerge.merged_id == merged_id,
            PatientMerge.undone_at.is_not(None),
        )
        .order_by(PatientMerge.id.desc())
        .limit(limit)
    )
    return [PastMerge(**row._mapping) for row in session.execute(found)]


def list_record_ids(patient_id: int) -> list[int]:
    """The patient's own record and those that are part of it."""
    merged = select(PatientMerge.merged_id).where(
        PatientMerge.tenant_id == request_context().tenant_id,
        PatientMerge.patient_id == patient_id,
        PatientMerge.undone_at.is_(None),
    )
    return [patient_id, *session.scalars(merged.order_by(PatientMerge.id))]


def count_held(patient_ids: Iterable[int]) -> dict[int, Held]:
    """The records that hang on some patients' records."""
    values = {"tenant_id": request_context().tenant_id, "patient_ids": list(patient_ids)}
    return {row.id: Held(**row._mapping) for row in session.execute(HELD, values)}


def list_visits_at_once(patient_id: int, other_id: int, *, limit: int = 10) -> list[AtOnce]:
    """Open visits of two records that overlap, the earliest first."""
    values = {
        "tenant_id": request_context().tenant_id,
        "patient_id": patient_id,
        "other_id": other_id,
        "limit": limit,
    }
    return [AtOnce(**row._mapping) for row in session.execute(AT_ONCE, values)]


def are_distinct(one_id: int, other_id: int) -> bool:
    """Whether somebody found these to be two people."""
    first, second = sorted((one_id, other_id))
    found = select(PatientDistinction.id).where(
        PatientDistinction.tenant_id == request_context().tenant_id,
        PatientDistinction.patient_id == first,
        PatientDistinction.other_id == second,
    )
    return session.scalar(found) is not None


class Former:
    """Who some patients were before their records were merged; asked when first wanted."""

    def __init__(self, patient_ids: Iterable[int]) -> None:
        self.patient_ids = list(patient_ids)

    def of(self, patient_id: int) -> list[SearchedPatient]:
        """The names and numbers of the records that are part of the patient."""
        return self._people.get(patient_id, [])

    @cached_property
    def _people(self) -> dict[int, list[SearchedPatient]]:
        found: dict[int, list[SearchedPatient]] = {}
        merge = PatientMerge
        rows = session.execute(
            select(merge.patient_id, merge.row_uid, merge.known_as_envelope.label("known_as"))
            .where(
                merge.tenant_id == request_context().tenant_id,
                merge.patient_id.in_(self.patient_ids),
                merge.undone_at.is_(None),
            )
            .order_by(merge.id)
        )
        for row in rows:
            known = open_unseen(
                "patient_merges", "known_as", row.row_uid, row.known_as, kind=OBJECT
            )
            if not isinstance(known, Unreadable):
                found.setdefault(row.patient_id, []).append(_person(known))
        return found


def people_of(row: PatientRow, former: Former) -> Iterator[Findable]:
    """Who a patient is, and who the records were that are part of theirs."""
    yield Candidate(row)
    yield from former.of(row.id)


def _person(known: dict[str, Any]) -> SearchedPatient:
    dob = known["dob"]
    return SearchedPatient(
        **{
            **known,
            "countries": countries(),
            "former_names": tuple(tuple(names) for names in known.get("former_names", ())),
            "dob": date.fromisoformat(dob) if dob else None,
            "external_ids": tuple(known["external_ids"]),
        }
    )
