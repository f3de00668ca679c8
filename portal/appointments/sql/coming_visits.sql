-- The appointments to come, or under way, of a patient, or of several until an instant: by start.
-- Takes tenant_id, now, coming; and patient_id, or patient_ids and until.
SELECT {{ "a.patient_id," if several }}
       a.id, a.start_at, a.end_at, a.status, d.display_name AS doctor,
       s.name AS service, f.name AS facility, f.timezone AS zone
  FROM appointments a
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
  JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
  JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
 WHERE a.tenant_id = :tenant_id
{% if several %}
   AND a.patient_id = ANY(CAST(:patient_ids AS bigint[])) AND a.start_at < :until
{% else %}
   AND a.patient_id = :patient_id
{% endif %}
   AND a.status IN ('scheduled', 'checked_in', 'in_progress') AND a.end_at > :now
 ORDER BY a.start_at, a.id
 LIMIT :coming
