-- Moves records back to a patient, and what was corrected of them since with its corrections; no
-- rows.
-- Takes tenant_id, from, to, ids.
WITH RECURSIVE theirs AS (
    SELECT id FROM {{ table }}
     WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS bigint[]))
    UNION
    SELECT d.id FROM {{ table }} AS d JOIN theirs ON d.corrects_id = theirs.id
     WHERE d.tenant_id = :tenant_id
)
UPDATE {{ table }} SET patient_id = :to
 WHERE tenant_id = :tenant_id AND patient_id = :from AND id IN (SELECT id FROM theirs)
