-- The day sheet's rows: a facility's appointments that are not cancelled, doctor by doctor, by
-- start.
-- Takes tenant_id, facility_id, opens, closes, limit.
SELECT a.doctor_id, d.display_name AS doctor, a.start_at, a.end_at, a.status, a.confirmed_at,
       a.overbooked, a.language, s.name AS service, pl.name AS plan,
       NOT EXISTS (SELECT 1 FROM appointments e
                    WHERE e.tenant_id = a.tenant_id AND e.patient_id = a.patient_id
                      AND e.status = 'completed' AND e.start_at < a.start_at) AS is_new,
       a.patient_id
  FROM appointments a
  JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
  LEFT JOIN insurance_plans pl ON pl.tenant_id = a.tenant_id AND pl.id = a.insurance_plan_id
 WHERE a.tenant_id = :tenant_id AND a.facility_id = :facility_id
   AND a.start_at >= :opens AND a.start_at < :closes AND a.status <> 'cancelled'
 ORDER BY d.sort_last_name, d.sort_first_name, d.id, a.start_at, a.id
 LIMIT :limit
