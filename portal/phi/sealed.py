"""Encrypted attributes: sealed on the way to the database, opened only when somebody looks.

A model keeps the envelope in a column and shows the value through a descriptor:

    first_name_envelope: Mapped[bytes] = mapped_column("first_name", LargeBinary)
    first_name = Sealed("first_name_envelope", patient="id")

Opening registers the patient in `state().seen`; whoever ends the request writes the
audit entries from it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from portal.db import Base, PortalSession, state
from portal.phi.envelopes import (
    HEADER,
    Binding,
    EnvelopeError,
    Unsealing,
    bound_to,
    key_version_of,
    seal,
    unseal,
    unsealing,
)
from portal.phi.keys import KeyUnavailable, ring
from portal.tenancy.context import request_context

log = structlog.get_logger()

# What an envelope's column holds between setting a value and the flush. Never written: no
# envelope is empty, and the column's CHECK would refuse it.
_NOT_YET_SEALED = b""


class Unreadable(str):
    """Stands on a page for a field that does not open."""

    __slots__ = ()


UNREADABLE = Unreadable("unreadable")


@dataclass(frozen=True, slots=True)
class SealedKind:
    """How a value becomes bytes and back."""

    dump: Callable[[Any], bytes]
    load: Callable[[bytes], Any]


TEXT = SealedKind(str.encode, bytes.decode)
DATE = SealedKind(
    lambda day: day.isoformat().encode(), lambda raw: date.fromisoformat(raw.decode())
)
BYTES = SealedKind(bytes, bytes)
OBJECT = SealedKind(lambda value: json.dumps(value, ensure_ascii=False).encode(), json.loads)


# From the bytes of a row's `row_uid` and an envelope of one column to its value.
Opening = Callable[[bytes, bytes | None], Any]


class Sealed:
    """An attribute whose value lies in an envelope column of the same row.

    Reading it gives the value, opened now; UNREADABLE if it does not open; None if there is none.

    Args:
        envelope: the attribute that maps the envelope's column.
        kind: how the value becomes bytes: TEXT, DATE, BYTES or OBJECT.
        patient: the attribute that names whom an opened field is about; None for nobody.
    """

    def __init__(
        self, envelope: str, kind: SealedKind = TEXT, *, patient: str | None = "patient_id"
    ) -> None:
        self.envelope = envelope
        self.kind = kind
        self.patient = patient

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        envelope = getattr(row, self.envelope)
        if envelope is None:
            return None
        if envelope == _NOT_YET_SEALED:
            return row.__dict__["_unsealed"][self.envelope]
        patient_id = getattr(row, self.patient) if self.patient else None
        table, column = self._names(owner)
        return open_field(
            table, column, row.row_uid, envelope, patient_id=patient_id, kind=self.kind
        )

    def __set__(self, row: Any, value: Any) -> None:
        """Keep the value until the flush seals it; the same value again changes nothing."""
        if value == self.__get__(row, type(row)):
            return
        row.__dict__.setdefault("_unsealed", {})[self.envelope] = value
        setattr(row, self.envelope, None if value is None else _NOT_YET_SEALED)

    def seal_pending(self, row: Any) -> None:
        """Put the sealed value into the envelope's column, if one is waiting."""
        if getattr(row, self.envelope) != _NOT_YET_SEALED:
            return
        if row.row_uid is None:
            row.row_uid = uuid4()
        value = row.__dict__["_unsealed"][self.envelope]
        table, column = self._names(type(row))
        envelope = seal_field(table, column, row.row_uid, value, kind=self.kind)
        setattr(row, self.envelope, envelope)

    def _names(self, model: type) -> tuple[str, str]:
        column: Any = inspect(model).column_attrs[self.envelope].columns[0]
        return column.table.name, column.name


def seal_field(
    table: str, column: str, row_uid: UUID, value: Any, *, kind: SealedKind = TEXT
) -> bytes:
    """The envelope of one field, for rows that are written without a model."""
    tenant_id = request_context().tenant_id
    keys = ring().of(tenant_id)
    cipher = keys.cipher(keys.active, table, column)
    return seal(cipher, keys.active, Binding(tenant_id, table, column, row_uid), kind.dump(value))


