"""Making the search tokens of many patients anew.

It is done while the index key is exchanged, and when patients are found by other keys than before.
"""

from typing import Any, cast

from sqlalchemy import ColumnElement, Exists, Row, Table, exists, select

from portal.db import session
from portal.facilities.queries import countries
from portal.patients.commands.registering import SEALED, reindex_patient
from portal.patients.queries import Former, token_of
from portal.patients.rules.finding import SCHEME, Key, SearchedPatient, found_by
from portal.phi.sealed import Unreadable, open_unseen
from portal.schema.patients import Patient, PatientSearchToken
from portal.tenancy.context import request_context

AT_ONCE = 100
FOUND_BY = ("first_name", "last_name", "dob", "phone", "email", "meta")


def index_some(after: int, *, stale_only: bool = False) -> int | None:
    """Make the next patients' tokens those of the keys that are in use; None: that was all.

    A patient is read under the row's lock, so that the tokens are of the name as it is. Whoever
    cannot be read keeps the tokens they have.

    Args:
        after: the patient after whom to go on.
        stale_only: leave out whoever is found by all the present keys.

    Returns:
        the last patient's id, after which to go on.
    """
    table = cast(Table, Patient.__table__)
    statement = (
        select(table)
        .where(table.c.tenant_id == request_context().tenant_id, table.c.id > after)
        .where(table.c.status != "merged")
        .order_by(table.c.id)
        .limit(AT_ONCE)
        .with_for_update(key_share=True)
    )
    if stale_only:
        statement = statement.where(~_of_this_scheme(table.c.id))
    rows = session.execute(statement).all()
    former = Former(row.id for row in rows)
    for row in rows:
        if person := _person(row):
            reindex_patient(row.id, [person, *former.of(row.id)])
    return rows[-1].id if len(rows) == AT_ONCE else None


def _of_this_scheme(patient_id: ColumnElement[int]) -> Exists:
    known = PatientSearchToken
    return exists().where(
        known.tenant_id == request_context().tenant_id,
        known.field == "scheme",
        known.token == token_of(Key("scheme", SCHEME)),
        known.patient_id == patient_id,
    )


def _person(row: Row[Any]) -> SearchedPatient | None:
    known = {
        name: open_unseen("patients", name, row.row_uid, row._mapping[name], kind=SEALED[name])
        for name in FOUND_BY
    }
    if any(isinstance(value, Unreadable) for value in known.values()):
        return None
    meta = known.pop("meta")
    return SearchedPatient(mrn=row.mrn, countries=countries(), **found_by(meta), **known)
