-- Those of some appointments that have not begun, earliest first; the columns of `affected_visits`.
-- Takes tenant_id, ids.
{% include "absences/affected_columns" %}
  FROM appointments a
  JOIN service_offerings o ON o.tenant_id = :tenant_id AND o.id = a.service_offering_id
  {% include "absences/seen_by_others" %}
 WHERE a.tenant_id = :tenant_id AND a.id = ANY(CAST(:ids AS bigint[]))
   AND a.status IN ('scheduled', 'checked_in')
 ORDER BY a.start_at, a.id
