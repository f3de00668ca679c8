-- A SELECT up to its FROM: what is known of an appointment that an absence touches.
-- Takes nothing.
SELECT a.id, a.patient_id, a.doctor_id, a.facility_id, a.service_offering_id AS offering_id,
       o.service_id, a.insurance_plan_id AS plan_id, a.availability_slot_id AS slot_id,
       a.start_at, a.end_at, a.status, lower(btrim(d.specialty)) AS specialty,
       seen.doctor_id AS seen_by
