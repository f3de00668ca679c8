-- A sentence for each appointment whose steps do not follow one another within its time.
-- Takes tenant_id, limit.
SELECT DISTINCT format('appointment %s has steps out of order or outside its time', id)
  FROM (SELECT a.id, a.start_at, a.end_at, s.scheduled_start_at, s.scheduled_end_at,
               lag(s.scheduled_end_at, 1, a.start_at) OVER (
                   PARTITION BY a.id ORDER BY s.position, s.id) AS reach
          FROM appointments a
          JOIN appointment_steps s ON s.tenant_id = a.tenant_id AND s.appointment_id = a.id
   AND s.replaced_at IS NULL
         WHERE a.tenant_id = :tenant_id) AS step
 WHERE scheduled_start_at <> reach OR scheduled_end_at > end_at
 ORDER BY 1 LIMIT :limit
