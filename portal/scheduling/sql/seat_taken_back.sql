-- Gives an appointment the seat again that it had, in its slot as it was then: the id of the
-- slot, or no row when it is full or held. A slot that has gone meanwhile comes back as it was; one
-- that is there stays as it is by now.
-- Takes tenant_id, slot (its row as it was: jsonb), user_id.
{% set seats = "CASE s.status WHEN 'cancelled' THEN w.capacity ELSE s.capacity END" %}
UPDATE availability_slots s
   SET {{ one_more("w.busy_from", "w.busy_until", capacity=seats) }},
       end_at = CASE s.status WHEN 'cancelled' THEN w.end_at ELSE s.end_at END,
       capacity = {{ seats }},
       orphaned_at = CASE s.status WHEN 'cancelled' THEN w.orphaned_at
                                   ELSE s.orphaned_at END,
       service_offering_id = CASE s.status WHEN 'cancelled' THEN w.service_offering_id
                                           ELSE s.service_offering_id END,
       created_from_rule_id = CASE s.status WHEN 'cancelled' THEN (
           SELECT r.id FROM availability_rules r
            WHERE r.tenant_id = :tenant_id AND r.id = w.created_from_rule_id)
           ELSE s.created_from_rule_id END
  FROM jsonb_populate_record(CAST(NULL AS availability_slots), CAST(:slot AS jsonb)) AS w
 WHERE s.tenant_id = :tenant_id AND s.id = w.id
   AND s.booked_count < {{ seats }}
   AND (s.status <> 'reserved' OR s.reserved_by = CAST(:user_id AS bigint))
RETURNING s.id
