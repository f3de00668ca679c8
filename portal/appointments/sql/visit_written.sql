-- What follows the parts `offer` and `taken` of a WITH clause: writes the visit, its steps and the
-- act, if the seat was taken and the patient is there. The seat before the patient, the fixed
-- order: without a seat the patient is not even looked at. Two bookings of one patient wait for
-- each other here, not at the constraint.
-- One row: what the key had booked, how many starts were offered and seats taken, the status of the
-- patient, and the columns of the visit, if one was written.
-- Takes tenant_id, patient_id, row_uid, plan_id, notes, language, booking_key, user_id, series_id,
-- group_uid, act_user_id, done_at.
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
SELECT {{ booked }} AS booked, (SELECT count(*) FROM offer) AS offered,
       (SELECT count(*) FROM taken) AS seats, (SELECT status FROM patient) AS patient_status,
       set_config('plan_cache_mode', 'auto', true), visit.*
  FROM (SELECT 1) AS always LEFT JOIN visit ON true
