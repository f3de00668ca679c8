"""Free starts as a list: when, with whom, where, and the way to book each."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for

from portal.doctors.queries import list_doctor_names
from portal.facilities.queries import list_facility_names
from portal.scheduling.rules import Opening
from portal.scheduling.times import Span
from portal.services.queries.catalogue import get_offering
from portal.web.filters import hhmm, localtime, longdate


class FoundOpening(NamedTuple):
    """A free start."""

    day: str
    time: str
    minutes: int
    doctor: str
    facility: str
    book: str


def found_starts(offers: Sequence[Opening], plan_id: int | None) -> list[FoundOpening]:
    """Offers in words, each at its own facility's time."""
    if not offers:
        return []
    doctors = list_doctor_names({offer.doctor_id for offer in offers})
    facilities = list_facility_names({offer.facility_id for offer in offers})
    service_id = get_offering(offers[0].offering_id).service_id
    openings = []
    for offer in offers:
        start = localtime(offer.start_at, offer.zone)
        book = url_for("appointments.new", facility=offer.facility_id, date=start.date(),
                       slot=offer.slot_id, service=service_id, plan=plan_id)  # fmt: skip
        minutes = Span(offer.start_at, offer.end_at).minutes
        openings.append(FoundOpening(longdate(start.date()), hhmm(start), minutes,
                           doctors.get(offer.doctor_id, ""),
                           facilities.get(offer.facility_id, ""), book))  # fmt: skip
    return openings
