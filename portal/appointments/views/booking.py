"""Booking a visit: the form, the starts it offers, and the start it holds meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.appointments import commands
from portal.appointments.commands import BookingDetails
from portal.appointments.forms import BookingForm, within_reason
from portal.appointments.models import Appointment
from portal.appointments.queries import Wanted, find_offer
from portal.appointments.rules import SlotTaken
from portal.appointments.starts import Choice, Offers, around, offers_for
from portal.appointments.views.blueprint import bp
from portal.appointments.views.shown import (
    day_asked,
    facility_asked,
    number_asked,
    shown_board,
    with_board,
)
from portal.auth.permissions import permission
from portal.availability.models import AvailabilitySlot
from portal.availability.queries import get_slot
from portal.availability.rules import local_date
from portal.facilities.models import Facility
from portal.patients.queries import get_patient, search_patients
from portal.refusals import DomainError
from portal.services.queries import list_offerings
from portal.web.answers import asks_for_fragment, form_page, go, page, toast
from portal.web.filters import hhmm, localtime, longdate
from portal.web.forms import record_number

PAGE, FORM = "appointments/new.html", "appointments/_booking.html"


@dataclass(frozen=True)
class Heading:
    """What stands above the form, and where closing it leads."""

    facility_name: str
    date: date
    back_to: str


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
    form.offer_choices(facility)
    choice = _choice(form, facility)
    if form.show.data or not form.validate():
        return _form(form, facility, offers_for(choice), shows=bool(form.show.data))
    try:
        return _booked(_book(form, facility), facility)
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
                booking=_heading(facility, found))  # fmt: skip


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
    until = hhmm(localtime(slot.reserved_until, facility.timezone)) if slot.reserved_until else None
    return page("appointments/_hold.html", "appointments/_hold.html", slot=slot, until=until)


@bp.post("/appointments/holds/<int:slot_id>/release")
@permission("appointments.book")
def release(slot_id: int) -> Response:
    commands.release_slot(slot_id)
    return with_board() if asks_for_fragment() else go("appointments.day")


def _asked(slot_id: int | None) -> dict[str, Any]:
    """What the address says: a free start, a doctor, a patient."""
    asked: dict[str, Any] = {"doctor_id": number_asked("doctor"), "availability_slot_id": slot_id}
    patient_id = number_asked("patient")
    if patient_id is not None:
        patient = get_patient(patient_id)
        asked |= {
            "patient_id": str(patient.id),
            "patient_query": f"{patient.last_name}, {patient.first_name}",
            "insurance_plan_id": patient.default_insurance_plan_id,
        }
    if slot_id is not None:
        slot = get_slot(slot_id)
        asked |= {"doctor_id": slot.doctor_id, "service_id": _service_for(slot)}
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
    if form.registers:
        return commands.book_first_visit(form.person(), details, book)
    return book(details)


def _booked(visit: Appointment, facility: Facility) -> Response:
    """Back to the board: the card is on it, or the message says which day it is on."""
    start = localtime(visit.start_at, facility.timezone)
    toast(_("Booked for %(time)s on %(day)s.", time=hhmm(start), day=longdate(start.date())))
    day = local_date(visit.start_at, facility.timezone)
    if not asks_for_fragment() or shown_board() is None:
        return go("appointments.day", facility=facility.id, date=day)
    response = with_board()
    response.headers["HX-Trigger"] = f'{{"portal:booked":{{"id":{visit.id}}}}}'
    return response


def _form(form: BookingForm, facility: Facility, found: Offers, *, shows: bool = False) -> Response:
    """The form; asked to show more, it is no error that it is not complete."""
    matches = None
    if shows and form.show.data == "patients" and form.patient_query.data:
        matches = search_patients(form.patient_query.data)
    form.show.data = ""
    return form_page(PAGE, FORM, form, status=200 if shows else None, offers=found, matches=matches,
                     booking=_heading(facility, found))  # fmt: skip


def _heading(facility: Facility, found: Offers) -> Heading:
    return Heading(facility.name, found.day, url_for("appointments.day", facility=facility.id))
