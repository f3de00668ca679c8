-- The clinic's absences, the last recorded first: a row each with its doctor, its times and
-- facilities, and how many are still to be called.
-- Takes tenant_id, limit, offset.
SELECT b.id, d.display_name AS doctor, b.type, b.reason, b.visits, b.undone_at,
       span.start_at, span.end_at, span.zone, span.facilities,
       (SELECT count(*) FROM absence_visits v
         WHERE v.tenant_id = b.tenant_id AND v.absence_id = b.id AND v.called_at IS NULL
           AND (v.returned_at IS NULL OR v.told)) AS calls
  FROM absences b
  JOIN doctors d ON d.tenant_id = b.tenant_id AND d.id = b.doctor_id
 CROSS JOIN LATERAL (
       SELECT min(s.start_at) AS start_at, max(s.end_at) AS end_at, min(f.timezone) AS zone,
              string_agg(f.name, ', ' ORDER BY f.sort_name) AS facilities
         FROM absence_spans s
         JOIN facilities f ON f.tenant_id = s.tenant_id AND f.id = s.facility_id
        WHERE s.tenant_id = b.tenant_id AND s.absence_id = b.id) AS span
 WHERE b.tenant_id = :tenant_id AND span.start_at IS NOT NULL
 ORDER BY b.created_at DESC, b.id DESC
 LIMIT :limit OFFSET :offset
