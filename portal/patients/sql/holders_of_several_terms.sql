-- The living patients who hold all of some search tokens: a row for each that is asked for
-- (`asked`) and patient, in no order. The rarest token of each, by how far back its holders reach,
-- is read along its key, and the others are looked up for its holders.
-- Takes tenant_id, asked, fields and tokens (several of each `asked`), before, limit (of each).
{% set rarest_first = "reached.patient_id NULLS FIRST, asked.token" %}
SELECT terms.asked AS position, found.*
  FROM (SELECT asked.asked,
               array_agg(asked.field ORDER BY {{ rarest_first }}) AS fields,
               array_agg(asked.token ORDER BY {{ rarest_first }}) AS tokens
          FROM unnest(CAST(:asked AS int[]), CAST(:fields AS text[]), CAST(:tokens AS bytea[]))
                 AS asked (asked, field, token)
          LEFT JOIN LATERAL (
               SELECT t.patient_id
                 FROM patient_search_tokens t
                WHERE t.tenant_id = :tenant_id AND t.field = asked.field
                  AND t.token = asked.token AND t.patient_id < :before
                ORDER BY t.patient_id DESC
               OFFSET {{ enough }} LIMIT 1) AS reached ON true
         GROUP BY asked.asked) AS terms
 CROSS JOIN LATERAL (
       SELECT {{ columns }}
         FROM (SELECT t.patient_id
                 FROM patient_search_tokens t
                WHERE t.tenant_id = :tenant_id AND t.field = terms.fields[1]
                  AND t.token = terms.tokens[1] AND t.patient_id < :before
{% for other in range(2, terms + 1) %}
                      -- OFFSET 0: asked for each row. The planner would turn it into a join, and
                      -- choose what is read first without knowing the tokens.
                      AND EXISTS (
                          SELECT FROM patient_search_tokens o
                           WHERE o.tenant_id = :tenant_id AND o.field = terms.fields[{{ other }}]
                             AND o.token = terms.tokens[{{ other }}]
                             AND o.patient_id = t.patient_id
                          OFFSET 0)
{% endfor %}
                ORDER BY t.patient_id DESC
               OFFSET 0) AS held
         JOIN patients p ON p.id = held.patient_id AND {{ living }}
        ORDER BY held.patient_id DESC
        LIMIT :limit) AS found
