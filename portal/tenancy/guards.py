"""That the database still guards what it should, read from its catalogue."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session
from portal.sql import statement

APART = statement("tenancy/tables_not_apart")

LOG = text("""
    SELECT format('%s may %s %s', role.name, lower(what.name), c.relname)
      FROM pg_class c
     CROSS JOIN unnest(ARRAY['portal_app', 'portal_worker']) AS role (name)
     CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS what (name)
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND (c.relname LIKE 'user\\_action\\_audit\\_log%' OR c.relname = 'audit_seals')
       AND has_table_privilege(role.name, c.oid, what.name)
     ORDER BY 1
""")


def tables_not_kept_apart() -> Sequence[str]:
    """Tables whose rows another clinic could reach, and roles that no policy binds."""
    return session.scalars(APART).all()


def log_that_can_be_changed() -> Sequence[str]:
    """Who at run time could change or shorten the activity log or its seals."""
    return session.scalars(LOG).all()
