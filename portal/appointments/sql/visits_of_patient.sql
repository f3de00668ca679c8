-- A patient's appointments: those to come or under way, the soonest first; the others, the latest
-- first; or those that are named.
-- Takes tenant_id, patient_id, limit, offset; now, or ids of those named.
{% set is_coming = "(a.status IN ('scheduled', 'checked_in', 'in_progress') AND a.end_at > :now)" %}
SELECT a.id, a.start_at, a.status, a.confirmed_at, d.display_name AS doctor,
       s.name AS service, f.name AS facility, f.timezone AS zone
  FROM appointments a
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
  JOIN doctors d ON d.tenant_id = a.tenant_id AND d.id = a.doctor_id
  JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
 WHERE a.tenant_id = :tenant_id AND a.patient_id = :patient_id
{% if which == "named" %}
   AND a.id = ANY(CAST(:ids AS bigint[]))
 ORDER BY a.start_at, a.id
{% elif which == "coming" %}
   AND {{ is_coming }}
 ORDER BY a.start_at, a.id
{% else %}
   AND NOT {{ is_coming }}
   -- A booking that was taken back never was one.
   AND NOT (a.status = 'cancelled' AND EXISTS (
       SELECT FROM appointment_acts t
        WHERE t.tenant_id = a.tenant_id AND t.appointment_id = a.id
          AND t.kind = 'book' AND t.undone_at IS NOT NULL))
 ORDER BY a.start_at DESC, a.id DESC
{% endif %}
 LIMIT :limit OFFSET :offset
