"""What a refused move shows: why, and the starts that are still possible."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from portal.appointments import queries
from portal.appointments.commands import MoveDetails
from portal.appointments.models import Appointment
from portal.appointments.queries import Offer
from portal.appointments.reasons_shown import About, Said, say_reasons
from portal.appointments.rules import SlotTaken
from portal.doctors.queries import list_places
from portal.refusals import DomainError
from portal.services.queries import get_offering_row
from portal.web.filters import hhmm, localtime, shortdate


class Start(NamedTuple):
    """A start to move to instead, as a button."""

    text: str
    values: dict[str, Any]


class MoveHelp(NamedTuple):
    """Every reason against the start that was chosen, and the nearest that are free."""

    reasons: Sequence[Said]
    starts: Sequence[Start]


def move_help(visit: Appointment, to: MoveDetails, refusal: DomainError) -> MoveHelp:
    """What stands in the way; the visit's own seat does not."""
    offering = get_offering_row(to.offering_id or visit.service_offering_id)
    at = to.start_at or visit.start_at
    reasons = [
        reason for reason in queries.why_not(offering.id, visit.insurance_plan_id, at)
        if visit.availability_slot_id is None or reason.record != visit.availability_slot_id
    ]  # fmt: skip
    about = About(offering, visit.insurance_plan_id, offering.zone)
    offers = refusal.alternatives if isinstance(refusal, SlotTaken) else ()
    return MoveHelp(say_reasons(reasons, about), _starts(offering.facility_id, offers))


def _starts(facility_id: int, offers: Sequence[Offer]) -> list[Start]:
    names = {place.doctor_id: place.display_name for place in list_places(facility_id=facility_id)}
    found = []
    for offer in sorted(offers, key=lambda offer: (offer.start_at, offer.slot_id)):
        at = localtime(offer.start_at, offer.zone)
        text = f"{shortdate(at)}, {hhmm(at)} · {names.get(offer.doctor_id, '?')}"
        values = {"doctor_id": offer.doctor_id, "start_at": offer.start_at.isoformat()}
        found.append(Start(text, values))
    return found
