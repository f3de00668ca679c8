-- Whom on the waitlist an opening of a facility suits: a row for each entry and start, by start.
-- Asked are the earliest starts, one start of a doctor, or some. Like the search's own `offered`,
-- once for each entry; the most urgent of those who wait come first, and no more than can be looked
-- through.
-- Takes tenant_id, user_id, now, facility_id, days, most, each, limit; of one start doctor_id and
-- at; of some doctor_ids and starts.
{% set suits %}
{% if which == "one" %}
 AND s.start_at = :at
{% elif which == "some" %}
 AND (s.doctor_id, s.start_at) IN (SELECT * FROM
     unnest(CAST(:doctor_ids AS bigint[]), CAST(:starts AS timestamptz[])))
{% endif %}
 -- What the entry asks of a start; and the patient is nowhere else then.
 AND o.weekdays >> extract(dow FROM s.start_at AT TIME ZONE o.zone)::int & 1 = 1
 AND (o.part_of_day = 'any' OR o.part_of_day =
      CASE WHEN (s.start_at AT TIME ZONE o.zone)::time < '12:00' THEN 'morning'
           WHEN (s.start_at AT TIME ZONE o.zone)::time < '17:00' THEN 'afternoon'
           ELSE 'evening' END)
 AND NOT EXISTS (
     SELECT 1 FROM appointments a
      WHERE a.tenant_id = :tenant_id AND a.patient_id = o.patient_id
        AND a.status IN ('scheduled', 'checked_in', 'in_progress')
        AND a.start_at < s.start_at + o.length AND a.end_at > s.start_at
     OFFSET 0)
{% endset %}
WITH waiting AS MATERIALIZED (
    SELECT e.*
      FROM waitlist_entries e
      JOIN waitlist_facilities there ON there.tenant_id = :tenant_id
       AND there.waitlist_entry_id = e.id AND there.facility_id = :facility_id
      JOIN patients alive ON alive.tenant_id = :tenant_id AND alive.id = e.patient_id
                         AND alive.status = 'active'
     WHERE e.tenant_id = :tenant_id AND e.status = 'waiting'
       AND e.latest_on >= CAST(:now AS timestamptz)::date - 1
{% if which == "one" %}
       AND e.service_id IN (SELECT own.service_id FROM service_offerings own
                             WHERE own.tenant_id = :tenant_id AND own.doctor_id = :doctor_id
                               AND own.facility_id = :facility_id)
{% endif %}
     ORDER BY array_position(ARRAY['urgent', 'soon', 'routine'], e.urgency), e.created_at, e.id
     LIMIT :most
), offered AS MATERIALIZED (
    SELECT e.id AS entry_id, e.patient_id, e.urgency, e.created_at AS since, e.weekdays,
           e.part_of_day, e.doctor_id IS NOT NULL AS named,
           e.insurance_plan_id IS NOT NULL AS insured,
           o.id AS offering_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           w.total_estimated_minutes * interval '1 minute' AS length,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           local_instant(GREATEST(first.day, e.earliest_on, plan.effective_from,
                                  taken.accepted_since), '00:00', f.timezone) AS opens,
           local_instant(LEAST(first.day + CAST(:days AS int) - 1, e.latest_on, plan.effective_to,
                               taken.accepted_until) + 1, '00:00', f.timezone) AS closes
      FROM waiting e
      JOIN service_offerings o ON o.tenant_id = :tenant_id AND o.service_id = e.service_id
                              AND o.facility_id = :facility_id AND {{ active.holds }}
                              AND (e.doctor_id IS NULL OR o.doctor_id = e.doctor_id)
{% for each in stands_on %}
      {{ each.join() }}
{% endfor %}
      LEFT JOIN insurance_plans plan ON plan.tenant_id = :tenant_id
                                    AND plan.id = e.insurance_plan_id
      LEFT JOIN facility_insurance_plans taken
        ON taken.tenant_id = :tenant_id AND taken.facility_id = o.facility_id
       AND taken.insurance_plan_id = e.insurance_plan_id AND taken.enabled
     CROSS JOIN LATERAL (
           SELECT (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date AS day) AS first
     CROSS JOIN LATERAL ({{ workflow("e.insurance_plan_id") }}) w
     WHERE (e.insurance_plan_id IS NULL OR taken.id IS NOT NULL)
       AND {{ "o.doctor_id = :doctor_id" if which == "one" else "true" }}
)
SELECT o.entry_id, o.patient_id, o.offering_id, slot.id AS slot_id, o.doctor_id, o.facility_id,
       slot.start_at, o.zone, o.urgency, o.named, slot.spare, o.insured, o.since
  FROM offered o
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at,
              GREATEST(0, extract(epoch FROM s.end_at - s.start_at - o.length)::int / 60) AS spare
       {{ free_starts(suits) }}
        LIMIT :each) AS slot
 ORDER BY slot.start_at, o.doctor_id, slot.id, o.entry_id
 LIMIT :limit
