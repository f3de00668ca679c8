-- What can be booked, and why something cannot: offerings in the order of the list, so many at a
-- time, and a row for each kind of whoever pays to whom one stands alike, with its earliest start
-- or what is missing.
-- Takes tenant_id, user_id, now, days, judged; and, where these narrow it, doctor_id, facility_id,
-- after (the offering that the list goes on after).
{% set order = "d.sort_last_name, d.sort_first_name, o.doctor_id, f.sort_name, s.sort_name, o.id" %}
{% set dates = "facility_id, today, effective_from, effective_to, taken, accepted_since,"
               " accepted_until" %}
{% set counted = "count(*) AS plans, (array_agg(said.plan_id))[1:" ~ most_named ~ "] AS plan_ids" %}
{% macro living() %}
(service_offerings o
      {{ service.join() }}
      {{ doctor.join() }}
     -- Each offering's facility is looked up apart: row security lets the planner expect hardly
     -- any, and it would sort all there are instead of walking along the doctors' names.
     CROSS JOIN LATERAL (
           SELECT f.name, f.sort_name, f.timezone FROM facilities f
            WHERE f.tenant_id = :tenant_id AND {{ facility.key }} AND {{ facility.holds }}
            LIMIT 1) AS f)
{%- endmacro %}
-- Who offers what where at present, with the place and the usual workflow it would be booked under;
-- the first so many in the order of the list. Those are found once: in tables that were never
-- analysed the planner would find them anew for each row that it joins.
WITH those AS MATERIALIZED (
    SELECT o.id
      FROM {{ living() }}
     WHERE o.tenant_id = :tenant_id AND {{ active.holds }}
{% if "doctor_id" in given %}
       AND o.doctor_id = :doctor_id
{% endif %}
{% if "facility_id" in given %}
       AND o.facility_id = :facility_id
{% endif %}
{% if "after" in given %}
       AND ({{ order }}) > (
           SELECT {{ order }}
             FROM service_offerings o
             JOIN services s ON s.tenant_id = :tenant_id AND s.id = o.service_id
             JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = o.doctor_id
             JOIN facilities f ON f.tenant_id = :tenant_id AND f.id = o.facility_id
            WHERE o.tenant_id = :tenant_id AND o.id = :after)
{% endif %}
     ORDER BY {{ order }}
     LIMIT :judged + 1
), offered AS MATERIALIZED (
    SELECT o.id AS offering_id, o.service_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           d.display_name AS doctor, s.name AS service, f.name AS facility,
           row_number() OVER (ORDER BY {{ order }}) AS number,
           p.id AS place_id, p.active AS placed, usual.total_estimated_minutes AS usual_minutes,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date AS today
      FROM those
      JOIN {{ living() }} ON o.tenant_id = :tenant_id AND o.id = those.id
      LEFT JOIN facility_doctors p ON p.tenant_id = :tenant_id AND p.facility_id = o.facility_id
                                  AND p.doctor_id = o.doctor_id
      LEFT JOIN service_workflows usual
        ON usual.tenant_id = :tenant_id AND usual.service_offering_id = o.id AND usual.active
       AND usual.insurance_plan_id IS NULL AND usual.total_estimated_minutes > 0
),
-- Whoever pays besides patients themselves: the plans in effect that some facility accepts; and
-- what each facility says of them. Plans of the same dates are counted before their dates are
-- looked at: they stand alike. Those of an offering with workflows for some plans are counted for
-- it alone.
taken AS MATERIALIZED (
    SELECT a.facility_id, a.insurance_plan_id AS plan_id, a.accepted_since, a.accepted_until
      FROM facility_insurance_plans a
     WHERE a.tenant_id = :tenant_id AND a.enabled
),
payer AS MATERIALIZED (
    SELECT y.id AS plan_id, y.effective_from, y.effective_to
      FROM insurance_plans y
     WHERE y.tenant_id = :tenant_id
       AND (y.effective_to IS NULL OR y.effective_to >= CAST(:now AS timestamptz)::date - 1)
       AND y.id IN (SELECT plan_id FROM taken
                     WHERE accepted_until IS NULL
                        OR accepted_until >= CAST(:now AS timestamptz)::date - 1)
),
own AS MATERIALIZED (
    SELECT w.service_offering_id AS offering_id, w.insurance_plan_id AS plan_id,
           w.total_estimated_minutes AS minutes
      FROM service_workflows w
     WHERE w.tenant_id = :tenant_id AND w.active AND w.total_estimated_minutes > 0
       AND w.insurance_plan_id IS NOT NULL
       AND w.service_offering_id IN (SELECT offering_id FROM offered)
),
said AS MATERIALIZED (
    SELECT f.facility_id, f.today, y.plan_id, y.effective_from, y.effective_to,
           t.plan_id IS NOT NULL AS taken, t.accepted_since, t.accepted_until
      FROM (SELECT DISTINCT facility_id, today FROM offered) AS f
     CROSS JOIN payer y
      LEFT JOIN taken t ON t.facility_id = f.facility_id AND t.plan_id = y.plan_id
),
alike AS MATERIALIZED (
    SELECT NULL::bigint AS offering_id, NULL::int AS minutes, {{ dates }}, {{ counted }}
      FROM said GROUP BY {{ dates }}
     UNION ALL
    SELECT o.offering_id, own.minutes, {{ dates }}, {{ counted }}
      FROM (SELECT offering_id, facility_id FROM offered
             WHERE offering_id IN (SELECT offering_id FROM own) OFFSET 0) AS o
      JOIN said USING (facility_id)
      LEFT JOIN own ON own.offering_id = o.offering_id AND own.plan_id = said.plan_id
     GROUP BY o.offering_id, own.minutes, {{ dates }}
),
term AS MATERIALIZED (
    SELECT facility_id, offering_id, minutes, cover, first_day, last_day,
           sum(plans)::int AS plans,
           (string_to_array(string_agg(array_to_string(plan_ids, ','), ','), ',')
               )[1:{{ most_named }}]::bigint[] AS plan_ids
      FROM (SELECT *, CASE WHEN cover IS NULL THEN first_date END AS first_day,
                   CASE WHEN cover IS NULL THEN last_date END AS last_day
              FROM (SELECT *, CASE
                             WHEN NOT taken THEN 'not_accepted'
                             WHEN accepted_until < today THEN 'contract_ended'
                             WHEN effective_to < today THEN 'plan_ended'
                             WHEN first_date > last_date THEN 'dates_apart' END AS cover
                      FROM (SELECT *,
                                   GREATEST(today, effective_from, accepted_since) AS first_date,
                                   LEAST(today + CAST(:days AS int) - 1, effective_to,
                                         accepted_until) AS last_date
                              FROM alike) AS dated) AS judged) AS told
     GROUP BY facility_id, offering_id, minutes, cover, first_day, last_day
),
-- Those to whom an offering stands alike: as long a visit on the same days, or the same reason.
kind AS MATERIALIZED (
    SELECT offering_id, NULL AS cover, today AS first_day,
           today + CAST(:days AS int) - 1 AS last_day, usual_minutes AS minutes, true AS self_pay,
           0 AS plans, CAST('{}' AS bigint[]) AS plan_ids
      FROM offered
     UNION ALL
    SELECT o.offering_id, t.cover, t.first_day, t.last_day, COALESCE(t.minutes, o.usual_minutes),
           false, t.plans, t.plan_ids
      FROM offered o
      JOIN term t ON t.facility_id = o.facility_id AND t.offering_id IS NOT DISTINCT FROM
           CASE WHEN o.offering_id IN (SELECT offering_id FROM own) THEN o.offering_id END
),
-- The earliest start for each length and span of days, or why there is none.
found AS MATERIALIZED (
    SELECT o.offering_id, o.minutes, o.first_day, o.last_day, start.start_at,
           CASE WHEN start.id IS NULL THEN why.problem END AS problem
      FROM (SELECT asked.*, w.doctor_id, w.facility_id, w.zone, w.before, w.after,
                   asked.minutes * interval '1 minute' AS length,
                   local_instant(asked.first_day, '00:00', w.zone) AS opens,
                   local_instant(asked.last_day + 1, '00:00', w.zone) AS closes
              FROM (SELECT DISTINCT offering_id, minutes, first_day, last_day FROM kind
                     WHERE minutes IS NOT NULL AND cover IS NULL) AS asked
              JOIN offered w USING (offering_id)
             WHERE w.placed) AS o
      LEFT JOIN LATERAL (SELECT s.id, s.start_at
           {{ free_starts() }}
            LIMIT 1) AS start ON true
      LEFT JOIN LATERAL (
           SELECT CASE WHEN s.starts = 0 AND NOT EXISTS (
                           SELECT 1 FROM availability_rules r
                            WHERE r.tenant_id = :tenant_id AND r.doctor_id = o.doctor_id
                              AND r.facility_id = o.facility_id AND r.active
                              AND (r.service_offering_id IS NULL
                                   OR r.service_offering_id = o.offering_id)
                              AND (r.valid_from IS NULL OR r.valid_from <= o.last_day)
                              AND (r.valid_to IS NULL OR r.valid_to >= o.first_day))
                       THEN 'no_hours'
                       WHEN s.starts = 0 THEN 'no_slots'
                       WHEN s.free > 0 THEN 'does_not_fit'
                       ELSE 'full' END AS problem
             FROM (SELECT count(*) AS starts,
                          count(*) FILTER (WHERE u.status = 'open' AND {{ has_seat("u") }}) AS free
                     FROM availability_slots u
                    WHERE start.id IS NULL
                      AND u.tenant_id = :tenant_id AND u.doctor_id = o.doctor_id
                      AND u.facility_id = o.facility_id AND u.start_at >= o.opens
                      AND u.start_at < o.closes AND u.start_at > CAST(:now AS timestamptz)
                      AND u.status <> 'cancelled' AND {{ is_supported("u") }}
                      AND {{ is_for("u", "o.offering_id") }}) AS s
           ) AS why ON start.id IS NULL
),
judged AS (
    SELECT k.*, f.start_at,
           array_remove(ARRAY[
               CASE WHEN o.place_id IS NULL THEN 'no_place'
                    WHEN NOT o.placed THEN 'place_ended' END,
               CASE WHEN k.minutes IS NULL THEN 'no_workflow' END,
               k.cover, f.problem], NULL) AS problems
      FROM kind k
      JOIN offered o USING (offering_id)
      LEFT JOIN found f ON f.offering_id = k.offering_id AND f.minutes = k.minutes
                       AND f.first_day = k.first_day AND f.last_day = k.last_day
                       AND k.cover IS NULL
)
SELECT o.number, o.offering_id, o.doctor_id, o.facility_id, o.service_id, o.place_id, o.doctor,
       o.facility, o.service, o.zone, j.problems, j.self_pay, j.plans, j.plan_ids,
       j.start_at
  FROM judged j
  JOIN offered o USING (offering_id)
 ORDER BY o.number, j.problems
