-- A sentence for each slot whose count of seats taken is not that of its appointments. A visit
-- cancelled when it was over keeps its seat.
-- Takes tenant_id, limit.
SELECT format('slot %s counts %s of %s seats taken, its visits %s', s.id, s.booked_count,
              s.capacity, count(a.id))
  FROM availability_slots s
  LEFT JOIN appointments a
    ON a.tenant_id = s.tenant_id AND a.availability_slot_id = s.id
   AND (a.status <> 'cancelled' OR a.finished_at >= a.end_at)
 WHERE s.tenant_id = :tenant_id
 GROUP BY s.tenant_id, s.id
HAVING s.booked_count <> count(a.id) OR s.booked_count > s.capacity
 ORDER BY s.id LIMIT :limit
