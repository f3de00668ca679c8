-- Appointments that a change touches, by start, with what is shown of them; patients, doctors,
-- services and plans are read by name.
-- Takes tenant_id, ids, limit.
SELECT a.id, a.patient_id, pat.row_uid, pat.first_name AS first_envelope,
       pat.last_name AS last_envelope, pat.phone AS phone_envelope,
       a.start_at, f.timezone AS zone, f.name AS facility,
       d.display_name AS doctor, s.name AS service, plan.name AS plan
  FROM appointments a
  JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
  JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
  LEFT JOIN patients pat ON pat.tenant_id = a.tenant_id AND pat.id = a.patient_id
  LEFT JOIN insurance_plans plan ON plan.tenant_id = a.tenant_id
                                AND plan.id = a.insurance_plan_id
 WHERE a.tenant_id = :tenant_id AND a.id = ANY(CAST(:ids AS bigint[]))
 ORDER BY a.start_at, a.id
 LIMIT :limit
