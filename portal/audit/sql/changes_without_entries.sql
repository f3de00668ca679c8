-- A sentence for each row of a table that was made or changed behind the audit log's back. What was
-- logged last of each column is what the row says now, and every row's making was logged. Of a
-- column that a migration has taken away since there is nothing to compare.
-- Takes table_name, actions, hidden, limit.
WITH last AS (
    SELECT DISTINCT ON (l.record_id, logged.key) l.record_id, logged.key, logged.value
      FROM user_action_audit_log l
     CROSS JOIN LATERAL jsonb_each(l.new_values) AS logged
     WHERE l.table_name = :table_name AND l.action_type = ANY(:actions)
     ORDER BY l.record_id, logged.key, l.id DESC
)
SELECT format('%s %s was made without an entry', CAST(:table_name AS text), t.id)
  FROM {{ table }} t
 WHERE NOT EXISTS (SELECT 1 FROM last WHERE last.record_id = t.id)
 UNION ALL
SELECT format('%s %s was changed without an entry (%s)', CAST(:table_name AS text), t.id,
              string_agg(last.key, ', ' ORDER BY last.key))
  FROM {{ table }} t
  JOIN last ON last.record_id = t.id
 WHERE last.key NOT IN ('updated_at', 'row_version') AND last.value <> CAST(:hidden AS jsonb)
   AND to_jsonb(t) ? last.key AND to_jsonb(t) -> last.key IS DISTINCT FROM last.value
 GROUP BY t.id
 LIMIT :limit
