"""Making the search tokens of many patients anew.

It is done while the index key is exchanged, when patients are found by other keys than before, and
where tokens are not those of the patient: no entry tells of it, and nobody finds whoever lost them.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import structlog
from sqlalchemy import ColumnElement, Exists, Row, Select, Table, exists, select

from portal.db import session
from portal.facilities.queries import countries
from portal.patients.commands.registering import SEALED, reindex_patient, tokens_wanted
from portal.patients.queries.holding import token_of
from portal.patients.queries.merges import Former
from portal.patients.queries.searching import tokens_of
from portal.patients.rules.finding import SCHEME, Key, SearchedPatient, found_by
from portal.phi.sealed import Unreadable, open_unseen
from portal.schema.patients import Patient, PatientSearchToken
from portal.tenancy.context import request_context

log = structlog.get_logger()

AT_ONCE = 100
TABLE = cast(Table, Patient.__table__)
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
    statement = _next(after).with_for_update(key_share=True)
    if stale_only:
        statement = statement.where(~_of_this_scheme(TABLE.c.id))
    rows = session.execute(statement).all()
    for patient_id, people in _people(rows):
        reindex_patient(patient_id, people)
    return _last(rows)


def mend_some(after: int) -> int | None:
    """Make the tokens anew of those of the next patients who lost some, or were given others'.

    Args and what it returns: as of `index_some`.
    """
    rows = session.execute(_next(after)).all()
    held = tokens_of([row.id for row in rows])
    wrong = [each for each, people in _people(rows) if tokens_wanted(people) != held[each]]
    if wrong:
        log.warning(
            "patients.tokens mended", tenant_id=request_context().tenant_id, count=len(wrong)
        )
        these = _next(after).where(TABLE.c.id.in_(wrong)).with_for_update(key_share=True)
        for patient_id, people in _people(session.execute(these).all()):
            reindex_patient(patient_id, people)
    return _last(rows)


def _next(after: int) -> Select[Any]:
    """The next patients after one; whoever is merged into another is found as that one."""
    return (
        select(TABLE)
        .where(TABLE.c.tenant_id == request_context().tenant_id, TABLE.c.id > after)
        .where(TABLE.c.status != "merged")
        .order_by(TABLE.c.id)
        .limit(AT_ONCE)
    )


def _last(rows: Sequence[Row[Any]]) -> int | None:
    return rows[-1].id if len(rows) == AT_ONCE else None


def _people(rows: Sequence[Row[Any]]) -> Iterator[tuple[int, list[SearchedPatient]]]:
    """Each patient who can be read, and who they are, records merged into theirs too."""
    former = Former(row.id for row in rows)
    for row in rows:
        if person := _person(row):
            yield row.id, [person, *former.of(row.id)]


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
