"""The booking form as it is shown: for whom, what is on offer, and what is held meanwhile."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext as _

from portal import clock
from portal.appointments.commands.holds import hold_instead
from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.choice import Choice
from portal.appointments.forms.waitlist import WishForm
from portal.appointments.queries.around import Around, Waiting, around_patient
from portal.appointments.screens.missing import moment
from portal.appointments.screens.patient_strip import patient_strip
from portal.appointments.screens.starts import Offers, openings_for
from portal.doctors.queries import list_doctor_names
from portal.errors import DomainError
from portal.names import name_of
from portal.patients.queries.records import find_patient
from portal.scheduling.rules import Opening
from portal.scheduling.slots.queries import find_held, get_slot
from portal.schema.availability import AvailabilitySlot
from portal.schema.facilities import Facility
from portal.schema.patients import Patient
from portal.web.filters import hhmm, localtime, shortdate
from portal.web.forms.fields import record_number

NOBODY = Around()


class Hold(NamedTuple):
    """The opening that is held for whoever is booking; without words when another is chosen.

    Of a hold that has ended there are the words alone.
    """

    slot_id: int | None
    until: str | None
    ends: datetime | None = None

    @property
    def left(self) -> int:
        """The seconds that it lasts, and a second more."""
        return 0 if self.ends is None else int((self.ends - clock.now()).total_seconds()) + 1


@dataclass(frozen=True)
class BookingHeading:
    """The heading of the form, where closing it leads, and what that lets go of.

    `asks` is whether the browser is to ask for what is chosen to be held; `when` is the time that
    is chosen, in words, and `doctor` with whom.
    """

    facility_name: str
    when: str
    back_to: str
    hold: Hold | None
    asks: bool = False
    doctor: str = ""


class OnWaitlist(NamedTuple):
    """The entry that this booking closes."""

    id: int
    text: str


def shown_booking(
    form: BookingForm, facility: Facility, choice: Choice, *, held_id: int | None, writes: bool,
    ended: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """The context of the form's templates besides the form itself.

    Args:
        form: with its choices.
        facility: where it is.
        choice: what is chosen.
        held_id: the slot that was held before.
        writes: whether this request may hold what is chosen; else the browser is told to ask.
        ended: whether the browser asks because the hold must have ended: nothing is held anew
            for whoever may have gone away.
    """
    patient = chosen_patient(form)
    if patient is not None:
        keep_patient(form, patient)
    around = around_patient(patient.id) if patient else NOBODY
    found = openings_for(choice, around.seen_by)
    keeps = found.chosen if found.chosen and (form.names_somebody or choice.picked) else None
    hold: Hold | None
    if ended and held_id is not None and find_held(held_id) is None:
        hold, asks = _ended(get_slot(held_id), found), False
    elif writes:
        found, hold = _held_instead(found, keeps, choice, around, held_id)
        asks = False
    else:
        hold = _held_before(held_id, found.chosen)
        asks = keeps is not None and (hold is None or hold.until is None)
    at = found.chosen.start_at if found.chosen else None
    strip = (
        patient_strip(patient, around=around, at=at, zone=facility.timezone) if patient else None
    )
    return {
        "offers": found, "strip": strip, "waiting": _waiting(form, around),
        "booking": heading(facility, hold, when=_when(found), asks=asks,
                           doctor=_doctor(found, choice)),
    }  # fmt: skip


def known_patient(form: BookingForm, facility: Facility) -> dict[str, Any]:
    """Who it is for and what they wait for, without any opening."""
    patient = chosen_patient(form)
    if patient is not None:
        keep_patient(form, patient)
    around = around_patient(patient.id) if patient else NOBODY
    strip = (
        patient_strip(patient, around=around, at=clock.now(), zone=facility.timezone)
        if patient
        else None
    )
    return {"strip": strip, "waiting": _waiting(form, around)}


def chosen_patient(form: BookingForm | WishForm) -> Patient | None:
    """Whom it is for; nobody, when it is nobody this person sees."""
    chosen = form.chosen_patient
    patient = find_patient(chosen) if chosen is not None else None
    return None if patient is None or patient.merged_into is not None else patient


def keep_patient(form: BookingForm | WishForm, patient: Patient) -> None:
    """Who was chosen from a list of matches stays chosen, by name, when the list is gone."""
    form.patient_id.data, form.patient_query.data = str(patient.id), name_of(patient)


def heading(
    facility: Facility, hold: Hold | None, *, when: str = "", asks: bool = False, doctor: str = ""
) -> BookingHeading:
    back_to = url_for("appointments.day", facility=facility.id)
    return BookingHeading(facility.name, when, back_to, hold, asks, doctor)


def _doctor(found: Offers, choice: Choice) -> str:
    """With whom the chosen time is; nothing while it may be anybody."""
    doctor_id = found.chosen.doctor_id if found.chosen else choice.doctor_id
    return list_doctor_names({doctor_id}).get(doctor_id, "") if doctor_id else ""


def _when(found: Offers) -> str:
    """The chosen time, whatever day is looked at."""
    if found.own_time:
        return str(_("Walk-in or other time"))
    if found.chosen is None:
        return str(_("No time is chosen"))
    return moment(found.chosen.start_at, found.chosen.zone)


def held_of(held_id: int | None, facility: Facility) -> Hold | None:
    """The hold that the user still has."""
    held = find_held(held_id) if held_id is not None else None
    return _hold(held, facility.timezone) if held else None


def _held_instead(
    found: Offers, keeps: Opening | None, choice: Choice, around: Around, held_id: int | None
) -> tuple[Offers, Hold | None]:
    """Hold what is chosen; what cannot be held at this very moment is chosen no more."""
    try:
        slot = hold_instead(held_id, keeps, plan_id=choice.plan_id)
    except DomainError:
        gone = replace(choice, slot_id=keeps.slot_id if keeps else None, picked=True)
        return openings_for(gone, around.seen_by), None
    return found, _hold(slot, choice.facility.timezone) if slot else None


def _held_before(held_id: int | None, chosen: Opening | None) -> Hold | None:
    held = find_held(held_id) if held_id is not None else None
    if held is None:
        return None
    if chosen is None or chosen.slot_id != held.id:
        return Hold(held.id, None)
    return _hold(held, chosen.zone)


def _hold(slot: AvailabilitySlot, zone: str) -> Hold | None:
    """Seats of a group are not held."""
    if slot.reserved_until is None:
        return None
    until, start = localtime(slot.reserved_until, zone), localtime(slot.start_at, zone)
    text = _("%(start)s is held for you until %(time)s", start=hhmm(start), time=hhmm(until))
    return Hold(slot.id, str(text), slot.reserved_until)


def _ended(slot: AvailabilitySlot, found: Offers) -> Hold:
    """A hold that ended: whether its slot can still be booked, and what to do."""
    if found.chosen is None or found.chosen.slot_id != slot.id:
        return Hold(None, str(_("What was held for you is no longer free. Choose another time.")))
    text = _(
        "%(start)s is no longer held for you, but it is still free. “Book appointment” books it.",
        start=hhmm(localtime(slot.start_at, found.chosen.zone)),
    )
    return Hold(None, str(text))


def _waiting(form: BookingForm, around: Around) -> OnWaitlist | None:
    """The patient's entry on the waitlist for the service; the one they are booked from first."""
    entry_id = record_number(form.waitlist_entry_id.data)
    entries = sorted(around.waiting, key=lambda entry: entry.id != entry_id)
    entry = next((each for each in entries if _fits(each, entry_id, form)), None)
    if entry is None:
        return None
    text = _(
        "On the waitlist for this, until %(day)s. Booking closes the entry.",
        day=shortdate(entry.latest_on),
    )
    return OnWaitlist(entry.id, str(text))


def _fits(entry: Waiting, entry_id: int | None, form: BookingForm) -> bool:
    return entry.id == entry_id or entry.service_id == form.service_id.data
