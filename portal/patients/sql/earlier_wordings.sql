-- The earlier wordings of some notes, the latest first; `latest` is the note that corrects them.
-- Takes tenant_id, ids.
WITH RECURSIVE wordings AS (
    SELECT n.*, n.id AS latest FROM patient_notes n
     WHERE n.tenant_id = :tenant_id AND n.id = ANY(CAST(:ids AS bigint[]))
    UNION ALL
    SELECT before.*, wordings.latest FROM patient_notes before
      JOIN wordings ON before.id = wordings.corrects_id
     WHERE before.tenant_id = :tenant_id
)
SELECT w.id, w.row_uid, w.text, w.created_at, u.name AS author, w.corrects_id, w.latest
  FROM wordings w
  LEFT JOIN users u ON u.tenant_id = w.tenant_id AND u.id = w.author_id
 WHERE w.id <> w.latest
 ORDER BY w.id DESC
