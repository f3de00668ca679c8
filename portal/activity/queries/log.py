"""Reading the audit log, the newest first.

Who, which patient, which record and when are found by the log's indexes. The rest is looked for
among a bounded number of entries, which the reader can have go on further back. So are the entries
that somebody limited to some facilities reaches: row security leaves out the others, one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    Subquery,
    Table,
    Text,
    bindparam,
    case,
    func,
    select,
    text,
    tuple_,
    union_all,
)

from portal import clock
from portal.activity.rules import Filters, Mark, SealStanding
from portal.db import db, session
from portal.patients.queries.merges import list_record_ids
from portal.schema.audit import AuditEntry
from portal.tenancy.context import request_context

INDEXED = ("user_id", "table_name", "record_id", "since", "until")
PAGE = 50
MOST_READ = 5_000
EXPORTED_AT_ONCE = 10_000
COLUMNS = (
    AuditEntry.id, AuditEntry.occurred_at, AuditEntry.user_id, AuditEntry.actor,
    AuditEntry.action_type, AuditEntry.table_name, AuditEntry.record_id, AuditEntry.patient_id,
    AuditEntry.outcome, AuditEntry.reason, AuditEntry.request_id, AuditEntry.ip,
)  # fmt: skip
MOMENT = select(func.clock_timestamp(type_=DateTime(timezone=True)))
STATE = text("SELECT sealed_at, verified_at, holds FROM audit_state()")
FLOOR = text("""
    SELECT occurred_at, id FROM audit_floor(CAST(:user_id AS bigint), CAST(:patient_id AS bigint),
      :table_name, CAST(:record_id AS bigint), :since, :until, :before_at,
      CAST(:before_id AS bigint), :most)
""").bindparams(
    bindparam("table_name", type_=Text),
    *(bindparam(name, type_=DateTime(timezone=True)) for name in ("since", "until", "before_at")),
)


@dataclass(frozen=True)
class LogLine:
    """One entry of a list."""

    id: int
    occurred_at: datetime
    user_id: int | None
    actor: str
    action_type: str
    table_name: str | None
    record_id: int | None
    patient_id: int | None
    outcome: str
    reason: str | None
    request_id: UUID | None
    ip: str | None

    @property
    def mark(self) -> Mark:
        """Where it stands in the log."""
        return Mark(self.occurred_at, self.id)


@dataclass(frozen=True)
class Stretch:
    """A page of the log.

    Attributes:
        lines: the entries, the newest first.
        older: where the next page begins, or None at the log's end.
        more: whether the next page is known to have entries; else the look-up only stopped.
    """

    lines: Sequence[LogLine]
    older: Mark | None
    more: bool


def list_entries(filters: Filters, *, before: Mark | None = None, limit: int = PAGE) -> Stretch:
    """The newest entries that pass the filters, before a place in the log."""
    floor = find_floor(filters, before, MOST_READ)
    lines = _lines(page_of(filters, before, limit=limit + 1, floor=floor))
    if len(lines) > limit:
        return Stretch(lines[:limit], lines[limit - 1].mark, more=True)
    return Stretch(lines, _stopped_at(filters, before, MOST_READ, floor), more=False)


def export_entries(
    filters: Filters, *, before: Mark | None = None, most: int = EXPORTED_AT_ONCE
) -> Stretch:
    """Of the next so many entries those that pass the filters."""
    floor = find_floor(filters, before, most)
    lines = _lines(page_of(filters, before, limit=most, most_read=most, floor=floor))
    older = _stopped_at(filters, before, most, floor)
    return Stretch(lines, older, more=older is not None)


def get_moment() -> datetime:
    """The present instant by the log's own clock."""
    return session.scalars(MOMENT).one()


def get_standing() -> SealStanding:
    """Whether the log is sealed and was found whole."""
    row = session.execute(STATE).one()
    return SealStanding.of(row.sealed_at, row.verified_at, row.holds, now=clock.real())


def find_floor(filters: Filters, before: Mark | None, most: int) -> Mark | None:
    """Where somebody limited to some facilities stops looking: so many entries back, everybody's.

    None when there are no more, and for who sees every facility: they read what the indexes find.
    """
    if request_context().facility_ids is None:
        return None
    at = {"before_at": before and before.occurred_at, "before_id": before and before.id}
    values = {name: getattr(filters, name) for name in INDEXED} | at | {"most": most}
    rows = [
        session.execute(FLOOR, values | {"patient_id": each}).one_or_none()
        for each in _records_of(filters)
    ]
    return max((Mark(*row) for row in rows if row), key=lambda mark: mark.position, default=None)


