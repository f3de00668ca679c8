-- The services that a doctor offers or did: a row for each service and facility, by name.
-- Takes tenant_id, doctor_id, limit.
SELECT s.id AS service_id, s.name AS service, f.name AS facility, o.active
  FROM service_offerings o
  JOIN services s ON s.tenant_id = o.tenant_id AND s.id = o.service_id
                 AND s.deleted_at IS NULL
  JOIN facilities f ON f.tenant_id = o.tenant_id AND f.id = o.facility_id
                   AND f.deleted_at IS NULL
 WHERE o.tenant_id = :tenant_id AND o.doctor_id = :doctor_id
 ORDER BY s.sort_name, f.sort_name, o.id
 LIMIT :limit
