-- The ids of coming appointments that their plan does not pay for, earliest first.
-- Takes tenant_id, now, facility_ids and plan_ids (null: every one), limit, offset.
{% include "insurance/uncovered" %}
SELECT id FROM uncovered ORDER BY start_at, id LIMIT :limit OFFSET :offset
