-- Joins to an appointment `a` of an offering `o`: its doctor `d`, and as `seen` who else saw the
-- patient last for the same service.
-- Takes tenant_id.
  JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = a.doctor_id
  LEFT JOIN LATERAL (
       SELECT b.doctor_id
         FROM appointments b
         JOIN service_offerings bo ON bo.tenant_id = :tenant_id
                                  AND bo.id = b.service_offering_id
        WHERE b.tenant_id = :tenant_id AND b.patient_id = a.patient_id
          AND b.status = 'completed' AND bo.service_id = o.service_id
          AND b.doctor_id <> a.doctor_id
        ORDER BY b.start_at DESC, b.id DESC
        LIMIT 1) AS seen ON true
