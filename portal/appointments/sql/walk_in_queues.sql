-- Who could see a walk-in of a service: a row for each doctor, those who work now first, of them
-- the shortest queue first. Whoever has a slot that is under way, or begins within the half hour,
-- works now.
-- Takes tenant_id, facility_id, now, service_id, limit.
SELECT d.id AS doctor_id, d.display_name AS doctor,
       EXISTS (SELECT 1 FROM availability_slots s
                WHERE s.tenant_id = :tenant_id AND s.doctor_id = d.id
                  AND s.facility_id = :facility_id AND s.status <> 'cancelled'
                  AND {{ is_supported("s") }}
                  AND s.start_at > CAST(:now AS timestamptz) - interval '24 hours'
                  AND s.start_at <= CAST(:now AS timestamptz) + interval '30 minutes'
                  AND s.end_at > CAST(:now AS timestamptz)) AS works,
       COALESCE(here.waiting, 0) AS waiting, COALESCE(here.begun, 0) AS begun
  FROM service_offerings o
  {{ doctor.join() }}
  {{ location.join() }}
  LEFT JOIN LATERAL (
       SELECT count(*) FILTER (WHERE a.status = 'checked_in') AS waiting,
              count(*) FILTER (WHERE a.status = 'in_progress') AS begun
         FROM appointments a
        WHERE a.tenant_id = :tenant_id AND a.doctor_id = d.id AND a.facility_id = :facility_id
          AND a.status IN ('checked_in', 'in_progress')
          AND a.start_at > CAST(:now AS timestamptz) - interval '24 hours'
          AND a.start_at < CAST(:now AS timestamptz) + interval '24 hours') here ON true
 WHERE o.tenant_id = :tenant_id AND o.facility_id = :facility_id
   AND o.service_id = :service_id AND {{ active.holds }}
 ORDER BY works DESC, COALESCE(here.waiting, 0) + COALESCE(here.begun, 0),
          d.last_name, d.first_name, d.id
 LIMIT :limit
