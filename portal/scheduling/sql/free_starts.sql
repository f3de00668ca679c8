-- What follows the columns of a search: the slots `s` in which a visit of an offering `o`, with its
-- buffers, can begin, the earliest first.
-- Takes tenant_id, now, user_id; instead_of where a visit is moved; and what narrows it.
         FROM availability_slots s
        WHERE s.tenant_id = :tenant_id AND s.doctor_id = o.doctor_id
          AND s.start_at >= o.opens AND s.start_at < o.closes
          AND s.start_at > CAST(:now AS timestamptz)
{% if narrowed %}
          {{ narrowed }}
{% endif %}
          AND s.facility_id = o.facility_id AND NOT s.overbooked
          AND {{ every(of_slot) }}
          -- Nothing the doctor is taken for, at any facility, overlaps the visit with its buffers.
          AND NOT EXISTS (
              SELECT 1 FROM availability_slots t
               WHERE t.tenant_id = :tenant_id AND t.doctor_id = o.doctor_id AND t.id <> s.id
                 AND {{ busy_during("t", "s.start_at - o.before",
                                    "s.start_at + o.length + o.after") }}
                 AND {{ taken_by_others("t") }}
{% if moved %}
                 -- A visit that is moved is in nobody's way; those who share its slot still are.
                 AND (t.id <> :instead_of OR t.booked_count > 1)
{% endif %}
              OFFSET 0)
          -- The visit with its buffers lies inside the union of the doctor's slots there that day:
          -- no piece begins after all those before it have ended. Most visits fit their own slot
          -- and skip this.
          AND ((o.before = interval '0' AND s.end_at >= s.start_at + o.length + o.after) OR (
              SELECT bool_and(piece.start_at <= COALESCE(piece.reach, s.start_at - o.before))
                     AND max(piece.end_at) >= s.start_at + o.length + o.after
                FROM (SELECT u.start_at, u.end_at,
                             max(u.end_at) OVER (ORDER BY u.start_at, u.id
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
                        FROM availability_slots u
                       WHERE u.tenant_id = :tenant_id AND u.doctor_id = o.doctor_id
                         AND u.facility_id = o.facility_id AND {{ is_part_of_hours("u") }}
                         AND u.start_at > s.start_at - o.before - interval '24 hours'
                         AND u.start_at < s.start_at + o.length + o.after
                         AND u.end_at > s.start_at - o.before
                         AND (u.start_at AT TIME ZONE o.zone)::date
                             = (s.start_at AT TIME ZONE o.zone)::date) AS piece))
        ORDER BY s.start_at, s.service_offering_id NULLS LAST, s.id
