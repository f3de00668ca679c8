-- What a doctor has at a facility besides appointments: one row, with the sessions and the
-- services. Hours and services belong to higher areas, which this one does not import.
-- Takes tenant_id, doctor_id, facility_id, now.
SELECT (SELECT count(*) FROM availability_rules r
         WHERE r.tenant_id = :tenant_id AND r.doctor_id = :doctor_id
           AND r.facility_id = :facility_id AND r.active
           AND (r.valid_to IS NULL OR r.valid_to
                >= (CAST(:now AS timestamptz) AT TIME ZONE f.timezone)::date)) AS sessions,
       (SELECT count(*) FROM service_offerings o
          JOIN services v ON v.tenant_id = o.tenant_id AND v.id = o.service_id
                         AND v.deleted_at IS NULL
         WHERE o.tenant_id = :tenant_id AND o.doctor_id = :doctor_id
           AND o.facility_id = :facility_id AND o.active) AS services
  FROM facilities f
 WHERE f.tenant_id = :tenant_id AND f.id = :facility_id
