-- A sentence for each slot that materialising would still change. Days that no slot has been made
-- for yet are the worker's next round; a slot that was made for one visit, or was last changed
-- while somebody had it, waits for that round too, and is not on offer until then.
-- Takes what `difference` takes (tenant_id, now, doctor_ids, facility_id, first_date, last_date,
-- horizon_days), and limit.
{% include "availability/difference" %}
SELECT format('doctor %s at facility %s, %s: %s', d.doctor_id, d.facility_id, d.start_at, d.action)
  FROM difference d
  LEFT JOIN availability_slots s ON s.tenant_id = :tenant_id AND s.id = d.slot_id
 WHERE CASE d.action
         WHEN 'added' THEN EXISTS (
              SELECT 1 FROM availability_slots later
               WHERE later.tenant_id = :tenant_id AND later.doctor_id = d.doctor_id
                 AND later.facility_id = d.facility_id
                 AND later.start_at >= d.start_at + interval '1 day'
                 AND later.created_from_rule_id IS NOT NULL)
         WHEN 'withdrawn' THEN s.orphaned_at IS NULL
         WHEN 'reopened' THEN s.created_from_rule_id IS NOT NULL AND s.orphaned_at IS NULL
         WHEN 'orphaned' THEN s.booked_count > 0
         ELSE d.action = 'adopted' END
 ORDER BY d.doctor_id, d.start_at, d.facility_id
 LIMIT :limit
