-- An expression: of the offerings of a doctor `d` at a facility a JSON array of each one's id, the
-- minutes before a visit, and those of its shortest and after it.
-- Takes tenant_id, facility_id.
COALESCE((SELECT json_agg(json_build_array(o.id, o.buffer_before_minutes,
                                           w.minutes + o.buffer_after_minutes)
                          ORDER BY o.id)
            FROM service_offerings o
            {{ service.join() }}
           CROSS JOIN LATERAL (
                 SELECT min(total_estimated_minutes) AS minutes
                   FROM service_workflows
                  WHERE tenant_id = o.tenant_id AND service_offering_id = o.id
                    AND active AND total_estimated_minutes > 0) w
           WHERE o.tenant_id = d.tenant_id AND o.doctor_id = d.id
             AND o.facility_id = :facility_id AND {{ active.holds }}
             AND w.minutes IS NOT NULL), '[]')
