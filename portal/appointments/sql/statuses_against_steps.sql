-- A sentence for each appointment whose status its steps deny.
-- Takes tenant_id, limit.
SELECT format('appointment %s is %s, which its steps deny', a.id, a.status)
  FROM appointments a
  JOIN appointment_steps s ON s.tenant_id = a.tenant_id AND s.appointment_id = a.id
   AND s.replaced_at IS NULL
 WHERE a.tenant_id = :tenant_id
 GROUP BY a.tenant_id, a.id
HAVING count(*) FILTER (WHERE s.status = 'in_progress')
           > CASE a.status WHEN 'in_progress' THEN 1 ELSE 0 END
    OR (a.status IN ('completed', 'no_show', 'cancelled')
        AND count(*) FILTER (WHERE s.status = 'scheduled') > 0)
    OR (a.status IN ('scheduled', 'checked_in')
        AND count(*) FILTER (WHERE s.status IN ('completed', 'no_show')) > 0)
 ORDER BY a.id LIMIT :limit
