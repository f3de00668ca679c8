-- The parts of a WITH clause whose last, `uncovered`, are the coming appointments that their plan
-- does not pay for. What a facility's contract and the plan's own dates say is asked once for all
-- appointments of a facility and a plan, of which there may be thousands. The date of service is
-- the facility's; `daterange` reads a missing date as open-ended.
-- Takes tenant_id, now, facility_ids and plan_ids (null: every one).
WITH coming AS MATERIALIZED (
    SELECT a.id, a.start_at, a.facility_id, a.insurance_plan_id
      FROM appointments a
     WHERE {{ coming }} AND a.insurance_plan_id IS NOT NULL
       AND (CAST(:facility_ids AS bigint[]) IS NULL OR a.facility_id = ANY(:facility_ids))
       AND (CAST(:plan_ids AS bigint[]) IS NULL OR a.insurance_plan_id = ANY(:plan_ids))),
terms AS MATERIALIZED (
    SELECT f.id AS facility_id, plan.id AS insurance_plan_id, f.timezone,
           CASE WHEN taken.id IS NOT NULL
                THEN daterange(plan.effective_from, plan.effective_to, '[]')
                     * daterange(taken.accepted_since, taken.accepted_until, '[]') END AS span
      FROM (SELECT DISTINCT facility_id, insurance_plan_id FROM coming) AS asked
      JOIN facilities f ON f.tenant_id = :tenant_id AND f.id = asked.facility_id
      JOIN insurance_plans plan ON plan.tenant_id = :tenant_id AND plan.id = asked.insurance_plan_id
      LEFT JOIN facility_insurance_plans taken
        ON taken.tenant_id = :tenant_id AND taken.facility_id = asked.facility_id
       AND taken.insurance_plan_id = asked.insurance_plan_id AND taken.enabled),
uncovered AS (
    SELECT c.id, c.start_at FROM coming c JOIN terms USING (facility_id, insurance_plan_id)
     WHERE span IS NULL OR NOT (c.start_at AT TIME ZONE timezone)::date <@ span)
