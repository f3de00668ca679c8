-- Who has seen a patient: a row for each doctor and service, the latest first, with how often and
-- when last. Only doctors who are still there: nobody can be booked with another.
-- Takes tenant_id, patient_id, seen_by.
SELECT a.doctor_id, d.display_name AS doctor, d.specialty, o.service_id,
       count(*) AS visits, max(a.start_at) AS last_at
  FROM appointments a
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id AND d.deleted_at IS NULL
 WHERE a.tenant_id = :tenant_id AND a.patient_id = :patient_id AND a.status = 'completed'
 GROUP BY a.doctor_id, d.display_name, d.specialty, o.service_id
 ORDER BY max(a.start_at) DESC, a.doctor_id, o.service_id
 LIMIT :seen_by
