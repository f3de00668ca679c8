"""The exports that a person sees, and what the worker has to do."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from portal.db import session
from portal.errors import NotFound
from portal.exchange.exports.rules import KEPT
from portal.exchange.visible import visible
from portal.schema.accounts import User
from portal.schema.exports import Export, ExportPart
from portal.tenancy.context import request_context

# A statement may have written a day whose next one is in no calendar, in some zone of the world.
LAST_SHOWN = datetime(9999, 12, 1, tzinfo=UTC)


class ExportRow(NamedTuple):
    """One export of a list."""

    id: int
    kind: str
    format: str
    params: dict[str, Any]
    status: str
    rows: int
    failure: str | None
    by: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def kept_until(self) -> datetime | None:
        """When a file that is ready will be forgotten."""
        if self.ended_at is None or self.status != "ready":
            return None
        return min(self.ended_at, LAST_SHOWN) + KEPT


def list_exports(*, limit: int = 51, offset: int = 0) -> list[ExportRow]:
    """One's own, and everybody's for those who see every facility; the last first."""
    columns = (
        Export.id, Export.kind, Export.format, Export.params, Export.status, Export.rows,
        Export.failure, User.name.label("by"), Export.created_at, Export.ended_at,
    )  # fmt: skip
    found = (
        select(*columns)
        .join(User, (User.tenant_id == Export.tenant_id) & (User.id == Export.asked_by))
        .where(*visible(Export.tenant_id, Export.asked_by))
        .order_by(Export.id.desc())
    )
    return [ExportRow(*row) for row in session.execute(found.limit(limit).offset(offset))]


def get_export(export_id: int) -> Export:
    """One that the person sees. Raises NotFound."""
    found = session.scalar(
        select(Export).where(*visible(Export.tenant_id, Export.asked_by), Export.id == export_id)
    )
    if found is None:
        raise NotFound
    return found


def find_export(key: UUID) -> Export | None:
    """The export that a form with this key asked for."""
    return session.scalar(
        select(Export).where(Export.tenant_id == request_context().tenant_id, Export.row_uid == key)
    )


def parts_of(export_id: int) -> Sequence[ExportPart]:
    """The parts of an export that are made, in order."""
    found = select(ExportPart).where(
        ExportPart.tenant_id == request_context().tenant_id, ExportPart.export_id == export_id
    )
    return session.scalars(found.order_by(ExportPart.number)).all()


def last_part(export_id: int) -> tuple[int, str | None] | None:
    """The number of an export's last part and where the next begins; None: there is none yet."""
    found = select(ExportPart.number, ExportPart.after).where(
        ExportPart.tenant_id == request_context().tenant_id, ExportPart.export_id == export_id
    )
    row = session.execute(found.order_by(ExportPart.number.desc()).limit(1)).one_or_none()
    return (row.number, row.after) if row else None