def _records_of(filters: Filters) -> Sequence[int | None]:
    """The patient's record and those that are part of it; None when no patient is asked for."""
    return [None] if filters.patient_id is None else list_record_ids(filters.patient_id)


def _indexed(
    filters: Filters, before: Mark | None, most: int, floor: Mark | None = None
) -> Select[*tuple[Any, ...]]:
    """The entries that indexes find, in order; row security lets them take part in nothing else.

    A patient's entries are also those of the records that are part of theirs. Each record is read
    along the index, `most` entries at most: asked for at once, all of theirs would be sorted.
    """
    newest = (AuditEntry.occurred_at.desc(), AuditEntry.id.desc())
    found = [
        select(*COLUMNS).where(*_wanted(filters, before, each), *_above(floor)).order_by(*newest)
        for each in _records_of(filters)
    ]
    if len(found) == 1:
        return found[0]
    candidates = union_all(*(each.limit(most).subquery().select() for each in found)).subquery()
    return select(candidates).order_by(candidates.c.occurred_at.desc(), candidates.c.id.desc())


def _wanted(
    filters: Filters, before: Mark | None, patient_id: int | None
) -> list[ColumnElement[bool]]:
    wanted = [AuditEntry.tenant_id == request_context().tenant_id]
    if patient_id is not None:
        wanted.append(AuditEntry.patient_id == patient_id)
    for name in ("user_id", "table_name", "record_id"):
        value = getattr(filters, name)
        if value is not None:
            wanted.append(getattr(AuditEntry, name) == value)
    if filters.since is not None:
        wanted.append(AuditEntry.occurred_at >= filters.since)
    if filters.until is not None:
        wanted.append(AuditEntry.occurred_at < filters.until)
    if before is not None:
        position = tuple_(AuditEntry.occurred_at, AuditEntry.id)
        # The first part alone lets the planner leave out the months after it.
        wanted += [
            AuditEntry.occurred_at <= before.occurred_at,
            position < tuple_(before.occurred_at, before.id),
        ]
    return wanted


def _above(floor: Mark | None) -> list[ColumnElement[bool]]:
    """Not further back than that; the first part alone leaves out the months before it."""
    if floor is None:
        return []
    position = tuple_(AuditEntry.occurred_at, AuditEntry.id)
    lowest = tuple_(floor.occurred_at, floor.id)
    return [AuditEntry.occurred_at >= floor.occurred_at, position >= lowest]


def page_of(
    filters: Filters, before: Mark | None, *, limit: int, most_read: int | None = None,
    floor: Mark | None = None,
) -> Select[*tuple[Any, ...]]:  # fmt: skip
    """The statement: among so many entries that the indexes find, those that pass the rest."""
    most = most_read or MOST_READ
    read = _indexed(filters, before, most, floor).limit(most).subquery()
    return (
        select(read)
        .where(*_remaining(read, filters))
        .order_by(read.c.occurred_at.desc(), read.c.id.desc())
        .limit(limit)
    )


def _lines(statement: Select[*tuple[Any, ...]]) -> list[LogLine]:
    return [LogLine(**row._mapping) for row in session.execute(statement)]


def _remaining(read: Subquery, filters: Filters) -> list[ColumnElement[bool]]:
    wanted = []
    if filters.action_type is not None:
        wanted.append(read.c.action_type == filters.action_type)
    if filters.outcome is not None:
        wanted.append(read.c.outcome == filters.outcome)
    if filters.facility_id is not None:
        wanted.append(_facility(read) == filters.facility_id)
    return wanted


def _stopped_at(
    filters: Filters, before: Mark | None, most: int, floor: Mark | None
) -> Mark | None:
    """Where looking stopped because it had read enough, or None when it read all there is."""
    if request_context().facility_ids is not None:
        return floor
    last = _indexed(filters, before, most).offset(most - 1).limit(1)
    row = session.execute(last).one_or_none()
    return Mark(row.occurred_at, row.id) if row else None


def _facility(read: Subquery) -> ColumnElement[Any]:
    """The facility that an entry's record belongs to, asked of the record itself."""
    places = {
        table.name: select(table.c.facility_id)
        .where(table.c.tenant_id == request_context().tenant_id, table.c.id == read.c.record_id)
        .scalar_subquery()
        for table in _tables_of_facilities()
    }
    return case({**places, "facilities": read.c.record_id}, value=read.c.table_name)


@cache
def _tables_of_facilities() -> tuple[Table, ...]:
    return tuple(
        table
        for name, table in sorted(db.metadata.tables.items())
        if {"tenant_id", "id", "facility_id"} <= set(table.c.keys())
    )
