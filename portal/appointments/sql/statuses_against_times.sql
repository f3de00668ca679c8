-- A sentence for each appointment whose status its own times deny.
-- Takes tenant_id, limit.
SELECT format('appointment %s is %s, which its times deny', id, status)
  FROM appointments
 WHERE tenant_id = :tenant_id
   AND CASE status
         WHEN 'scheduled' THEN num_nonnulls(checked_in_at, started_at, finished_at) > 0
         WHEN 'checked_in' THEN checked_in_at IS NULL OR finished_at IS NOT NULL
         WHEN 'in_progress' THEN started_at IS NULL OR finished_at IS NOT NULL
         ELSE finished_at IS NULL END
 ORDER BY id LIMIT :limit
