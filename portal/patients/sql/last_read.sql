-- The last of so many patients that are looked through for duplicates: its id, or no row.
-- Takes tenant_id, newer, most_read.
{% include "patients/living_read" %}
OFFSET :most_read - 1 LIMIT 1
