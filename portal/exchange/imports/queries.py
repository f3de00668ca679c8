"""The files that were brought."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from portal.db import session
from portal.errors import NotFound
from portal.exchange.imports.rules import counted
from portal.exchange.visible import visible
from portal.phi.sealed import open_field
from portal.schema.accounts import User
from portal.schema.uploads import Upload


class UploadRow(NamedTuple):
    """A file that was brought, without what is in it; `counts` are those of its import."""

    id: int
    kind: str
    status: str
    file_name: str
    by: str
    created_at: datetime
    counts: dict[str, int]


def get_upload(upload_id: int) -> Upload:
    """One that the person sees. Raises NotFound."""
    found = session.scalar(
        select(Upload).where(*visible(Upload.tenant_id, Upload.uploaded_by), Upload.id == upload_id)
    )
    if found is None:
        raise NotFound
    return found


def list_uploads(*, limit: int = 51, offset: int = 0) -> list[UploadRow]:
    """One's own, and everybody's for those who see every facility; the last first."""
    statement = (
        select(
            Upload.id,
            Upload.kind,
            Upload.status,
            Upload.row_uid,
            Upload.file_name_envelope,
            User.name,
            Upload.created_at,
            Upload.report["counts"].label("counts"),
        )
        .join(User, (User.tenant_id == Upload.tenant_id) & (User.id == Upload.uploaded_by))
        .where(*visible(Upload.tenant_id, Upload.uploaded_by))
        .order_by(Upload.created_at.desc(), Upload.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_row(row) for row in session.execute(statement)]


def _row(row: Any) -> UploadRow:
    name = open_field("uploads", "file_name", row.row_uid, row.file_name_envelope, patient_id=None)
    counts = counted(row.counts) or {}
    return UploadRow(row.id, row.kind, row.status, name, row.name, row.created_at, counts)
