-- The appointments from one day to another, both of the facility's own calendar, by start: a row
-- each with all that a list of appointments says. The outer bounds, a day wider than any zone
-- needs, are what the index of visits answers.
-- Takes tenant_id, facility_id, after, before, since, until, limit, offset.
SELECT a.patient_id, pat.row_uid, pat.mrn, pat.first_name, pat.last_name, pat.dob, pat.phone,
       a.start_at, a.end_at, a.status, a.confirmed_at, f.timezone AS zone, f.name AS facility,
       d.display_name AS doctor, s.name AS service, pl.name AS plan
  FROM appointments a
  JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
  JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
  JOIN patients pat ON pat.tenant_id = a.tenant_id AND pat.id = a.patient_id
  LEFT JOIN insurance_plans pl ON pl.tenant_id = a.tenant_id AND pl.id = a.insurance_plan_id
 WHERE a.tenant_id = :tenant_id AND a.status <> 'cancelled'
   AND (CAST(:facility_id AS bigint) IS NULL OR a.facility_id = :facility_id)
   AND a.start_at >= :after AND a.start_at < :before
   AND CAST(a.start_at AT TIME ZONE f.timezone AS date) BETWEEN :since AND :until
 ORDER BY a.start_at, d.sort_last_name, d.sort_first_name, a.id
 LIMIT :limit OFFSET :offset
