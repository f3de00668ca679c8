-- An appointment as it is before something is done to it: one row, one JSON object with the
-- visit, its steps, its slot and what else was so then. `beside` are the slots that the doctor
-- was taken for at the same time already (a visit that was squeezed in): they are in nobody's way
-- when the visit comes back.
-- Takes tenant_id, appointment_id.
SELECT jsonb_build_object(
    'visit', to_jsonb(a) - 'notes',
    'steps', (SELECT COALESCE(jsonb_agg(to_jsonb(s) - 'notes' ORDER BY s.id), '[]')
                FROM appointment_steps s
               WHERE s.tenant_id = :tenant_id AND s.appointment_id = a.id
                 AND s.replaced_at IS NULL),
    'slot', to_jsonb(slot),
    'beside', (SELECT COALESCE(jsonb_agg(o.id), '[]')
                 FROM availability_slots o
                WHERE o.tenant_id = :tenant_id AND o.doctor_id = slot.doctor_id
                  AND o.id <> slot.id AND o.booked_count > 0
                  AND {{ busy_during("o", "slot.busy_from", "slot.busy_until") }}),
    'wishes', (SELECT COALESCE(jsonb_agg(w.id), '[]')
                 FROM waitlist_entries w
                WHERE w.tenant_id = :tenant_id AND w.appointment_id = a.id
                  AND w.status = 'booked'))
  FROM appointments a
  LEFT JOIN availability_slots slot
    ON slot.tenant_id = :tenant_id AND slot.id = a.availability_slot_id
 WHERE a.tenant_id = :tenant_id AND a.id = :appointment_id
