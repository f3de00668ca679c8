-- The doctors of a facility's day, by name: who works there, and who has an appointment there then;
-- a row each, with what they offer.
-- Takes tenant_id, facility_id, opens, closes, limit.
SELECT d.id, d.display_name AS name, COALESCE(p.role, d.specialty, '') AS about,
       {{ offered }} AS offered
  FROM doctors d
  LEFT JOIN facility_doctors p ON p.tenant_id = d.tenant_id AND p.doctor_id = d.id
                              AND p.facility_id = :facility_id
 WHERE d.tenant_id = :tenant_id
   AND ((p.active AND d.deleted_at IS NULL) OR EXISTS (
        SELECT 1 FROM appointments a
         WHERE a.tenant_id = d.tenant_id AND a.doctor_id = d.id
           AND a.facility_id = :facility_id AND a.status <> 'cancelled'
           AND a.start_at > CAST(:opens AS timestamptz) - interval '36 hours'
           AND a.start_at < :closes AND a.end_at > :opens))
 ORDER BY d.sort_last_name, d.sort_first_name, d.id
 LIMIT :limit
