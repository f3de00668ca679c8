-- The patients that the person reaches, as they were registered: a row each with all that a list
-- of patients says; personal fields stay sealed, alerts and contacts are arrays of theirs.
-- Takes tenant_id, facility_id, limit, offset.
SELECT p.id AS patient_id, p.row_uid, p.mrn, p.status, p.preferred_language,
       p.first_name, p.last_name, p.dob, p.phone, p.email, p.meta,
       f.name AS facility, pl.name AS plan,
       ARRAY(SELECT jsonb_build_array(a.row_uid, a.kind, encode(a.text, 'hex'))
               FROM patient_alerts a
              WHERE a.tenant_id = p.tenant_id AND a.patient_id = p.id AND a.ended_at IS NULL
              ORDER BY a.id) AS alert_rows,
       ARRAY(SELECT jsonb_build_array(c.row_uid, c.role, encode(c.name, 'hex'),
                                      encode(c.relation, 'hex'), encode(c.phone, 'hex'))
               FROM patient_contacts c
              WHERE c.tenant_id = p.tenant_id AND c.patient_id = p.id AND c.ended_at IS NULL
              ORDER BY c.id) AS contact_rows
  FROM patients p
  LEFT JOIN facilities f ON f.tenant_id = p.tenant_id AND f.id = p.facility_id
  LEFT JOIN insurance_plans pl ON pl.tenant_id = p.tenant_id
                              AND pl.id = p.default_insurance_plan_id
 WHERE p.tenant_id = :tenant_id AND p.deleted_at IS NULL AND p.status <> 'merged'
   AND (CAST(:facility_id AS bigint) IS NULL OR p.facility_id = :facility_id)
 ORDER BY p.id
 LIMIT :limit OFFSET :offset
