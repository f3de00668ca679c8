"""Making the search tokens of many patients anew, while the index key is exchanged."""

from typing import Any, cast

from sqlalchemy import Row, Table, select

from portal.db import session
from portal.patients.commands.registering import SEALED, find_again
from portal.patients.models import Patient
from portal.patients.queries import Former
from portal.patients.rules.finding import Person
from portal.phi.sealed import Unreadable, open_unseen
from portal.tenancy.context import facts

AT_ONCE = 100
FOUND_BY = ("first_name", "last_name", "dob", "phone", "email", "meta")


def index_some(after: int) -> int | None:
    """Make the next patients' tokens those of the keys that are in use; None: that was all.

    A patient is read under the row's lock, so that the tokens are of the name as it is. Whoever
    cannot be read keeps the tokens they have.

    Returns:
        the last patient's id, after which to go on.
    """
    table = cast(Table, Patient.__table__)
    rows = session.execute(
        select(table)
        .where(table.c.tenant_id == facts().tenant_id, table.c.id > after)
        .where(table.c.status != "merged")
        .order_by(table.c.id)
        .limit(AT_ONCE)
        .with_for_update(key_share=True)
    ).all()
    former = Former(row.id for row in rows)
    for row in rows:
        if person := _person(row):
            find_again(row.id, [person, *former.of(row.id)])
    return rows[-1].id if len(rows) == AT_ONCE else None


def _person(row: Row[Any]) -> Person | None:
    known = {
        name: open_unseen("patients", name, row.row_uid, row._mapping[name], kind=SEALED[name])
        for name in FOUND_BY
    }
    if any(isinstance(value, Unreadable) for value in known.values()):
        return None
    meta = known.pop("meta") or {}
    return Person(mrn=row.mrn, external_ids=tuple(meta.get("external_ids", ())), **known)
