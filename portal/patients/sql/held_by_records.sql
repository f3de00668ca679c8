-- What hangs on each of some records, and would move with it: a row each, counted. Visits and
-- disclosures belong to higher areas: these statements ask for their tables by name.
-- Takes tenant_id, patient_ids.
SELECT p.id, p.created_at,
       (SELECT count(*) FROM appointments a
         WHERE a.tenant_id = :tenant_id AND a.patient_id = p.id) AS visits,
       (SELECT count(*) FROM appointments a
         WHERE a.tenant_id = :tenant_id AND a.patient_id = p.id
           AND a.status IN ('scheduled', 'checked_in', 'in_progress')) AS open_visits,
       (SELECT count(*) FROM disclosures d
         WHERE d.tenant_id = :tenant_id AND d.patient_id = p.id) AS disclosures,
       (SELECT count(*) FROM patient_merges m
         WHERE m.tenant_id = :tenant_id AND m.patient_id = p.id
           AND m.undone_at IS NULL) AS merges
  FROM patients p
 WHERE p.tenant_id = :tenant_id AND p.id = ANY(CAST(:patient_ids AS bigint[]))
 ORDER BY p.id
