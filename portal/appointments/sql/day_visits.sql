-- The appointments of a facility's day that are not cancelled, by start: a row each with all that
-- the board shows of it. An appointment under way says its step; else the one that comes next.
-- Takes tenant_id, facility_id, opens, closes, zone, limit.
WITH shown AS MATERIALIZED (
{% include "appointments/shown_visits" %}
),
-- Few plans are many visits' and few of a day's patients have alerts: each is asked for once.
refused AS (
    SELECT asked.plan_id, asked.day
      FROM (SELECT DISTINCT insurance_plan_id AS plan_id,
                   (start_at AT TIME ZONE :zone)::date AS day
              FROM shown
             WHERE insurance_plan_id IS NOT NULL
               AND status IN ('scheduled', 'checked_in', 'in_progress')) asked
     WHERE NOT EXISTS (
           SELECT FROM facility_insurance_plans taken
             JOIN insurance_plans plan ON plan.tenant_id = taken.tenant_id
                                      AND plan.id = taken.insurance_plan_id
            WHERE taken.tenant_id = :tenant_id AND taken.facility_id = :facility_id
              AND taken.insurance_plan_id = asked.plan_id AND taken.enabled
              AND asked.day <@ (daterange(plan.effective_from, plan.effective_to, '[]')
                                * daterange(taken.accepted_since, taken.accepted_until, '[]'))
           OFFSET 0))
SELECT a.id, a.patient_id, a.doctor_id, a.availability_slot_id AS slot_id, a.start_at, a.end_at,
       a.status, a.confirmed_at, a.checked_in_at, a.started_at, a.finished_at, a.overbooked,
       a.row_version, a.insurance_plan_id,
       COALESCE(a.language, pat.preferred_language) AS language,
       s.name AS service, step.id AS step_id, step.name AS step, step.begun AS step_begun,
       step.waiting AS steps_waiting,
       step.position AS step_position, step.steps AS step_count,
       pat.row_uid, pat.first_name AS first_envelope, pat.last_name AS last_envelope,
       pat.meta AS meta_envelope, pat.status AS patient_status,
       a.patient_id IN (SELECT al.patient_id FROM patient_alerts al
                         WHERE al.tenant_id = :tenant_id AND al.ended_at IS NULL
                           AND al.patient_id = ANY(ARRAY(SELECT patient_id FROM shown)))
           AS alerted,
       pat.updated_at AS patient_updated_at,
       NOT EXISTS (SELECT 1 FROM appointments e
                    WHERE e.tenant_id = a.tenant_id AND e.patient_id = a.patient_id
                      AND e.status = 'completed' AND e.start_at < a.start_at) AS is_new,
       a.insurance_plan_id IS NOT NULL
           AND a.status IN ('scheduled', 'checked_in', 'in_progress')
           AND (a.insurance_plan_id, (a.start_at AT TIME ZONE :zone)::date)
               IN (SELECT plan_id, day FROM refused) AS uncovered
  FROM shown a
  JOIN patients pat ON pat.tenant_id = a.tenant_id AND pat.id = a.patient_id
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
  LEFT JOIN LATERAL (
       SELECT st.id, t.name, st.position, st.status = 'in_progress' AS begun,
              count(*) FILTER (WHERE st.status = 'scheduled') OVER () AS waiting,
              (SELECT count(*) FROM appointment_steps n
                WHERE n.tenant_id = a.tenant_id AND n.appointment_id = a.id
                  AND n.replaced_at IS NULL) AS steps
         FROM appointment_steps st
         JOIN step_templates t ON t.tenant_id = st.tenant_id AND t.id = st.step_template_id
        WHERE a.status IN ('checked_in', 'in_progress')
          AND st.tenant_id = a.tenant_id AND st.appointment_id = a.id
          AND st.status IN ('in_progress', 'scheduled') AND st.replaced_at IS NULL
        ORDER BY st.status, st.position LIMIT 1) step
    ON true
 WHERE a.status <> 'cancelled'
 ORDER BY a.start_at, a.doctor_id, a.id
 LIMIT :limit
