"""One entry of the log: what a record said before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import inspect, select

from portal.activity.rules import Mark
from portal.db import Base, session
from portal.errors import NotFound
from portal.phi.sealed import Sealed, open_field
from portal.schema.audit import AuditEntry
from portal.tenancy.context import request_context

HIDDEN = "(hidden)"
BYTES = "\\x"


@dataclass(frozen=True)
class Value:
    """A column before and after; `sealed` when a person's right decides whether it is shown."""

    column: str
    before: Any
    after: Any
    sealed: bool


@dataclass(frozen=True)
class Hidden:
    """A value that the log does not show: never kept, encrypted, or not for people."""

    why: str


def get_entry(mark: Mark) -> AuditEntry:
    """An entry. Raises NotFound."""
    found = session.scalar(
        select(AuditEntry).where(
            AuditEntry.tenant_id == request_context().tenant_id,
            AuditEntry.occurred_at == mark.occurred_at,
            AuditEntry.id == mark.id,
        )
    )
    if found is None:
        raise NotFound
    return found


def list_values(entry: AuditEntry, *, opened: bool = False) -> list[Value]:
    """The values of each column that an entry has, before and after.

    Args:
        entry: the entry.
        opened: decrypt what is about a patient, which registers that the patient was seen.
    """
    old, new = entry.old_values or {}, entry.new_values or {}
    reader = _Reader(entry) if opened else None
    return [
        Value(
            column,
            _shown(entry, column, old.get(column), reader),
            _shown(entry, column, new.get(column), reader),
            _is_sealed(entry, column, old.get(column), new.get(column)),
        )
        for column in sorted(old.keys() | new.keys())
        if (old.get(column), new.get(column)) != (None, None)
    ]


class _Reader:
    """Opens envelopes of the entry's record; the record itself says whose and under which name."""

    def __init__(self, entry: AuditEntry) -> None:
        model = _models().get(entry.table_name or "")
        key = (request_context().tenant_id, entry.record_id)
        self.row: Any = session.get(model, key) if model else None

    def open(self, table: str, column: str, envelope: str) -> Any:
        """The value, or Hidden when its record is gone."""
        if self.row is None:
            return Hidden("gone")
        attribute = _sealed()[table, column]
        patient_id = getattr(self.row, attribute.patient or "")
        return open_field(
            table, column, self.row.row_uid, _bytes(envelope), patient_id=patient_id,
            kind=attribute.kind,
        )  # fmt: skip


def _bytes(stored: str) -> bytes:
    """The bytes of an envelope's text; other text is no envelope and shown as unreadable."""
    try:
        return bytes.fromhex(stored.removeprefix(BYTES))
    except ValueError:
        return b""


def _shown(entry: AuditEntry, column: str, value: Any, reader: _Reader | None) -> Any:
    if value == HIDDEN:
        return Hidden("never")
    if not isinstance(value, str) or not value.startswith(BYTES):
        return value
    table = entry.table_name or ""
    if (table, column) not in _sealed():
        return Hidden("never")
    return reader.open(table, column, value) if reader else Hidden("encrypted")


def _is_sealed(entry: AuditEntry, column: str, *values: Any) -> bool:
    known = (entry.table_name, column) in _sealed()
    return known and any(value is not None for value in values)


@cache
def _sealed() -> dict[tuple[str, str], Sealed]:
    """Every encrypted column that is about a patient, with its attribute."""
    return {(table, column): attribute for table, column, _model, attribute in _attributes()}


@cache
def _models() -> dict[str, type]:
    return {table: model for table, _column, model, _attribute in _attributes()}


def _attributes() -> Iterator[tuple[str, str, type, Sealed]]:
    for mapper in Base.registry.mappers:
        for attribute in vars(mapper.class_).values():
            if isinstance(attribute, Sealed) and attribute.patient:
                column: Any = inspect(mapper.class_).column_attrs[attribute.envelope].columns[0]
                yield column.table.name, column.name, mapper.class_, attribute
