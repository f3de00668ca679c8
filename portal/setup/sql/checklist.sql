-- How far a clinic is set up: one row, with what there is, counted, and of each gap how many
-- records it has and one of them.
-- Takes tenant_id, user_id, now.
WITH day AS (SELECT CAST(:now AS timestamptz)::date AS today),
-- who sees patients where
place AS (
    SELECT p.id, p.doctor_id, p.facility_id FROM facility_doctors p
      JOIN doctors d ON d.tenant_id = :tenant_id AND d.id = p.doctor_id AND d.deleted_at IS NULL
      JOIN facilities f ON f.tenant_id = :tenant_id AND f.id = p.facility_id
                       AND f.deleted_at IS NULL
     WHERE p.tenant_id = :tenant_id AND p.active),
offering AS (
    SELECT o.id, o.service_id, p.id AS place_id FROM service_offerings o
      JOIN services s ON s.tenant_id = :tenant_id AND s.id = o.service_id AND s.deleted_at IS NULL
      JOIN place p ON p.doctor_id = o.doctor_id AND p.facility_id = o.facility_id
     WHERE o.tenant_id = :tenant_id AND o.active),
placeless AS (
    SELECT d.id FROM doctors d
     WHERE d.tenant_id = :tenant_id AND d.deleted_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM place p WHERE p.doctor_id = d.id)),
unoffered AS (
    SELECT s.id FROM services s
     WHERE s.tenant_id = :tenant_id AND s.deleted_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM offering o WHERE o.service_id = s.id)),
stepless AS (
    SELECT o.id FROM offering o
     WHERE NOT EXISTS (SELECT 1 FROM service_workflows w
                        WHERE w.tenant_id = :tenant_id AND w.service_offering_id = o.id
                          AND w.active AND w.total_estimated_minutes > 0
                          AND w.insurance_plan_id IS NULL)),
hourless AS (
    SELECT p.id FROM place p
     WHERE EXISTS (SELECT 1 FROM offering o WHERE o.place_id = p.id)
       AND NOT EXISTS (SELECT 1 FROM availability_rules r, day
                        WHERE r.tenant_id = :tenant_id AND r.doctor_id = p.doctor_id
                          AND r.facility_id = p.facility_id AND r.active
                          AND (r.valid_to IS NULL OR r.valid_to >= day.today))),
planless AS (
    SELECT y.id FROM insurance_providers y
     WHERE y.tenant_id = :tenant_id
       AND NOT EXISTS (SELECT 1 FROM insurance_plans l WHERE l.tenant_id = :tenant_id
                          AND l.insurance_provider_id = y.id)),
unaccepted AS (
    SELECT l.id FROM insurance_plans l, day
     WHERE l.tenant_id = :tenant_id AND (l.effective_to IS NULL OR l.effective_to >= day.today)
       AND NOT EXISTS (SELECT 1 FROM facility_insurance_plans a
                        WHERE a.tenant_id = :tenant_id AND a.insurance_plan_id = l.id
                          AND a.enabled)),
invited AS (SELECT id FROM users WHERE tenant_id = :tenant_id AND status = 'invited')
SELECT (SELECT count(*) FROM facilities WHERE tenant_id = :tenant_id AND deleted_at IS NULL)
           AS facilities,
       (SELECT count(*) FROM doctors WHERE tenant_id = :tenant_id AND deleted_at IS NULL)
           AS doctors,
       (SELECT count(*) FROM place) AS places,
       (SELECT count(*) FROM services WHERE tenant_id = :tenant_id AND deleted_at IS NULL)
           AS services,
       (SELECT count(*) FROM offering) AS offerings,
       (SELECT count(*) FROM insurance_plans WHERE tenant_id = :tenant_id) AS plans,
       (SELECT count(*) FROM facility_insurance_plans WHERE tenant_id = :tenant_id AND enabled)
           AS acceptances,
       (SELECT count(*) FROM step_templates WHERE tenant_id = :tenant_id) AS steps,
       (SELECT count(*) FROM service_workflows WHERE tenant_id = :tenant_id AND active)
           AS workflows,
       (SELECT count(*) FROM availability_rules r, day
         WHERE tenant_id = :tenant_id AND active
           AND (valid_to IS NULL OR valid_to >= day.today)) AS hours,
       (SELECT count(*) FROM users WHERE tenant_id = :tenant_id AND status = 'active'
           AND id IS DISTINCT FROM CAST(:user_id AS bigint)) AS staff,
       EXISTS (SELECT 1 FROM appointments WHERE tenant_id = :tenant_id) AS booked,
{% for gap in gaps %}
       (SELECT count(*) FROM {{ gap }}) AS {{ gap }},
       (SELECT min(id) FROM {{ gap }}) AS {{ gap }}_id{{ "," if not loop.last }}
{% endfor %}
