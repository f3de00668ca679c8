-- Takes the seat of a slot that was made for one visit, and writes the visit.
-- One row, that of `visit_written`.
-- Takes slot_id, doctor_id, facility_id, offering_id, workflow_id, start_at, end_at, overbooked,
-- overbook_reason, busy_from, busy_until, and what the visit says: tenant_id, patient_id, row_uid,
-- plan_id, notes, language, booking_key, user_id, series_id, group_uid, act_user_id, done_at.
WITH offer AS (
    SELECT CAST(:slot_id AS bigint) AS slot_id, CAST(:doctor_id AS bigint) AS doctor_id,
           CAST(:facility_id AS bigint) AS facility_id,
           CAST(:offering_id AS bigint) AS offering_id,
           CAST(:workflow_id AS bigint) AS workflow_id,
           CAST(:start_at AS timestamptz) AS start_at, CAST(:end_at AS timestamptz) AS end_at,
           CAST(:overbooked AS boolean) AS overbooked,
           CAST(:overbook_reason AS text) AS overbook_reason
),
taken AS (
    {{ take_seat | trim }}
),
{% set booked = "CAST(NULL AS bigint)" %}
{% include "appointments/visit_written" %}
