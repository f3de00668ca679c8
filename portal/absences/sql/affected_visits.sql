-- A doctor's appointments that an absence touches, earliest first. A visit's slot begins with it;
-- where the slot is longer than the visit, it is the slot that the absence takes away. No visit
-- takes longer than 32 hours.
-- Takes tenant_id, doctor_id, facility_ids, starts and ends (of the absence at each), statuses,
-- now, limit.
{% include "absences/affected_columns" %}
  FROM unnest(CAST(:facility_ids AS bigint[]), CAST(:starts AS timestamptz[]),
              CAST(:ends AS timestamptz[])) AS away (facility_id, start_at, end_at)
  JOIN appointments a ON a.tenant_id = :tenant_id AND a.doctor_id = :doctor_id
                     AND a.facility_id = away.facility_id
                     AND a.start_at > away.start_at - interval '36 hours'
                     AND a.start_at < away.end_at
  JOIN service_offerings o ON o.tenant_id = :tenant_id AND o.id = a.service_offering_id
  LEFT JOIN availability_slots s ON s.tenant_id = :tenant_id AND s.id = a.availability_slot_id
  {% include "absences/seen_by_others" %}
 WHERE a.status = ANY(CAST(:statuses AS text[]))
   AND (a.end_at > :now OR a.status <> 'scheduled')
   AND GREATEST(a.end_at, s.end_at) > away.start_at
 ORDER BY a.start_at, a.id
 LIMIT :limit
