"""The statements of a booking. Parameters: tenant_id, and what the columns are called."""

from functools import cache

from sqlalchemy import TextClause, text

from portal.scheduling.openings.search import parts
from portal.scheduling.slots.writes import RELEASE, TAKE_OFFER, TAKE_SEAT

# The doctor's lock comes first; what follows sees what others committed while it waited.
LOCKING = """
    SELECT o.doctor_id, pg_advisory_xact_lock(:space + o.doctor_id){also}
      FROM service_offerings o
     WHERE o.tenant_id = :tenant_id AND o.id = :offering_id
"""
LOCK = text(LOCKING.format(also=""))
# The same before a statement that takes longer to plan than to run, and has one good plan.
LOCK_AND_PLAN = text(
    LOCKING.format(also=", set_config('plan_cache_mode', 'force_generic_plan', true)")
)

# What the one-time key has booked; if nothing, the doctor's holds that stand in the way go.
BOOKED = """
WITH booked AS (
    SELECT id FROM appointments
     WHERE tenant_id = :tenant_id AND booking_key = CAST(:booking_key AS uuid)
)"""
OF_OFFERING = """(SELECT doctor_id FROM service_offerings
         WHERE tenant_id = :tenant_id AND id = :offering_id AND NOT EXISTS (SELECT 1 FROM booked))
"""
BOOKED_OR_RELEASED = text(
    "".join((BOOKED, ", released AS (", RELEASE, OF_OFFERING, ") SELECT id FROM booked"))
)

# The start as it is on offer; its own slot is let go of by taking its seat, in the same statement.
OFFER = """, offer AS (
    SELECT found.*, false AS overbooked, CAST(NULL AS text) AS overbook_reason
      FROM ({starts}) AS found
), released AS ({release}{of_offering}       AND id NOT IN (SELECT slot_id FROM offer)
    RETURNING id
)"""
# Holds go before the seat is taken: the doctor's exclusion counts them.
TAKEN = f""", taken AS ({TAKE_OFFER}
       AND NOT EXISTS (SELECT 1 FROM booked) AND (SELECT count(*) FROM released) >= 0
    RETURNING s.id
)"""  # noqa: S608 - names of columns
# A time of its own, in a slot that is made for it.
OWN = """
WITH offer AS (
    SELECT CAST(:slot_id AS bigint) AS slot_id, CAST(:doctor_id AS bigint) AS doctor_id,
           CAST(:facility_id AS bigint) AS facility_id,
           CAST(:offering_id AS bigint) AS offering_id,
           CAST(:workflow_id AS bigint) AS workflow_id,
           CAST(:start_at AS timestamptz) AS start_at, CAST(:end_at AS timestamptz) AS end_at,
           CAST(:overbooked AS boolean) AS overbooked,
           CAST(:overbook_reason AS text) AS overbook_reason
), taken AS ("""

# The seat before the patient, the fixed order: without a seat the patient is not even looked at.
# Two bookings of one patient wait for each other here, not at the constraint.
VISIT = """,
patient AS (
    SELECT id, status FROM patients
     WHERE tenant_id = :tenant_id AND id = :patient_id AND deleted_at IS NULL
       AND (SELECT count(*) FROM taken) = 1
       FOR NO KEY UPDATE
), visit AS (
    INSERT INTO appointments (tenant_id, row_uid, patient_id, facility_id, doctor_id,
        service_offering_id, availability_slot_id, service_workflow_id, insurance_plan_id,
        start_at, end_at, overbooked, overbook_reason, notes, language, booking_key, updated_by,
        appointment_series_id)
    SELECT :tenant_id, :row_uid, patient.id, offer.facility_id, offer.doctor_id,
           offer.offering_id, offer.slot_id, offer.workflow_id, CAST(:plan_id AS bigint),
           offer.start_at, offer.end_at, offer.overbooked, offer.overbook_reason,
           CAST(:notes AS bytea), :language, CAST(:booking_key AS uuid),
           CAST(:user_id AS bigint), CAST(:series_id AS bigint)
      FROM patient CROSS JOIN offer WHERE patient.status = 'active'
    RETURNING *
), steps AS (
    INSERT INTO appointment_steps (tenant_id, row_uid, appointment_id, workflow_step_id,
                                   step_template_id, position, scheduled_start_at,
                                   scheduled_end_at, status)
    SELECT :tenant_id, gen_random_uuid(), visit.id, step.id, step.step_template_id, step.position,
           visit.start_at
               + (sum(minutes) OVER (ORDER BY step.position) - minutes) * interval '1 minute',
           visit.start_at + sum(minutes) OVER (ORDER BY step.position) * interval '1 minute',
           'scheduled'
      FROM visit
      JOIN workflow_steps step
        ON step.tenant_id = :tenant_id AND step.service_workflow_id = visit.service_workflow_id
      JOIN step_templates template
        ON template.tenant_id = :tenant_id AND template.id = step.step_template_id
     CROSS JOIN LATERAL (
           SELECT COALESCE(step.duration_minutes, template.default_duration_minutes) AS minutes) m
), act AS (
    INSERT INTO appointment_acts (tenant_id, row_uid, group_uid, facility_id, appointment_id,
                                  user_id, kind, visit_version, done_at)
    SELECT :tenant_id, gen_random_uuid(), CAST(:group_uid AS uuid), visit.facility_id, visit.id,
           CAST(:act_user_id AS bigint), 'book', visit.row_version, CAST(:done_at AS timestamptz)
      FROM visit WHERE CAST(:act_user_id AS bigint) IS NOT NULL
)
SELECT {booked} AS booked, (SELECT count(*) FROM offer) AS offered,
       (SELECT count(*) FROM taken) AS seats, (SELECT status FROM patient) AS patient_status,
       set_config('plan_cache_mode', 'auto', true), visit.*
  FROM (SELECT 1) AS always LEFT JOIN visit ON true
"""
NOT_ASKED = "CAST(NULL AS bigint)"
WRITE = text("".join((OWN, TAKE_SEAT.text, ")", VISIT.format(booked=NOT_ASKED))))


@cache
def book(given: frozenset[str]) -> TextClause:
    """Find the offer, take its seat, and write the visit, unless the key has booked it already.

    Args:
        given: what of an `OpeningQuery` the search asks for.
    """
    offered, starts = parts(given)
    offer = OFFER.format(starts=starts, release=RELEASE, of_offering=OF_OFFERING)
    visit = VISIT.format(booked="(SELECT id FROM booked)")
    return text(" ".join("".join((BOOKED, ", ", offered, offer, TAKEN, visit)).split()))
