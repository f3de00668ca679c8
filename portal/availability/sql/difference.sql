-- The parts of a WITH clause that know how the slots there are differ from what rules and
-- exceptions want: `difference` has a row a slot, with the action that materialising it is. Time
-- zones are converted once a window, not once a slot: slots step through elapsed time, so a
-- window's two ends are all there is to convert. Everything is compared by instant: the days around
-- the range are generated too and cut off, since in a spring gap a start can fall on the next date.
-- Takes tenant_id, doctor_ids (bigint[]), facility_id (null: every facility), first_date and
-- last_date (local dates of each facility, both included; null: that facility's today, and
-- horizon_days after it), now.
WITH
dated AS (
    SELECT id AS facility_id, timezone AS zone,
           COALESCE(CAST(:first_date AS date), today) AS first_date,
           COALESCE(CAST(:last_date AS date), today + CAST(:horizon_days AS int)) AS last_date
      FROM facilities
     CROSS JOIN LATERAL (
               SELECT (CAST(:now AS timestamptz) AT TIME ZONE timezone)::date AS today) AS present
     WHERE tenant_id = :tenant_id
       AND (CAST(:facility_id AS bigint) IS NULL OR id = :facility_id)
),
place AS MATERIALIZED (
    SELECT facility_id, zone, first_date, last_date,
           local_instant(first_date, '00:00', zone) AS opens,
           local_instant(last_date + 1, '00:00', zone) AS closes
      FROM dated
),
-- The bound of all places beside each place's own is one for the index.
-- An override without a duration of its own takes its rule's shape; without a rule, back to back.
override AS MATERIALIZED (
    SELECT e.doctor_id, e.facility_id, e.availability_rule_id AS rule_id,
           r.service_offering_id AS offering_id, e.start_at AS opens, e.end_at AS closes,
           COALESCE(e.slot_duration_minutes, r.slot_duration_minutes) * interval '1 minute'
               AS length,
           COALESCE(e.slot_duration_minutes, r.slot_interval_minutes, r.slot_duration_minutes)
               * interval '1 minute' AS step,
           COALESCE(r.capacity, 1) AS capacity, p.opens AS from_at, p.closes AS until_at,
           (e.start_at AT TIME ZONE p.zone)::date AS first_day,
           ((e.end_at - interval '1 microsecond') AT TIME ZONE p.zone)::date AS last_day
      FROM availability_exceptions e
      JOIN place p ON p.facility_id = e.facility_id
      LEFT JOIN availability_rules r
        ON r.tenant_id = e.tenant_id AND r.id = e.availability_rule_id
     WHERE e.tenant_id = :tenant_id AND e.doctor_id = ANY(:doctor_ids) AND e.type = 'override'
       AND e.start_at < (SELECT max(closes) + interval '2 days' FROM place)
       AND e.start_at < p.closes + interval '2 days' AND e.end_at > p.opens - interval '2 days'
       AND (r.active OR e.availability_rule_id IS NULL)
),
replaced AS MATERIALIZED (
    SELECT doctor_id, facility_id, rule_id, first_day + n AS day
      FROM override CROSS JOIN generate_series(0, last_day - first_day) AS n
),
-- Many rules say the same wall times on the same days: each is turned into an instant once. A
-- weekday's instants stand in one array, which a rule finds by one key: of several columns that
-- have to be equal, the planner expects hardly any row, and would then compare each with each.
rule AS MATERIALIZED (
    SELECT r.id, r.doctor_id, r.facility_id, r.service_offering_id AS offering_id, p.zone,
           r.day_of_week, r.start_time, r.end_time, days_later,
           concat_ws(' ', p.zone, r.day_of_week, r.start_time, 0) AS opening,
           concat_ws(' ', p.zone, r.day_of_week, r.end_time, days_later) AS closing,
           r.slot_duration_minutes * interval '1 minute' AS length,
           COALESCE(r.slot_interval_minutes, r.slot_duration_minutes) * interval '1 minute'
               AS step, r.capacity, r.valid_from, r.valid_to, p.opens AS from_at,
           p.closes AS until_at
      FROM availability_rules r
      JOIN place p ON p.facility_id = r.facility_id
     CROSS JOIN LATERAL (
               SELECT CASE r.end_time WHEN '00:00' THEN 1 ELSE 0 END AS days_later) AS midnight
     WHERE r.tenant_id = :tenant_id AND r.doctor_id = ANY(:doctor_ids) AND r.active
),
wall AS MATERIALIZED (
    SELECT said.key, days.days, ARRAY(
               SELECT local_instant(day + days_later, wall_time, said.zone)
                 FROM unnest(days.days) WITH ORDINALITY AS d (day, number) ORDER BY number
           ) AS instants
      FROM (SELECT opening, zone, day_of_week, start_time, 0 FROM rule
             UNION
            SELECT closing, zone, day_of_week, end_time, days_later FROM rule)
           AS said (key, zone, day_of_week, wall_time, days_later)
      JOIN (SELECT zone, min(first_date) - 1 AS first_date, max(last_date) + 1 AS last_date
              FROM place GROUP BY zone) AS dated ON dated.zone = said.zone
     CROSS JOIN LATERAL (
               SELECT ARRAY(
                   SELECT first_date + n
                     FROM generate_series(
                              (day_of_week - extract(dow FROM first_date)::int + 7) % 7,
                              last_date - first_date, 7) AS n) AS days) AS days
),
span AS MATERIALIZED (
    SELECT r.doctor_id, r.facility_id, r.id AS rule_id, r.offering_id, d.opens, d.closes, r.length,
           r.step, r.capacity, r.from_at, r.until_at
      FROM rule r
      JOIN wall opened ON opened.key = r.opening
      JOIN wall closed ON closed.key = r.closing
     CROSS JOIN unnest(opened.days, opened.instants, closed.instants) AS d (day, opens, closes)
     WHERE (r.valid_from IS NULL OR d.day >= r.valid_from)
       AND (r.valid_to IS NULL OR d.day <= r.valid_to)
       AND NOT EXISTS (SELECT 1 FROM replaced x
                        WHERE x.doctor_id = r.doctor_id AND x.facility_id = r.facility_id
                          AND x.day = d.day AND (x.rule_id IS NULL OR x.rule_id = r.id))
     UNION ALL
    SELECT doctor_id, facility_id, rule_id, offering_id, opens, closes, length, step, capacity,
           from_at, until_at
      FROM override
     ORDER BY doctor_id, opens
),
-- Of coinciding slots one is wanted: the longest, then the roomiest. The order is also the one in
-- which inserting is fastest; mostly they are made in it, so that there is little to sort.
blocked AS MATERIALIZED (
    SELECT e.doctor_id, e.facility_id, e.availability_rule_id AS rule_id,
           range_agg(tstzrange(e.start_at, e.end_at)) AS away
      FROM availability_exceptions e
      JOIN place p ON p.facility_id = e.facility_id
     WHERE e.tenant_id = :tenant_id AND e.doctor_id = ANY(:doctor_ids) AND e.type <> 'override'
       AND e.start_at < (SELECT max(closes) + interval '1 day' FROM place)
       AND e.start_at < p.closes + interval '1 day' AND e.end_at > p.opens
     GROUP BY e.doctor_id, e.facility_id, e.availability_rule_id
),
stepped AS (
    SELECT s.doctor_id, s.facility_id, s.rule_id, s.offering_id, s.capacity, start_at,
           start_at + s.length AS end_at
      FROM span s
     CROSS JOIN generate_series(s.opens, s.closes - s.length, s.step) AS start_at
     WHERE start_at >= s.from_at AND start_at < s.until_at
),
wanted AS MATERIALIZED (
    SELECT DISTINCT ON (w.doctor_id, w.start_at, w.facility_id, COALESCE(w.offering_id, 0)) w.*
      FROM stepped w
     WHERE NOT EXISTS (SELECT 1 FROM blocked b
                        WHERE b.doctor_id = w.doctor_id AND b.facility_id = w.facility_id
                          AND (b.rule_id IS NULL OR b.rule_id = w.rule_id)
                          AND b.away && tstzrange(w.start_at, w.end_at))
     ORDER BY w.doctor_id, w.start_at, w.facility_id, COALESCE(w.offering_id, 0),
              w.end_at DESC, w.capacity DESC, w.rule_id
),
-- A slot with an offering but no rule was made for one visit (a walk-in): nothing ever supported
-- it, so it cannot lose its support.
existing AS (
    SELECT s.id, s.doctor_id, s.facility_id, s.service_offering_id AS offering_id, s.start_at,
           s.end_at, s.capacity, s.created_from_rule_id AS rule_id, s.orphaned_at, s.status,
           s.status = 'open' AND s.booked_count = 0 AS free,
           s.created_from_rule_id IS NULL AND s.service_offering_id IS NOT NULL AS made_for_visit
      FROM availability_slots s
      JOIN place p ON p.facility_id = s.facility_id
     WHERE s.tenant_id = :tenant_id AND s.doctor_id = ANY(:doctor_ids) AND NOT s.overbooked
       AND s.start_at >= p.opens AND s.start_at < p.closes
       AND s.start_at >= (SELECT min(opens) FROM place)
       AND s.start_at < (SELECT max(closes) FROM place)
),
difference AS (
    SELECT e.id AS slot_id, COALESCE(w.doctor_id, e.doctor_id) AS doctor_id,
           COALESCE(w.facility_id, e.facility_id) AS facility_id,
           COALESCE(w.start_at, e.start_at) AS start_at, COALESCE(w.end_at, e.end_at) AS end_at,
           w.offering_id, w.capacity, w.rule_id,
           CASE
             WHEN e.id IS NULL THEN 'added'
             WHEN w.doctor_id IS NULL THEN
               CASE WHEN e.free THEN 'withdrawn'
                    WHEN e.status = 'cancelled' OR e.made_for_visit THEN 'gone'
                    WHEN e.orphaned_at IS NULL THEN 'orphaned'
                    ELSE 'gone' END
             WHEN e.status = 'cancelled' THEN 'reopened'
             WHEN e.orphaned_at IS NOT NULL THEN 'adopted'
             WHEN e.free AND (e.end_at, e.capacity, COALESCE(e.rule_id, 0))
                             <> (w.end_at, w.capacity, COALESCE(w.rule_id, 0)) THEN 'adjusted'
             ELSE 'kept'
           END AS action
      FROM wanted w
      FULL JOIN existing e
        ON e.doctor_id = w.doctor_id AND e.facility_id = w.facility_id
       AND e.start_at = w.start_at AND COALESCE(e.offering_id, 0) = COALESCE(w.offering_id, 0)
)
