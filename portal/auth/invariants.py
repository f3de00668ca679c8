"""Invariants of who gets in, checked by reading."""

from collections.abc import Sequence

from sqlalchemy import TextClause, text

from portal import clock
from portal.db import session
from portal.tenancy.context import request_context

MOST_SHOWN = 100

SESSIONS = text("""
    SELECT format('session %s of user %s, who is %s, has not ended', s.id, u.id, u.status)
      FROM user_sessions s
      JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
     WHERE s.tenant_id = :tenant_id AND s.revoked_at IS NULL AND s.expires_at > :now
       AND u.status <> 'active'
     ORDER BY s.id LIMIT :limit
""")

OWNERS = text("""
    SELECT 'nobody owns this clinic'
     WHERE EXISTS (SELECT 1 FROM users WHERE tenant_id = :tenant_id)
       AND NOT EXISTS (SELECT 1 FROM users
                        WHERE tenant_id = :tenant_id AND role = 'owner' AND status <> 'disabled')
""")


def sessions_that_should_have_ended() -> Sequence[str]:
    """Sessions of people who may not sign in."""
    return _broken(SESSIONS)


def clinics_without_an_owner() -> Sequence[str]:
    """A clinic whose last owner was disabled or demoted."""
    return _broken(OWNERS)


def _broken(query: TextClause) -> Sequence[str]:
    values = {"tenant_id": request_context().tenant_id, "now": clock.real(), "limit": MOST_SHOWN}
    return list(session.scalars(query, values))
