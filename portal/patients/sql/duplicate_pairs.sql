-- Each two patients who may be one person, by the tokens they share: the last registered first. By
-- equality of tokens alone, each from the token to its holders along the primary key; whether the
-- names are alike is asked once they are open.
-- Takes tenant_id, newer and older (the pair that the list goes on after; newer null: none),
-- most_read, most_alike, most_holders, limit.
{% macro holders(field) %}
(
    -- The patients registered before who have a token of this kind of the newer one's: so many at
    -- most, since a made-up telephone or birth date may be thousands of people's.
    SELECT b.patient_id
      FROM patient_search_tokens a
      JOIN patient_search_tokens b
        ON b.tenant_id = :tenant_id AND b.field = '{{ field }}' AND b.token = a.token
       AND b.patient_id < newer.id
     WHERE a.tenant_id = :tenant_id AND a.patient_id = newer.id AND a.field = '{{ field }}'
     ORDER BY b.patient_id DESC
     LIMIT :most_holders)
{%- endmacro %}
{% macro has_birth_date(patient_id) %}
EXISTS (SELECT FROM patient_search_tokens t
         WHERE t.tenant_id = :tenant_id AND t.field = 'dob' AND t.patient_id = {{ patient_id }})
{%- endmacro %}
SELECT newer.id AS newer_id, older.id AS older_id
  FROM (
{% include "patients/living_read" %}
        LIMIT :most_read) AS newer
 CROSS JOIN LATERAL (
       SELECT alike.patient_id AS id
         FROM ({{ holders("phone") }}
                UNION
               SELECT named.patient_id
                 FROM {{ holders("full") }} AS named
                WHERE NOT ({{ has_birth_date("newer.id") }}
                           AND {{ has_birth_date("named.patient_id") }})
                UNION
               SELECT born.patient_id
                 FROM {{ holders("dob") }} AS born
                WHERE EXISTS (
                      SELECT FROM patient_search_tokens n
                        JOIN patient_search_tokens m
                          ON m.tenant_id = :tenant_id AND m.field = 'name'
                         AND m.token = n.token AND m.patient_id = born.patient_id
                       WHERE n.tenant_id = :tenant_id AND n.patient_id = newer.id
                         AND n.field = 'name')) AS alike
         JOIN patients p ON p.id = alike.patient_id AND {{ living }}
        WHERE NOT EXISTS (
              SELECT FROM patient_distinctions d
               WHERE d.tenant_id = :tenant_id AND d.patient_id = alike.patient_id
                 AND d.other_id = newer.id)
        ORDER BY alike.patient_id DESC
        LIMIT :most_alike) AS older
 WHERE CAST(:newer AS bigint) IS NULL OR newer.id < :newer OR older.id < :older
 ORDER BY newer.id DESC, older.id DESC
 LIMIT :limit
