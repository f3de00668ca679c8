-- Makes the slots agree with rules and exceptions.
-- Rows: each action with how many slots it was done to, and how many are wanted.
-- Takes what `difference` takes: tenant_id, now, doctor_ids, facility_id, first_date, last_date,
-- horizon_days.
{% include "availability/difference" %}
, {{ lay_out }}
