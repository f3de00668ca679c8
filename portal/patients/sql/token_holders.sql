-- Who holds each of some search tokens: a row for each token and patient, the latest registered
-- first.
-- Takes tenant_id, places, fields, tokens, before, most.
SELECT asked.place, held.patient_id
  FROM unnest(CAST(:places AS int[]), CAST(:fields AS text[]), CAST(:tokens AS bytea[]))
       AS asked (place, field, token)
 CROSS JOIN LATERAL (
       SELECT t.patient_id
         FROM patient_search_tokens t
        WHERE t.tenant_id = :tenant_id AND t.field = asked.field AND t.token = asked.token
          AND t.patient_id < :before
        ORDER BY t.patient_id DESC
        LIMIT :most) AS held
 ORDER BY 1, 2 DESC
