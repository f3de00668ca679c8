-- A patient's last completed appointment: one row or none. Appointments belong to a higher area:
-- its table is asked for by name.
-- Takes tenant_id, patient_id.
SELECT a.id, a.start_at, f.timezone AS zone, d.display_name AS doctor, s.name AS service,
       f.name AS facility
  FROM appointments a
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
  JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
  JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
 WHERE a.tenant_id = :tenant_id AND a.patient_id = :patient_id AND a.status = 'completed'
 ORDER BY a.start_at DESC, a.id DESC
 LIMIT 1
