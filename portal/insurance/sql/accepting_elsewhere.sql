-- For each of some appointments that has one, a facility beyond the person's own that takes its
-- plan on its day and gives its service.
-- Takes tenant_id, ids.
SELECT a.id, near.facility_name
  FROM appointments a
  JOIN facilities f ON f.tenant_id = a.tenant_id AND f.id = a.facility_id
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
 CROSS JOIN LATERAL (
       SELECT facility_name FROM accepting_elsewhere(
              a.insurance_plan_id, o.service_id, (a.start_at AT TIME ZONE f.timezone)::date)
        LIMIT 1) AS near
 WHERE a.tenant_id = :tenant_id AND a.id = ANY(CAST(:ids AS bigint[]))
