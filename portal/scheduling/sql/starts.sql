-- The starts of the offerings in `offered`, a row each, the earliest first: what an `Opening` is.
-- Takes tenant_id, now, user_id, limit; and, where these narrow it, slot_id, from_at, until_at,
-- on_dates, time_from, time_until, instead_of.
{% set narrowed %}
{% if "slot_id" in given %}
 AND s.id = :slot_id
{% endif %}
{% if "from_at" in given %}
 AND s.start_at >= :from_at
{% endif %}
{% if "until_at" in given %}
 AND s.start_at <= :until_at
{% endif %}
{% if "on_dates" in given %}
 AND (s.start_at AT TIME ZONE o.zone)::date = ANY (CAST(:on_dates AS date[]))
{% endif %}
{% if "time_from" in given %}
 AND (s.start_at AT TIME ZONE o.zone)::time >= CAST(:time_from AS time)
{% endif %}
{% if "time_until" in given %}
 AND (s.start_at AT TIME ZONE o.zone)::time < CAST(:time_until AS time)
{% endif %}
{% endset %}
SELECT slot.id AS slot_id, o.doctor_id, o.facility_id, o.offering_id, o.workflow_id,
       slot.start_at, slot.start_at + o.length AS end_at, o.zone,
       slot.start_at - o.before AS busy_from, slot.start_at + o.length + o.after AS busy_until
  FROM offered o
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at
       {{ free_starts(narrowed, moved="instead_of" in given) }}
        LIMIT :limit) AS slot
 ORDER BY slot.start_at, o.doctor_id, o.facility_id, o.offering_id, slot.id
 LIMIT :limit
