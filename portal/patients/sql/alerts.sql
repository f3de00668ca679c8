-- Some patients' alerts, either those that hold or those that ended: allergies and safety first,
-- then the latest.
-- Takes tenant_id, patient_ids, ended, limit.
SELECT a.id, a.row_uid, a.kind, a.text, a.created_at, u.name AS author, a.ended_at,
       e.name AS ended_by, a.patient_id
  FROM patient_alerts a
  LEFT JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.author_id
  LEFT JOIN users e ON e.tenant_id = a.tenant_id AND e.id = a.ended_by
 WHERE a.tenant_id = :tenant_id AND a.patient_id = ANY(CAST(:patient_ids AS bigint[]))
   AND (a.ended_at IS NOT NULL) = :ended
 ORDER BY array_position(ARRAY['allergy', 'safety', 'communication', 'billing'], a.kind),
          a.id DESC
 LIMIT :limit
