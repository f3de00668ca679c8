-- A sentence for each workflow that does not say the minutes of its steps.
-- Takes tenant_id.
SELECT format('workflow %s says %s minutes, its steps %s', w.id, w.total_estimated_minutes,
              COALESCE(sum(COALESCE(s.duration_minutes, t.default_duration_minutes)), 0))
  FROM service_workflows w
  LEFT JOIN workflow_steps s ON s.tenant_id = w.tenant_id AND s.service_workflow_id = w.id
  LEFT JOIN step_templates t ON t.tenant_id = s.tenant_id AND t.id = s.step_template_id
 WHERE w.tenant_id = :tenant_id
 GROUP BY w.tenant_id, w.id
HAVING w.total_estimated_minutes
       <> COALESCE(sum(COALESCE(s.duration_minutes, t.default_duration_minutes)), 0)
 ORDER BY w.id
