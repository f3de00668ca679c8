-- Some entries of the waitlist with all that a list shows, however many there are: the most urgent
-- and longest waiting first. Names of patients stay sealed in their rows.
-- Takes tenant_id, limit, offset, and what `which` asks.
SELECT e.id AS entry_id, e.row_uid AS entry_uid, e.status AS entry_status, e.earliest_on,
       e.latest_on, e.weekdays, e.part_of_day, e.urgency, e.created_at, e.notes AS notes_envelope,
       e.appointment_id, s.name AS service_name, d.display_name AS doctor_name,
       plan.name AS plan_name, p.id, p.mrn, p.status, p.row_uid,
       p.first_name AS first_name_envelope,
       p.last_name AS last_name_envelope, p.phone AS phone_envelope, p.dob AS dob_envelope
  FROM waitlist_entries e
  JOIN patients p ON p.tenant_id = :tenant_id AND p.id = e.patient_id
  JOIN services s ON s.tenant_id = :tenant_id AND s.id = e.service_id
  LEFT JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = e.doctor_id
  LEFT JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = e.insurance_plan_id
 WHERE e.tenant_id = :tenant_id AND {{ which }}
 ORDER BY array_position(ARRAY['urgent', 'soon', 'routine'], e.urgency), e.created_at, e.id
 LIMIT :limit OFFSET :offset
