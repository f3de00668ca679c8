-- What follows the parts `wanted` and `difference` of a WITH clause: makes, opens, withdraws and
-- marks slots as they say. Rows: each action with how often it was done, and how many are wanted.
-- The slots to change are named by an array, so that they are found by their key whatever the
-- planner believes of a tenant it has no statistics of: it once compared each slot with each other.
-- Takes tenant_id, now.
change AS MATERIALIZED (
    SELECT * FROM difference WHERE action NOT IN ('kept', 'gone')
),
inserted AS (
    INSERT INTO availability_slots (tenant_id, doctor_id, facility_id, service_offering_id,
                                    start_at, end_at, capacity, created_from_rule_id)
    SELECT :tenant_id, doctor_id, facility_id, offering_id, start_at, end_at, capacity, rule_id
      FROM change WHERE action = 'added'
),
opened AS (
    UPDATE availability_slots s
       SET status = 'open', end_at = c.end_at, capacity = c.capacity,
           created_from_rule_id = c.rule_id, orphaned_at = NULL,
           busy_from = NULL, busy_until = NULL
      FROM change c
     WHERE s.tenant_id = :tenant_id AND s.id = c.slot_id AND c.action IN ('reopened', 'adjusted')
       AND s.id = ANY(ARRAY(SELECT slot_id FROM change
                             WHERE action IN ('reopened', 'adjusted')))
),
closed AS (
    UPDATE availability_slots SET status = 'cancelled'
     WHERE tenant_id = :tenant_id
       AND id = ANY(ARRAY(SELECT slot_id FROM change WHERE action = 'withdrawn'))
),
marked AS (
    UPDATE availability_slots s
       SET orphaned_at = CASE c.action WHEN 'orphaned' THEN CAST(:now AS timestamptz) END
      FROM change c
     WHERE s.tenant_id = :tenant_id AND s.id = c.slot_id AND c.action IN ('orphaned', 'adopted')
       AND s.id = ANY(ARRAY(SELECT slot_id FROM change
                             WHERE action IN ('orphaned', 'adopted')))
)
SELECT action, count(*) FROM change GROUP BY action
 UNION ALL
SELECT 'wanted', count(*) FROM wanted
