-- Takes the slots of some appointments off the work-list when an absence is undone; no rows.
-- Nothing else takes such a slot off the work-list when the absence is undone. It stays on it
-- while another absence, which stands, left its appointment to decide.
-- Takes tenant_id, ids, absence_id.
UPDATE availability_slots s
   SET orphaned_at = NULL
  FROM appointments a
 WHERE s.tenant_id = :tenant_id AND a.tenant_id = :tenant_id AND a.availability_slot_id = s.id
   AND a.id = ANY(CAST(:ids AS bigint[])) AND s.orphaned_at IS NOT NULL AND {{ is_of_one("s") }}
   AND NOT EXISTS (
       SELECT FROM absence_visits v
         JOIN absences b ON b.tenant_id = v.tenant_id AND b.id = v.absence_id
        WHERE v.tenant_id = :tenant_id AND v.appointment_id = a.id AND v.outcome = 'left'
          AND v.from_start_at = a.start_at AND b.undone_at IS NULL AND b.id <> :absence_id)
