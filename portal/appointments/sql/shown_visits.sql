-- A query: the appointments of a facility's day, every column. Those of the day (also what began
-- the evening before and reaches into it), and whoever is in the clinic now, whatever the day:
-- apart, so that each is found by its own index.
-- Takes tenant_id, facility_id, opens, closes.
SELECT * FROM appointments
 WHERE tenant_id = :tenant_id AND facility_id = :facility_id
   AND start_at > CAST(:opens AS timestamptz) - interval '36 hours'
   AND start_at < :closes AND end_at > :opens
UNION ALL
SELECT * FROM appointments
 WHERE tenant_id = :tenant_id AND facility_id = :facility_id
   AND status IN ('checked_in', 'in_progress')
   AND NOT (start_at > CAST(:opens AS timestamptz) - interval '36 hours'
            AND start_at < :closes AND end_at > :opens)
