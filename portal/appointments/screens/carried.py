"""An appointment that is carried to another time: which one the board's address names."""

from typing import NamedTuple

from flask_login import current_user

from portal.appointments.queries.visits import get_appointment
from portal.appointments.rules.visits import where
from portal.facilities.queries import zone_of
from portal.names import name_of
from portal.patients.queries.records import get_patient
from portal.web.filters import hhmm, localtime, shortdate


class Carried(NamedTuple):
    """Whose it is, and when it is now."""

    id: int
    name: str
    time: str
    moved_from: str


def carried(appointment_id: int | None) -> Carried | None:
    """The appointment being carried; None when it can no longer be moved. Raises NotFound."""
    if appointment_id is None or not current_user.can("appointments.move"):
        return None
    visit = get_appointment(appointment_id)
    if visit.status != "scheduled":
        return None
    patient = get_patient(visit.patient_id)
    at = localtime(visit.start_at, zone_of(visit.facility_id))
    return Carried(visit.id, name_of(patient), f"{shortdate(at)}, {hhmm(at)}",
                   where(visit.start_at, visit.doctor_id))  # fmt: skip
