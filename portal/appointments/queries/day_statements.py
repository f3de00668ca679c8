"""The statements of the day board. Parameters: tenant_id, facility_id, now, opens and closes (the
instants between which the facility's day lies), zone (the facility's), limit; VERSION also late
(when a visit has to have begun whose patient is late).
"""

from sqlalchemy import text

from portal.scheduling.openings.day_slots import OFFERED, SLOTS_THERE
from portal.sql import statement

DOCTORS = statement("appointments/day_doctors", offered=OFFERED)
VISITS = statement("appointments/day_visits")
SLOTS = text(f"""{SLOTS_THERE}
       AND s.start_at >= :opens AND s.start_at < :closes AND s.status <> 'cancelled'
     ORDER BY s.start_at, s.doctor_id, s.service_offering_id NULLS FIRST, s.id
     LIMIT :limit
""")

AWAY = text("""
    SELECT id, doctor_id, start_at, end_at, type, reason
      FROM availability_exceptions
     WHERE tenant_id = :tenant_id AND facility_id = :facility_id AND type <> 'override'
       AND start_at < :closes AND end_at > :opens
     ORDER BY start_at, id
     LIMIT :limit
""")

VERSION = statement("appointments/day_version")
