-- Starts on offer for several kinds of visits at once: a row each, kind by kind (`number`),
-- earliest first. As a search for one visit asks it (`scheduling/offered`): the plan accepted on
-- the date of service, and a workflow that answers.
-- Takes tenant_id, user_id, now; of each kind numbers, service_ids, plan_ids, minutes, from_ats,
-- until_ats, mosts (how many starts of each doctor); doctor_ids and facility_ids, whose offerings
-- come first; most_offerings.
WITH wanted AS (
    SELECT * FROM unnest(CAST(:numbers AS int[]), CAST(:service_ids AS bigint[]),
                         CAST(:plan_ids AS bigint[]), CAST(:minutes AS int[]),
                         CAST(:from_ats AS timestamptz[]), CAST(:until_ats AS timestamptz[]),
                         CAST(:mosts AS int[]))
        AS w (number, service_id, plan_id, minutes, from_at, until_at, most)
), near AS MATERIALIZED (
    SELECT w.*, o.id, o.doctor_id, o.facility_id, o.specialty, o.buffer_before_minutes,
           o.buffer_after_minutes, o.accepted_since, o.accepted_until
      FROM wanted w
     CROSS JOIN LATERAL (
           SELECT o.*, lower(btrim(d.specialty)) AS specialty
             FROM (SELECT o.*, taken.accepted_since, taken.accepted_until
                     FROM service_offerings o
                     LEFT JOIN facility_insurance_plans taken
                       ON taken.tenant_id = :tenant_id AND taken.facility_id = o.facility_id
                      AND taken.insurance_plan_id = w.plan_id AND taken.enabled
                    WHERE o.tenant_id = :tenant_id AND o.service_id = w.service_id
                      AND {{ active.holds }}
                      AND (w.plan_id IS NULL OR taken.insurance_plan_id IS NOT NULL)
                   OFFSET 0) AS o
             {{ doctor.join() }}
             {{ location.join() }}
            ORDER BY o.doctor_id = ANY(CAST(:doctor_ids AS bigint[])) DESC,
                     o.facility_id = ANY(CAST(:facility_ids AS bigint[])) DESC, o.id
            LIMIT :most_offerings) AS o
), offered AS MATERIALIZED (
    SELECT o.number, o.most, o.id AS offering_id, o.doctor_id, o.facility_id, f.timezone AS zone,
           o.specialty,
           o.minutes * interval '1 minute' AS length,
           o.buffer_before_minutes * interval '1 minute' AS before,
           o.buffer_after_minutes * interval '1 minute' AS after,
           GREATEST(o.from_at, local_instant(
               GREATEST(plan.effective_from, o.accepted_since), '00:00', f.timezone)) AS opens,
           LEAST(o.until_at, local_instant(
               LEAST(plan.effective_to, o.accepted_until) + 1, '00:00', f.timezone)) AS closes
      FROM near o
      {{ service.join() }}
      {{ facility.join() }}
      LEFT JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = o.plan_id
     WHERE EXISTS ({{ workflow("o.plan_id") }})
)
SELECT o.number, slot.id AS slot_id, o.offering_id, o.doctor_id, o.facility_id, slot.start_at,
       slot.start_at + o.length AS end_at, slot.start_at - o.before AS busy_from,
       slot.start_at + o.length + o.after AS busy_until, slot.seats, o.zone,
       o.specialty
  FROM offered o
 CROSS JOIN LATERAL (
       SELECT s.id, s.start_at, s.capacity - s.booked_count AS seats
       {{ free_starts() }}
        LIMIT o.most) AS slot
 ORDER BY o.number, slot.start_at, o.doctor_id, o.facility_id, o.offering_id, slot.id
