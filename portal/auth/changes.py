"""Who changed a record last: what a form says to whoever comes second."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.db import session
from portal.schema.accounts import User
from portal.schema.audit import AuditEntry
from portal.tenancy.context import request_context
from portal.web.forms.versions import LastChange


def last_change(record: Any, since: datetime) -> LastChange | None:
    """Whoever changed a record last since then, with the clinic's wall time; None when unknown.

    Whoever only looked at it has not.
    """
    entry, person, table = AuditEntry, User, record.__tablename__
    of_record = (
        select(person.name, entry.occurred_at)
        .join(person, (person.tenant_id == entry.tenant_id) & (person.id == entry.user_id))
        .where(
            entry.tenant_id == request_context().tenant_id,
            entry.table_name == table,
            entry.action_type.in_((f"{table}.insert", f"{table}.update")),
            entry.record_id == record.id,
            entry.occurred_at >= since,
        )
        .order_by(entry.occurred_at.desc(), entry.id.desc())
        .limit(1)
    )
    found = session.execute(of_record).one_or_none()
    if found is None:
        return None
    zone = ZoneInfo(request_context().timezone)
    return LastChange(found.name, clock.clinics(found.occurred_at).astimezone(zone))


def init_app(app: Flask) -> None:
    """Tell forms whom to ask."""
    app.extensions["last_change"] = last_change
