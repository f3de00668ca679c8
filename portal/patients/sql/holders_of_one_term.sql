-- The living patients who hold one search token each: a row for each that is asked for (`asked`)
-- and patient, in no order.
-- Takes tenant_id, asked, fields and tokens (one each), before, limit (of each).
SELECT asked.asked AS position, found.*
  FROM unnest(CAST(:asked AS int[]), CAST(:fields AS text[]), CAST(:tokens AS bytea[]))
       AS asked (asked, field, token)
 CROSS JOIN LATERAL (
       SELECT {{ columns }}
         FROM patient_search_tokens t
         JOIN patients p ON p.id = t.patient_id AND {{ living }}
        WHERE t.tenant_id = :tenant_id AND t.field = asked.field AND t.token = asked.token
          AND t.patient_id < :before
        ORDER BY t.patient_id DESC
        LIMIT :limit) AS found
