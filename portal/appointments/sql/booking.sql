-- Books: finds the offer, takes its seat and writes the visit, unless the key has booked it
-- already.
-- One row, that of `visit_written`.
-- Takes what the search for the offer takes (tenant_id, user_id, now and the others), and what the
-- visit says (booking_key and the others).
WITH booked AS (
    -- What the one-time key has booked.
    SELECT id FROM appointments
     WHERE tenant_id = :tenant_id AND booking_key = CAST(:booking_key AS uuid)
),
{{ offered }},
offer AS (
    -- The start as it is on offer; its own slot is let go of by taking its seat.
    SELECT found.*, false AS overbooked, CAST(NULL AS text) AS overbook_reason
      FROM ({{ starts }}) AS found
),
released AS (
    {{ release }}
       AND doctor_id =
{% include "appointments/doctor_to_book" %}
       AND id NOT IN (SELECT slot_id FROM offer)
    RETURNING id
),
taken AS (
    -- Holds go before the seat is taken: the doctor's exclusion counts them.
    {{ take_offer }}
       AND NOT EXISTS (SELECT 1 FROM booked) AND (SELECT count(*) FROM released) >= 0
    RETURNING s.id
),
{% set booked = "(SELECT id FROM booked)" %}
{% include "appointments/visit_written" %}
