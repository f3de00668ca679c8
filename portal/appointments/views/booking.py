"""Booking a visit: the form, the starts it offers, and the start it holds meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.appointments import commands
from portal.appointments.commands import BookingDetails
from portal.appointments.forms import BookingForm, within_reason
from portal.appointments.forms.series import refuse_start
from portal.appointments.models import Appointment
from portal.appointments.patient_strip import Strip, patient_strip
from portal.appointments.queries import Wanted, find_offer, get_wish
from portal.appointments.rules import NotAllBooked, SlotTaken
from portal.appointments.starts import Choice, Offers, around, offers_for
from portal.appointments.views.blueprint import bp
from portal.appointments.views.series import kept, preview, say_booked
from portal.appointments.views.shown import (
    day_asked,
    facility_asked,
    number_asked,
    shown_board,
    with_board,
)
from portal.auth.permissions import permission
from portal.availability.models import AvailabilitySlot
from portal.availability.queries import find_held, get_slot
from portal.availability.rules import local_date
from portal.facilities.models import Facility
from portal.names import name_of
from portal.patients.commands import Alike, PossiblyRegistered, possible_duplicates_of
from portal.patients.queries import find_patient, get_patient, search_patients
from portal.refusals import DomainError
from portal.services.queries import list_offerings
from portal.web.answers import asks_for_fragment, form_page, go, page, toast
from portal.web.filters import hhmm, localtime, longdate
from portal.web.forms import record_number

PAGE, FORM = "appointments/new.html", "appointments/_booking.html"


class Hold(NamedTuple):
    """The start that is held for whoever is booking, until a time of the facility."""

    slot_id: int
    until: str


@dataclass(frozen=True)
class Heading:
    """What stands above the form, where closing it leads, and what that lets go of."""

    facility_name: str
    date: date
    back_to: str
    hold: Hold | None


@bp.get("/appointments/new")
@permission("appointments.book")
def new() -> Response:
    facility = facility_asked()
    slot_id, day = number_asked("slot"), day_asked()
    form = BookingForm(formdata=None, data=_asked(slot_id))
    form.offer_choices(facility)
    choice = _choice(form, facility)
    choice = Choice(facility, choice.service_id, choice.plan_id, choice.doctor_id,
                    _not_past(day, choice), slot_id)  # fmt: skip
    return _form(form, facility, offers_for(choice, hold=slot_id is not None))


@bp.post("/appointments/new")
@permission("appointments.book")
def create() -> Response:
    facility = facility_asked()
    form = BookingForm()
    form.facility_id.data = str(facility.id)
    if form.service_id.data is None:
        form.offer_choices(facility)
    choice = _choice(form, facility)
    if form.show.data == "waitlist":
        return _wish(form, facility)
    if form.show.data or not form.validate():
        return _form(form, facility, offers_for(choice), shows=bool(form.show.data))
    try:
        if form.repeats and not form.walk_in.data:
            return _series(form, facility)
        return _booked(_book(form, facility), facility)
    except PossiblyRegistered as possibly:
        possibly.field = "found_patient_id"
        form.refuse(possibly)
        return _form(form, facility, offers_for(choice), alike=possibly.alike)
    except SlotTaken as taken:
        form.refuse(taken)
        return _form(form, facility, offers_for(around(choice, taken.alternatives)))
    except DomainError as refusal:
        form.refuse(refusal)
        return _form(form, facility, offers_for(choice))


@bp.get("/appointments/offers")
@permission("appointments.book")
def offers() -> Response:
    """The starts for what is chosen; nothing about the patient comes along."""
    facility = facility_asked()
    form = BookingForm(formdata=request.args, meta={"csrf": False})
    form.offer_choices(facility)
    found = offers_for(_choice(form, facility))
    return page(PAGE, "appointments/_offers.html", form=form, offers=found, matches=None,
                alike=(), strip=None, booking=_heading(facility, found.day))  # fmt: skip


@bp.post("/appointments/holds")
@permission("appointments.book")
def hold() -> Response:
    """Hold the start that was picked, and let go of the one before."""
    form = BookingForm()
    facility = facility_asked()
    form.offer_choices(facility)
    before = record_number(request.form.get("held_slot_id"))
    if before is not None:
        commands.release_slot(before)
    details = form.details(facility)
    slot = commands.hold_slot(
        details.slot_id or 0, offering_id=details.offering_id, plan_id=details.plan_id
    )
    held = _hold_of(slot, facility)
    return page("appointments/_hold.html", "appointments/_hold.html", hold=held)


@bp.post("/appointments/holds/<int:slot_id>/release")
@permission("appointments.book")
def release(slot_id: int) -> Response:
    commands.release_slot(slot_id)
    return with_board() if asks_for_fragment() else go("appointments.day")


def _wish(form: BookingForm, facility: Facility) -> Response:
    """On to the waitlist, with what is chosen already."""
    return go("appointments.waitlist_new", facility=facility.id, patient=form.chosen_patient,
              service=form.service_id.data, doctor=form.doctor_id.data,
              plan=form.insurance_plan_id.data)  # fmt: skip


def _asked(slot_id: int | None) -> dict[str, Any]:
    """What the address says: a free start, a doctor, a patient."""
    asked: dict[str, Any] = {"doctor_id": number_asked("doctor"), "availability_slot_id": slot_id}
    patient_id = number_asked("patient")
    if patient_id is not None:
        patient = get_patient(patient_id)
        asked |= {
            "patient_id": str(patient.id),
            "patient_query": name_of(patient),
            "insurance_plan_id": patient.default_insurance_plan_id,
        }
    if slot_id is not None:
        slot = get_slot(slot_id)
        asked |= {"doctor_id": slot.doctor_id, "service_id": _service_for(slot)}
    chosen = {"service_id": number_asked("service"), "insurance_plan_id": number_asked("plan")}
    asked |= {field: number for field, number in chosen.items() if number is not None}
    entry_id = number_asked("wish")
    if entry_id is not None:
        wish = get_wish(entry_id)
        asked |= {"waitlist_entry_id": wish.id, "service_id": wish.service_id,
                  "insurance_plan_id": wish.insurance_plan_id, "notes": wish.notes}  # fmt: skip
    return asked


def _service_for(slot: AvailabilitySlot) -> int | None:
    """The doctor's first service that fits the start; if none does, their first."""
    offerings = list_offerings(facility_id=slot.facility_id, doctor_id=slot.doctor_id)
    fitting = (
        offering.service_id
        for offering in offerings
        if find_offer(Wanted(offering_id=offering.id, slot_id=slot.id), slot.start_at)
    )
    return next(fitting, offerings[0].service_id if offerings else None)


