-- A sentence for each table that does not keep clinics apart, and each role that is above row
-- security. Every table with a tenant, its partitions aside: the roles at run time reach those by
-- it alone.
-- Takes nothing.
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
