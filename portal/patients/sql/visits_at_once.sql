-- Each two appointments of two records at one time, by start.
-- Takes tenant_id, other_id, patient_id, limit.
SELECT a.id AS visit_id, a.start_at, f.timezone AS zone, d.display_name AS doctor,
       b.id AS other_visit_id, b.start_at AS other_start_at, g.timezone AS other_zone,
       e.display_name AS other_doctor
  FROM appointments a
  JOIN appointments b ON b.tenant_id = :tenant_id AND b.patient_id = :other_id
   AND b.status IN ('scheduled', 'checked_in', 'in_progress')
   AND b.start_at < a.end_at AND b.end_at > a.start_at
  JOIN facilities f ON f.tenant_id = :tenant_id AND f.id = a.facility_id
  JOIN facilities g ON g.tenant_id = :tenant_id AND g.id = b.facility_id
  JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = a.doctor_id
  JOIN doctors e ON e.tenant_id = :tenant_id AND e.id = b.doctor_id
 WHERE a.tenant_id = :tenant_id AND a.patient_id = :patient_id
   AND a.status IN ('scheduled', 'checked_in', 'in_progress')
 ORDER BY a.start_at, a.id, b.id
 LIMIT :limit
