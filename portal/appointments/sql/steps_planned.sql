-- Writes the steps of an appointment by its workflow, one after the other from its start; no
-- rows.
-- Takes tenant_id, appointment_id.
INSERT INTO appointment_steps (tenant_id, row_uid, appointment_id, workflow_step_id,
                               step_template_id, position, scheduled_start_at,
                               scheduled_end_at, status)
SELECT :tenant_id, gen_random_uuid(), a.id, step.id, step.step_template_id, step.position,
       a.start_at + (sum(minutes) OVER (ORDER BY step.position) - minutes)
                    * interval '1 minute',
       a.start_at + sum(minutes) OVER (ORDER BY step.position) * interval '1 minute',
       'scheduled'
  FROM appointments a
  JOIN workflow_steps step
    ON step.tenant_id = :tenant_id AND step.service_workflow_id = a.service_workflow_id
  JOIN step_templates template
    ON template.tenant_id = :tenant_id AND template.id = step.step_template_id
 CROSS JOIN LATERAL (
       SELECT COALESCE(step.duration_minutes, template.default_duration_minutes) AS minutes) m
 WHERE a.tenant_id = :tenant_id AND a.id = :appointment_id
