-- For each of some appointments that has one, the nearest facility that takes its plan on its
-- day. The nearest: where the same doctor offers the service, else where it is offered, then by
-- name.
-- Takes tenant_id, ids.
SELECT a.id AS visit_id, near.name, near.same_doctor, near.same_service
  FROM appointments a
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN insurance_plans plan ON plan.tenant_id = a.tenant_id AND plan.id = a.insurance_plan_id
 CROSS JOIN LATERAL (
       SELECT f.name,
              COALESCE(bool_or(other.doctor_id = a.doctor_id), false) AS same_doctor,
              count(other.id) > 0 AS same_service
         FROM facility_insurance_plans taken
         JOIN facilities f ON f.tenant_id = taken.tenant_id AND f.id = taken.facility_id
                          AND f.deleted_at IS NULL
         LEFT JOIN (service_offerings other
               JOIN facility_doctors place
                 ON place.tenant_id = other.tenant_id AND place.doctor_id = other.doctor_id
                AND place.facility_id = other.facility_id AND place.active)
           ON other.tenant_id = taken.tenant_id AND other.facility_id = taken.facility_id
          AND other.service_id = o.service_id AND other.active
        WHERE taken.tenant_id = a.tenant_id AND taken.enabled
          AND taken.insurance_plan_id = a.insurance_plan_id
          AND taken.facility_id <> a.facility_id
          AND (a.start_at AT TIME ZONE f.timezone)::date
              <@ (daterange(plan.effective_from, plan.effective_to, '[]')
                  * daterange(taken.accepted_since, taken.accepted_until, '[]'))
        GROUP BY f.tenant_id, f.id
        ORDER BY same_doctor DESC, same_service DESC, f.sort_name, f.id
        LIMIT 1) AS near
 WHERE a.tenant_id = :tenant_id AND a.id = ANY(CAST(:ids AS bigint[]))
