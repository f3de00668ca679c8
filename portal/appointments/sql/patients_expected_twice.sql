-- A sentence for each two appointments that a patient has at one time.
-- Takes tenant_id, limit.
SELECT format('appointments %s and %s of one patient overlap', a.id, b.id)
  FROM appointments a
  JOIN appointments b
    ON b.tenant_id = a.tenant_id AND b.patient_id = a.patient_id AND b.id > a.id
   AND b.start_at < a.end_at AND b.end_at > a.start_at
 WHERE a.tenant_id = :tenant_id
   AND a.status IN ('scheduled', 'checked_in', 'in_progress')
   AND b.status IN ('scheduled', 'checked_in', 'in_progress')
 ORDER BY a.id, b.id LIMIT :limit
