-- One text, which is another as soon as a facility's day is to be shown anew. A row that changes is
-- stamped anew, so the sum of stamps changes whoever commits first; what time alone changes (holds
-- that expire, starts that pass, patients who are late) is counted beside it. A step leaves its
-- appointment's row as it is, so steps are asked themselves.
-- Takes tenant_id, facility_id, opens, closes, now, late.
WITH shown AS (
{% include "appointments/shown_visits" %}
)
SELECT concat_ws('.',
    (SELECT concat(count(*), '-', sum(extract(epoch FROM a.updated_at)
                                      + extract(epoch FROM p.updated_at)), '-',
                   count(*) FILTER (WHERE a.status = 'scheduled' AND a.start_at < :late))
       FROM shown a
       JOIN patients p ON p.tenant_id = :tenant_id AND p.id = a.patient_id),
    (SELECT sum(extract(epoch FROM st.updated_at))
       FROM shown a
       JOIN appointment_steps st ON st.tenant_id = :tenant_id AND st.appointment_id = a.id
      WHERE a.status IN ('checked_in', 'in_progress')),
    (SELECT count(*)
       FROM shown a
       JOIN patient_alerts al ON al.tenant_id = :tenant_id AND al.patient_id = a.patient_id
      WHERE al.ended_at IS NULL),
    (SELECT concat(count(*) FILTER (WHERE taken.enabled), '-',
                   sum(extract(epoch FROM taken.updated_at)
                       + extract(epoch FROM plan.updated_at)))
       FROM facility_insurance_plans taken
       JOIN insurance_plans plan ON plan.tenant_id = taken.tenant_id
                                AND plan.id = taken.insurance_plan_id
      WHERE taken.tenant_id = :tenant_id AND taken.facility_id = :facility_id
        AND taken.insurance_plan_id = ANY(ARRAY(SELECT DISTINCT insurance_plan_id FROM shown))),
    (SELECT concat(count(*), '-', sum(extract(epoch FROM updated_at)), '-',
                   count(*) FILTER (WHERE reserved_until > :now), '-',
                   count(*) FILTER (WHERE status = 'open' AND start_at > :now))
       FROM availability_slots
      WHERE tenant_id = :tenant_id AND facility_id = :facility_id
        AND start_at >= :opens AND start_at < :closes),
    (SELECT concat(count(*), '-', sum(extract(epoch FROM o.updated_at)
                                      + extract(epoch FROM w.updated_at)))
       FROM service_offerings o
       JOIN service_workflows w ON w.tenant_id = o.tenant_id AND w.service_offering_id = o.id
      WHERE o.tenant_id = :tenant_id AND o.facility_id = :facility_id),
    (SELECT concat(count(*), '-', sum(extract(epoch FROM updated_at)))
       FROM availability_exceptions
      WHERE tenant_id = :tenant_id AND facility_id = :facility_id
        AND start_at < :closes AND end_at > :opens))
