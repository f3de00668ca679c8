-- Under which plans a patient may come: a row each, the patient's own first, then as they were
-- used last.
-- Takes tenant_id, patient_id, limit.
SELECT plan_id
  FROM (SELECT default_insurance_plan_id AS plan_id, 'infinity'::timestamptz AS used_at
          FROM patients WHERE tenant_id = :tenant_id AND id = :patient_id
        UNION ALL
        SELECT insurance_plan_id, start_at
          FROM appointments WHERE tenant_id = :tenant_id AND patient_id = :patient_id) AS used
 WHERE plan_id IS NOT NULL
 GROUP BY plan_id
 ORDER BY max(used_at) DESC, plan_id
 LIMIT :limit
