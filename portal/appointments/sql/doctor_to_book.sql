-- An expression: the doctor of the offering, unless the key has booked already.
-- Takes tenant_id, offering_id.
(SELECT doctor_id FROM service_offerings
  WHERE tenant_id = :tenant_id AND id = :offering_id AND NOT EXISTS (SELECT 1 FROM booked))
