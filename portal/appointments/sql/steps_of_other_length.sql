-- A sentence for each appointment that is not as long as its steps are together.
-- Takes tenant_id, limit.
SELECT format('appointment %s is not as long as its steps', a.id)
  FROM appointments a
  LEFT JOIN appointment_steps s ON s.tenant_id = a.tenant_id AND s.appointment_id = a.id
   AND s.replaced_at IS NULL
 WHERE a.tenant_id = :tenant_id
 GROUP BY a.tenant_id, a.id
HAVING COALESCE(sum(s.scheduled_end_at - s.scheduled_start_at), interval '0')
           <> a.end_at - a.start_at
 ORDER BY a.id LIMIT :limit
