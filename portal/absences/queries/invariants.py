"""Invariants of absences, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session
from portal.tenancy.context import request_context

MOST_SHOWN = 100

PARTS = text("""
    SELECT format('absence %s is not whole', b.id)
      FROM absences b
     WHERE b.tenant_id = :tenant_id
       AND ((SELECT count(*) FROM absence_spans s
              WHERE s.tenant_id = b.tenant_id AND s.absence_id = b.id) <> b.facilities
            OR (SELECT count(*) FROM absence_visits v
                 WHERE v.tenant_id = b.tenant_id AND v.absence_id = b.id) <> b.visits)
     ORDER BY b.id LIMIT :limit
""")


def absences_half_done() -> Sequence[str]:
    """Absences without all of their facilities and visits."""
    return session.scalars(
        PARTS, {"tenant_id": request_context().tenant_id, "limit": MOST_SHOWN}
    ).all()