def _choice(form: BookingForm, facility: Facility) -> Choice:
    day = form.day.data if form.day.data and within_reason(form.day.data) else None
    return Choice(
        facility, form.service_id.data, form.insurance_plan_id.data, form.doctor_id.data,
        day, form.availability_slot_id.data,
    )  # fmt: skip


def _not_past(day: date | None, choice: Choice) -> date | None:
    """A booking looks ahead, also from the board of a day that is over."""
    return day if day and day >= choice.today else None


def _book(form: BookingForm, facility: Facility) -> Appointment:
    details = form.details(facility)
    book: Callable[[BookingDetails], Appointment] = commands.book_appointment
    if form.walk_in.data:
        book = partial(commands.walk_in, may_overbook=current_user.can("appointments.overbook"))
    elif form.repeats:
        series = form.series(UUID(form.booking_key.data), form.notes.data)
        book = partial(commands.book_series, series=series)
    entry_id = record_number(form.waitlist_entry_id.data)
    if entry_id is not None:
        book = commands.booking_wish(entry_id, book)
    if form.registers:
        return commands.book_first_visit(form.person(), details, book, anyway=form.somebody_else)
    return book(details)


def _series(form: BookingForm, facility: Facility) -> Response:
    """The dates first; once they were seen, all of them are booked, or none."""
    if form.books:
        try:
            return _booked(_book(form, facility), facility)
        except NotAllBooked as gone:
            refuse_start(form, gone, facility.timezone)
    dates = preview(form, facility)
    start = local_date(get_slot(form.availability_slot_id.data or 0).start_at, facility.timezone)
    return form_page("appointments/series.html", "appointments/_series.html", form,
                     booking=_heading(facility, start), dates=dates, kept=kept())  # fmt: skip


def _booked(visit: Appointment, facility: Facility) -> Response:
    """Back to the board: the card is on it, or the message says which day it is on."""
    start = localtime(visit.start_at, facility.timezone)
    if visit.appointment_series_id is not None:
        say_booked(visit)
    toast(_("Booked for %(time)s on %(day)s.", time=hhmm(start), day=longdate(start.date())))
    day = local_date(visit.start_at, facility.timezone)
    if not asks_for_fragment() or shown_board() is None:
        return go("appointments.day", facility=facility.id, date=day)
    response = with_board()
    response.headers["HX-Trigger"] = f'{{"portal:booked":{{"id":{visit.id}}}}}'
    return response


def _form(
    form: BookingForm,
    facility: Facility,
    found: Offers,
    *,
    shows: bool = False,
    alike: Sequence[Alike] = (),
) -> Response:
    """The form; asked to show more, it is no error that it is not complete."""
    if form.service_id.choices is None:
        form.offer_choices(facility)
    matches = None
    if shows and form.show.data == "patients" and form.patient_query.data:
        matches = search_patients(form.patient_query.data)
    elif not alike:
        alike = _shown_before(form)
    form.show.data = ""
    return form_page(PAGE, FORM, form, status=200 if shows else None, offers=found, matches=matches,
                     alike=alike, strip=_strip(form, facility),
                     booking=_heading(facility, found.day))  # fmt: skip


def _strip(form: BookingForm, facility: Facility) -> Strip | None:
    """Who is chosen; nobody, when it is nobody this person sees."""
    patient = find_patient(form.chosen_patient or 0)
    if patient is None or patient.merged_into is not None:
        return None
    return patient_strip(patient, zone=facility.timezone)


def _shown_before(form: BookingForm) -> Sequence[Alike]:
    """Who may be the new patient, when somebody has chosen among them: the choice stays."""
    if not (form.found_patient_id.data and form.names_typed):
        return ()
    try:
        return possible_duplicates_of(form.person())
    except DomainError:  # no person can be like that; booking says so beside the field
        return ()


def _heading(facility: Facility, day: date) -> Heading:
    before = record_number(request.form.get("held_slot_id"))
    held = find_held(before) if before is not None else None
    back_to = url_for("appointments.day", facility=facility.id)
    return Heading(facility.name, day, back_to, _hold_of(held, facility) if held else None)


def _hold_of(slot: AvailabilitySlot, facility: Facility) -> Hold | None:
    """Seats of a group are not held."""
    if slot.reserved_until is None:
        return None
    return Hold(slot.id, hhmm(localtime(slot.reserved_until, facility.timezone)))
