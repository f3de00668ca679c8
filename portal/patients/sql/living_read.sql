-- A query without its LIMIT: the living patients, the last registered first.
-- Takes tenant_id, newer (only those registered until then; null: all).
SELECT p.id FROM patients p
 WHERE {{ living }} AND (CAST(:newer AS bigint) IS NULL OR p.id <= :newer)
 ORDER BY p.id DESC
