-- A sentence for each appointment that is not with the doctor and facility of its offering. A
-- visit that was moved keeps the workflow it was booked with, of another doctor of the service.
-- Takes tenant_id, limit.
SELECT format('appointment %s is not where its service is offered', a.id)
  FROM appointments a
  JOIN service_offerings o ON o.tenant_id = a.tenant_id AND o.id = a.service_offering_id
  JOIN service_workflows w ON w.tenant_id = a.tenant_id AND w.id = a.service_workflow_id
  JOIN service_offerings b ON b.tenant_id = w.tenant_id AND b.id = w.service_offering_id
 WHERE a.tenant_id = :tenant_id
   AND (a.doctor_id <> o.doctor_id OR a.facility_id <> o.facility_id
        OR b.service_id <> o.service_id)
 ORDER BY a.id LIMIT :limit
