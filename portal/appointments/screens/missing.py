"""Why an opening is not there, or a day has none, as the booking form says it."""

from datetime import date, datetime

from flask_babel import gettext as _

from portal.appointments.forms.choice import Choice
from portal.appointments.screens.reasons_shown import About, SaidReason, say_reasons
from portal.doctors.queries import list_doctor_names
from portal.facilities.queries import list_facility_names
from portal.scheduling.openings.day_reasons import why_nothing
from portal.scheduling.openings.reasons import why_not
from portal.scheduling.slots.queries import get_slot
from portal.schema.availability import AvailabilitySlot
from portal.services.queries.catalogue import OfferingRow, list_offerings
from portal.web.filters import hhmm, localtime, longdate

MOST_EXPLAINED = 5
# What is said beside the plan, once and not again for every doctor.
OF_PLAN = "plan_"


def about_lost(choice: Choice, slot_id: int) -> list[SaidReason]:
    """Why the opening that was chosen cannot be booked: its time, that nothing is chosen, why."""
    slot, zone = get_slot(slot_id), choice.facility.timezone
    doctor = list_doctor_names({slot.doctor_id}).get(slot.doctor_id, "")
    start = localtime(slot.start_at, zone)
    lost = _(
        "%(time)s with %(doctor)s cannot be booked for this. Nothing is chosen now.",
        time=hhmm(start), doctor=doctor,
    )  # fmt: skip
    return [SaidReason(lost), *_why_lost(choice, slot, doctor)]


def about_day(choice: Choice, day: date) -> list[SaidReason]:
    """Why a day has no opening, doctor by doctor; of many doctors the first."""
    if choice.service_id is None:
        return []
    offerings = _offerings(choice, choice.doctor_id)
    if not offerings:
        return [SaidReason(_("Not offered at this location."))]
    notes = []
    for offering in offerings[:MOST_EXPLAINED]:
        reasons = why_nothing(offering.id, choice.plan_id, day)
        about = About(offering, choice.plan_id, choice.facility.timezone)
        of_doctor = (each for each in reasons if not each.code.startswith(OF_PLAN))
        notes += say_reasons(of_doctor, about, prefix=f"{offering.doctor_name}: ")
    return notes


def moment(at: datetime, zone: str) -> str:
    """Monday, March 2, 2026, 8:00 AM."""
    start = localtime(at, zone)
    return f"{longdate(start.date())}, {hhmm(start)}"


def _why_lost(choice: Choice, slot: AvailabilitySlot, doctor: str) -> list[SaidReason]:
    if slot.facility_id != choice.facility.id:
        facility_name = list_facility_names({slot.facility_id}).get(slot.facility_id, "")
        return [SaidReason(_("It is at %(facility)s.", facility=facility_name))]
    if choice.doctor_id not in (None, slot.doctor_id):
        return [SaidReason(_("Another doctor is chosen."))]
    offerings = _offerings(choice, slot.doctor_id)
    if not offerings:
        return [SaidReason(_("%(doctor)s does not offer this service here.", doctor=doctor))]
    reasons = why_not(offerings[0].id, choice.plan_id, slot.start_at)
    remaining = (each for each in reasons if not each.code.startswith(OF_PLAN))
    return say_reasons(remaining, About(offerings[0], choice.plan_id, choice.facility.timezone))


def _offerings(choice: Choice, doctor_id: int | None) -> list[OfferingRow]:
    """Who offers the chosen service there, or did."""
    return list_offerings(
        facility_id=choice.facility.id, service_id=choice.service_id, doctor_id=doctor_id,
        active_only=False,
    )  # fmt: skip
