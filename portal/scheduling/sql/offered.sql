-- A part of a WITH clause: the offerings that are searched, a row each with what they stand on. The
-- dates become instants once an offering, so that its starts are a range of the index.
-- Takes tenant_id, now, first_date, days, minutes; and, where these narrow it, plan_id,
-- offering_id, service_id, doctor_id, facility_id.
{% set planned = "plan_id" in given %}
offered AS MATERIALIZED (
    SELECT o.id AS offering_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           w.id AS workflow_id,
           COALESCE(CAST(:minutes AS int), w.total_estimated_minutes) * interval '1 minute'
               AS length,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           local_instant(GREATEST(first.day
{% if planned %}
                                  , plan.effective_from, taken.accepted_since
{% endif %}
                                  ), '00:00', f.timezone) AS opens,
           local_instant(LEAST(first.day + CAST(:days AS int) - 1
{% if planned %}
                               , plan.effective_to, taken.accepted_until
{% endif %}
                               ) + 1, '00:00', f.timezone) AS closes
      FROM service_offerings o
{% for each in stands_on %}
      {{ each.join() }}
{% endfor %}
{% if planned %}
      -- The plan on the date of service: in effect, and accepted by the facility.
      JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = :plan_id
      JOIN facility_insurance_plans taken
        ON taken.tenant_id = :tenant_id AND taken.facility_id = o.facility_id
       AND taken.insurance_plan_id = :plan_id AND taken.enabled
{% endif %}
     CROSS JOIN LATERAL (
           SELECT COALESCE(CAST(:first_date AS date),
                           (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date) AS day
           ) AS first
     CROSS JOIN LATERAL ({{ workflow(":plan_id" if planned else "NULL") }}) w
     WHERE o.tenant_id = :tenant_id AND {{ active.holds }}
{% if "offering_id" in given %}
       AND o.id = :offering_id
{% endif %}
{% if "service_id" in given %}
       AND o.service_id = :service_id
{% endif %}
{% if "doctor_id" in given %}
       AND o.doctor_id = :doctor_id
{% endif %}
{% if "facility_id" in given %}
       AND o.facility_id = :facility_id
{% endif %}
)
