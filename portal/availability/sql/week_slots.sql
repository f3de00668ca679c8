-- A doctor's slots of a week at a facility, as rules and exceptions want them, by start: a row
-- each, with how far it is taken, and whether its doctor is elsewhere then.
-- Takes what `difference` takes (tenant_id, now, doctor_ids, facility_id, first_date, last_date,
-- horizon_days), doctor_id, limit.
{% include "availability/difference" %}
-- When the doctor is taken in that week, with what began before it and reaches into it: read once,
-- along their own slots, since row by row it would be looked for among every doctor's.
, taken AS MATERIALIZED (
    SELECT t.id, t.busy_from, t.busy_until FROM availability_slots t
     WHERE t.tenant_id = :tenant_id AND t.doctor_id = :doctor_id
       AND t.start_at > (SELECT min(opens) FROM place) - {{ longest_before }}
       AND t.start_at < (SELECT max(closes) FROM place) + {{ longest_after }}
       AND {{ taken("t") }}
)
SELECT d.start_at, d.end_at, d.action, s.status, COALESCE(s.booked_count, 0) AS booked,
       COALESCE(d.capacity, s.capacity) AS capacity, s.reserved_until,
       EXISTS (SELECT FROM taken t
                WHERE t.id IS DISTINCT FROM d.slot_id
                  AND t.busy_from < d.end_at AND t.busy_until > d.start_at) AS covered
  FROM difference d
  LEFT JOIN LATERAL (
       SELECT id, status, booked_count, capacity, reserved_until FROM availability_slots
        WHERE tenant_id = :tenant_id AND id = d.slot_id LIMIT 1) AS s ON true
 WHERE d.action <> 'withdrawn' AND NOT (d.action = 'gone' AND s.status = 'cancelled')
 ORDER BY d.start_at, d.end_at, s.id
 LIMIT :limit
