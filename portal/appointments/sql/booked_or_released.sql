-- What the one-time key has booked: its id, or no row; and then the doctor's holds that stand in
-- the way go.
-- Takes tenant_id, booking_key, now, user_id, offering_id.
WITH booked AS (
    SELECT id FROM appointments
     WHERE tenant_id = :tenant_id AND booking_key = CAST(:booking_key AS uuid)
),
released AS (
    {{ release }}
       AND doctor_id =
{% include "appointments/doctor_to_book" %}
)
SELECT id FROM booked
