-- Where a doctor works or did: a row for each facility, those of now first, with how many
-- appointments are to come.
-- Takes tenant_id, now, doctor_id, limit.
SELECT p.facility_id, f.name AS facility, p.role, p.active,
       (SELECT count(*) FROM appointments a
         WHERE {{ coming }} AND a.doctor_id = p.doctor_id AND a.facility_id = p.facility_id)
  FROM facility_doctors p
  JOIN facilities f ON f.tenant_id = p.tenant_id AND f.id = p.facility_id
                   AND f.deleted_at IS NULL
 WHERE p.tenant_id = :tenant_id AND p.doctor_id = :doctor_id
 ORDER BY p.active DESC, f.sort_name, p.id
 LIMIT :limit
