-- Keeps a booked slot without its hours: its id, or no row. From now on the slot is as one that
-- was made for its visit: no rule has to support it, and no more seats of it are offered.
-- Takes tenant_id, slot_id.
UPDATE availability_slots s
   SET orphaned_at = NULL, created_from_rule_id = NULL, capacity = booked_count,
       status = 'booked',
       service_offering_id = COALESCE(service_offering_id, (
           SELECT a.service_offering_id FROM appointments a
            WHERE a.tenant_id = s.tenant_id AND a.availability_slot_id = s.id
              AND a.status IN ('scheduled', 'checked_in', 'in_progress')
            ORDER BY a.start_at, a.id LIMIT 1))
 WHERE tenant_id = :tenant_id AND id = :slot_id
RETURNING id
