-- Makes a slot that is there the own one of a new appointment; no rows. A cancelled slot of the
-- same natural key serves the new visit: it is this visit's now. So is one that was held when its
-- hours went and has been let go since: no rule has to support it.
-- Takes tenant_id, end_at, offering_id, slot_id.
UPDATE availability_slots
   SET end_at = CASE status WHEN 'cancelled' THEN :end_at ELSE end_at END,
       capacity = CASE status WHEN 'cancelled' THEN 1 ELSE capacity END,
       created_from_rule_id = CASE WHEN status <> 'cancelled' AND orphaned_at IS NULL
                                   THEN created_from_rule_id END,
       service_offering_id = CASE WHEN orphaned_at IS NULL THEN service_offering_id
                                  ELSE :offering_id END,
       orphaned_at = NULL
 WHERE tenant_id = :tenant_id AND id = :slot_id
