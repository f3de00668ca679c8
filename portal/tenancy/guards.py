"""That the database still guards what it should, read from its catalogue."""

from collections.abc import Sequence

from sqlalchemy import text

from portal.db import session

# Every table with a tenant, its partitions aside: the roles at run time reach those by it alone.
APART = text("""
    SELECT format('table %s does not keep clinics apart', c.relname)
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
               SELECT 1 FROM pg_policy p
                WHERE p.polrelid = c.oid AND p.polname = c.relname || '_tenant'
                  AND NOT p.polpermissive))
     UNION ALL
    SELECT format('role %s is above row security', rolname)
      FROM pg_roles
     WHERE rolname IN ('portal_app', 'portal_worker', 'portal_gate')
       AND (rolsuper OR rolbypassrls)
     ORDER BY 1
""")

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
