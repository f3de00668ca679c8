-- A sentence for each rule and each slot that is kept for the service of another doctor or
-- facility.
-- Takes tenant_id, limit.
SELECT format('rule %s is for the service of another doctor or facility', r.id)
  FROM availability_rules r
  JOIN service_offerings o ON o.tenant_id = r.tenant_id AND o.id = r.service_offering_id
 WHERE r.tenant_id = :tenant_id
   AND (o.doctor_id, o.facility_id) <> (r.doctor_id, r.facility_id)
 UNION ALL
SELECT format('slot %s is for the service of another doctor or facility', s.id)
  FROM availability_slots s
  JOIN service_offerings o ON o.tenant_id = s.tenant_id AND o.id = s.service_offering_id
 WHERE s.tenant_id = :tenant_id
   AND (o.doctor_id, o.facility_id) <> (s.doctor_id, s.facility_id)
 ORDER BY 1 LIMIT :limit
