-- Whom to call about an absence: a row for each appointment it touched. First comes who would have
-- come first. The visit is shown as it is now, whatever has become of it since.
-- Takes tenant_id, absence_id, limit, offset; and ids, where only some visits are asked for.
SELECT v.id, v.appointment_id, v.outcome, v.from_start_at, was_at.timezone AS from_zone,
       was_with.display_name AS from_doctor, v.to_start_at, v.called_at, v.returned_at,
       v.told AS informed,
       u.name AS called_by, a.status, a.start_at, a.doctor_id, d.display_name AS doctor,
       f.name AS facility, f.timezone AS zone, s.name AS service, a.patient_id, p.row_uid,
       p.first_name AS first_envelope, p.last_name AS last_envelope,
       p.phone AS phone_envelope, p.mrn
  FROM absence_visits v
  JOIN appointments a ON a.tenant_id = v.tenant_id AND a.id = v.appointment_id
  JOIN service_offerings o ON o.tenant_id = v.tenant_id AND o.id = v.from_offering_id
  JOIN services s ON s.tenant_id = v.tenant_id AND s.id = o.service_id
  JOIN facilities was_at ON was_at.tenant_id = v.tenant_id AND was_at.id = o.facility_id
  JOIN doctors was_with ON was_with.tenant_id = v.tenant_id AND was_with.id = o.doctor_id
  JOIN facilities f ON f.tenant_id = v.tenant_id AND f.id = a.facility_id
  JOIN doctors d ON d.tenant_id = v.tenant_id AND d.id = a.doctor_id
  LEFT JOIN patients p ON p.tenant_id = v.tenant_id AND p.id = a.patient_id
  LEFT JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.called_by
 WHERE v.tenant_id = :tenant_id AND v.absence_id = :absence_id
{% if only_some %}
   AND v.appointment_id = ANY(CAST(:ids AS bigint[]))
{% endif %}
 ORDER BY v.from_start_at, v.id
 LIMIT :limit OFFSET :offset
