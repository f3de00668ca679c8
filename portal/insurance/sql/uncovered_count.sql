-- How many coming appointments their plan does not pay for: one row.
-- Takes tenant_id, now, facility_ids and plan_ids (null: every one).
{% include "insurance/uncovered" %}
SELECT count(*) FROM uncovered
