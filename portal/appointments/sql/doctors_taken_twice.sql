-- A sentence for each two slots for which a doctor is taken at one time, overbooked ones aside.
-- Takes tenant_id, limit.
SELECT format('slots %s and %s of doctor %s overlap', a.id, b.id, a.doctor_id)
  FROM availability_slots a
  JOIN availability_slots b
    ON b.tenant_id = a.tenant_id AND b.doctor_id = a.doctor_id AND b.id > a.id
   AND b.busy_from < a.busy_until AND b.busy_until > a.busy_from
 WHERE a.tenant_id = :tenant_id AND NOT a.overbooked AND NOT b.overbooked
   AND (a.booked_count > 0 OR a.status = 'reserved')
   AND (b.booked_count > 0 OR b.status = 'reserved')
 ORDER BY a.id, b.id LIMIT :limit
