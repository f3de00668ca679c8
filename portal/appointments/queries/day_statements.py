"""The statements of the day board. Parameters: tenant_id, facility_id, now, opens and closes (the
instants between which the facility's day lies), zone (the facility's), limit; VERSION also late
(when a visit has to have begun whose patient is late).
"""

from sqlalchemy import text

from portal.scheduling.openings.day_slots import OFFERED, SLOTS_THERE

# Those of the day (also what began the evening before and reaches into it), and whoever is in the
# clinic now, whatever the day: apart, so that each is found by its own index.
SHOWN = """
    SELECT * FROM appointments
     WHERE tenant_id = :tenant_id AND facility_id = :facility_id
       AND start_at > CAST(:opens AS timestamptz) - interval '36 hours'
       AND start_at < :closes AND end_at > :opens
    UNION ALL
    SELECT * FROM appointments
     WHERE tenant_id = :tenant_id AND facility_id = :facility_id
       AND status IN ('checked_in', 'in_progress')
       AND NOT (start_at > CAST(:opens AS timestamptz) - interval '36 hours'
                AND start_at < :closes AND end_at > :opens)
"""

DOCTORS = text(f"""
    SELECT d.id, d.display_name AS name, COALESCE(p.role, d.specialty, '') AS about,
           {OFFERED} AS offered
      FROM doctors d
      LEFT JOIN facility_doctors p ON p.tenant_id = d.tenant_id AND p.doctor_id = d.id
                                  AND p.facility_id = :facility_id
     WHERE d.tenant_id = :tenant_id
       AND ((p.active AND d.deleted_at IS NULL) OR EXISTS (
            SELECT 1 FROM appointments a
             WHERE a.tenant_id = d.tenant_id AND a.doctor_id = d.id
               AND a.facility_id = :facility_id AND a.status <> 'cancelled'
               AND a.start_at > CAST(:opens AS timestamptz) - interval '36 hours'
               AND a.start_at < :closes AND a.end_at > :opens))
     ORDER BY d.sort_last_name, d.sort_first_name, d.id
     LIMIT :limit
""")  # noqa: S608 - a constant of this room

# A visit under way says its step; else the one that comes next.
VISITS = text(
    """
    WITH shown AS MATERIALIZED (SHOWN),
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
""".replace("SHOWN", SHOWN)
)

SLOTS = text(f"""{SLOTS_THERE}
       AND s.start_at >= :opens AND s.start_at < :closes AND s.status <> 'cancelled'
     ORDER BY s.start_at, s.doctor_id, s.service_offering_id NULLS FIRST, s.id
     LIMIT :limit
""")

AWAY = text("""
    SELECT id, doctor_id, start_at, end_at, type, reason
      FROM availability_exceptions
     WHERE tenant_id = :tenant_id AND facility_id = :facility_id AND type <> 'override'
       AND start_at < :closes AND end_at > :opens
     ORDER BY start_at, id
     LIMIT :limit
""")

# A row that changes is stamped anew, so the sum of stamps changes whoever commits first; what
# time alone changes (holds that expire, starts that pass, patients who are late) is counted
# beside it. A step leaves its visit's row as it is, so steps are asked themselves.
VERSION = text(
    """
    WITH shown AS (SHOWN)
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
""".replace("SHOWN", SHOWN)
)