class Opener:
    """Opens fields of a table's rows in the present transaction.

    What they have in common, the keys and the place but for the row, is looked up once.
    """

    __slots__ = ("_patients_seen", "_ring", "_tenant_id", "table")

    def __init__(self, table: str) -> None:
        self.table = table
        self._patients_seen = state().patients_seen
        self._tenant_id = request_context().tenant_id
        self._ring = ring()

    def see(self, patient_id: int) -> None:
        """Register that a patient is shown to somebody."""
        self._patients_seen.add(patient_id)

    def column(self, column: str, kind: SealedKind = TEXT) -> Opening:
        """Opens one column for the program's own use; whoever shows a value says `see`.

        It takes the bytes of a row's `row_uid` and the envelope, and gives the value: UNREADABLE
        if it does not open, None if there is none.
        """
        load, known = kind.load, dict[bytes, Unsealing]()

        def opening(row_uid: bytes, envelope: bytes | None) -> Any:
            if envelope is None:
                return None
            try:
                unseal_row = known.get(envelope[:HEADER])
                if unseal_row is None:
                    unseal_row = self._unsealing(column, envelope)
                    known[envelope[:HEADER]] = unseal_row
                return load(unseal_row(row_uid, envelope))
            except (EnvelopeError, KeyUnavailable) as error:
                return _unreadable(self.table, column, UUID(bytes=row_uid), error)

        return opening

    def _unsealing(self, column: str, envelope: bytes) -> Unsealing:
        version = key_version_of(envelope)
        cipher = self._ring.of(self._tenant_id, version=version).cipher(version, self.table, column)
        bound = bound_to(self._tenant_id, self.table, column)
        return unsealing(cipher, envelope[:HEADER], bound)


def open_field(
    table: str,
    column: str,
    row_uid: UUID,
    envelope: bytes | None,
    *,
    patient_id: int | None,
    kind: SealedKind = TEXT,
) -> Any:
    """The value of one field of a row, registering that the patient was seen."""
    if envelope is not None and patient_id is not None:
        state().patients_seen.add(patient_id)
    return open_unseen(table, column, row_uid, envelope, kind=kind)


def open_unseen(
    table: str, column: str, row_uid: UUID, envelope: bytes | None, *, kind: SealedKind = TEXT
) -> Any:
    """The value of one field for the program's own use; what a person is shown is `open_field`."""
    if envelope is None:
        return None
    tenant_id = request_context().tenant_id
    try:
        version = key_version_of(envelope)
        cipher = ring().of(tenant_id, version=version).cipher(version, table, column)
        return kind.load(unseal(cipher, Binding(tenant_id, table, column, row_uid), envelope))
    except (EnvelopeError, KeyUnavailable) as error:
        return _unreadable(table, column, row_uid, error)


def _unreadable(table: str, column: str, row_uid: UUID, error: Exception) -> Unreadable:
    log.error("field.unreadable", table=table, column=column, row_uid=str(row_uid), why=str(error))
    state().unreadable.add((table, column, str(row_uid)))
    return UNREADABLE


def reseal(table: str, column: str, row_uid: UUID, envelope: bytes) -> bytes:
    """The value of an envelope, in one of the active data key.

    Raises:
        EnvelopeError, KeyUnavailable: it does not open.
    """
    binding = Binding(request_context().tenant_id, table, column, row_uid)
    version = key_version_of(envelope)
    keys = ring().of(binding.tenant_id, version=version)
    plaintext = unseal(keys.cipher(version, table, column), binding, envelope)
    return seal(keys.cipher(keys.active, table, column), keys.active, binding, plaintext)


@event.listens_for(PortalSession, "before_flush")
def _seal_pending(flushing: Session, _context: object, _instances: object) -> None:
    for row in [*flushing.new, *flushing.dirty]:
        if row.__dict__.get("_unsealed"):
            for attribute in sealed_attributes(type(row)).values():
                attribute.seal_pending(row)
            del row.__dict__["_unsealed"]


def sealed_attributes(model: type) -> dict[str, Sealed]:
    """The encrypted attributes of a model, by name."""
    return {name: found for name, found in vars(model).items() if isinstance(found, Sealed)}


def models_with_sealed_attributes() -> list[Any]:
    """Every model that has any, in the order of their names."""
    models = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted(filter(sealed_attributes, models), key=lambda model: model.__name__)
