"""Booking an appointment: the form, and what becomes of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _
from flask_login import current_user

from portal import clock
from portal.appointments.commands.booking import BookingDetails, book_appointment, walk_in
from portal.appointments.commands.first_visit import book_first_visit
from portal.appointments.commands.holds import release_slot
from portal.appointments.commands.series import book_series
from portal.appointments.commands.waitlist import booking_wish
from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.choice import Choice
from portal.appointments.forms.series import refuse_start
from portal.appointments.forms.waitlist import WishForm, wish_of_booking
from portal.appointments.queries.around import around_patient
from portal.appointments.queries.waitlist import get_wish
from portal.appointments.rules.series import NotAllBooked
from portal.appointments.screens.act_messages import say_done
from portal.appointments.screens.booking import heading, held_of, shown_booking
from portal.appointments.screens.brought_plan import bring_plan
from portal.appointments.screens.patient_strip import clash_words
from portal.appointments.screens.visit import outside_words
from portal.appointments.views.blueprint import bp
from portal.appointments.views.offers import held_id
from portal.appointments.views.on_screen import (
    back_on_board,
    facility_asked,
    number_asked,
    over_board,
)
from portal.appointments.views.patient_asked import matching, seek_typed, shown_before
from portal.appointments.views.series import kept, preview, say_booked
from portal.appointments.views.waitlist import wish_form
from portal.auth.permissions import permission
from portal.errors import DomainError
from portal.facilities.queries import get_facility
from portal.names import name_of
from portal.patients.commands.registering import Alike, PossiblyRegistered
from portal.patients.queries.records import get_patient
from portal.scheduling.openings.listing import OpeningQuery, list_openings
from portal.scheduling.slots.queries import get_slot
from portal.scheduling.times import local_date
from portal.schema.appointments import Appointment
from portal.schema.availability import AvailabilitySlot
from portal.schema.facilities import Facility
from portal.services.queries.catalogue import list_offerings
from portal.web.answers import form_page, go
from portal.web.days import day_asked
from portal.web.forms.fields import record_number

PAGE, FORM = "appointments/new.html", "appointments/_booking.html"


@bp.get("/appointments/new")
@permission("appointments.book")
def new() -> Response:
    facility = facility_asked()
    slot_id, day = number_asked("slot"), day_asked()
    form = BookingForm(formdata=None, data=_asked(slot_id))
    form.set_choices(facility)
    return _form(form, facility, _first_choice(form, facility, slot_id, day))


@bp.post("/appointments/new")
@permission("appointments.book")
def create() -> Response:
    facility, form = facility_asked(), BookingForm()
    form.facility_id.data = str(facility.id)
    seek_typed(form)
    if form.service_id.data is None or form.is_unread:
        form.set_choices(facility)
    if form.show.data == "waitlist":
        return _wish(form, facility)
    facility = _taken_up(form, facility)
    if bring_plan(form) or form.asks_for_more or not form.validate():
        return _form(form, facility, _chosen(form, facility))
    return _try_to_book(form, facility)


def _try_to_book(form: BookingForm, facility: Facility) -> Response:
    """Booked; or the form again, with what stands against it and what is still possible."""
    choice = _chosen(form, facility)
    try:
        if not _at_once(form):
            return _series(form, facility)
        return booked(_book(form, facility), facility, own_time=form.own_time)
    except PossiblyRegistered as possibly:
        possibly.field = "found_patient_id"
        form.reject(possibly)
        return _form(form, facility, choice, alike=possibly.alike)
    except DomainError as refusal:
        form.reject(refusal)
        return _form(form, facility, choice)


def _chosen(form: BookingForm, facility: Facility) -> Choice:
    """Choices as they were sent: nothing else is suggested in their place."""
    choice = form.choice(facility)
    return choice if form.asks_for_more else replace(choice, picked=not form.own_time)


def _wish(form: BookingForm, facility: Facility) -> Response:
    """On to the waitlist with all that is typed; no name stands in an address."""
    held = held_id()
    if held is not None:
        release_slot(held)
    today = clock.today_in(facility.timezone)
    wish = WishForm(formdata=None, data=wish_of_booking(form, facility, today))
    wish.set_choices(facility)
    return wish_form(wish, facility)


def _asked(slot_id: int | None) -> dict[str, Any]:
    """Presets from the address: a free start, a doctor, a patient."""
    values: dict[str, Any] = {"doctor_id": number_asked("doctor"), "availability_slot_id": slot_id}
    patient_id = number_asked("patient")
    if patient_id is not None:
        patient = get_patient(patient_id)
        values |= {
            "patient_id": str(patient.id),
            "patient_query": name_of(patient),
            "insurance_plan_id": patient.default_insurance_plan_id,
            "plan_for": str(patient.id),
        }
    if slot_id is not None:
        slot = get_slot(slot_id)
        values |= {"doctor_id": slot.doctor_id, "service_id": _service_for(slot)}
    service_id = number_asked("service")
    values |= {"service_id": service_id} if service_id is not None else {}
    values |= {"insurance_plan_id": number_asked("plan")} if "plan" in request.args else {}
    entry_id = number_asked("wish")
    if entry_id is not None:
        wish = get_wish(entry_id)
        values |= {"waitlist_entry_id": wish.id, "service_id": wish.service_id,
                  "insurance_plan_id": wish.insurance_plan_id, "notes": wish.notes}  # fmt: skip
    return values


def _service_for(slot: AvailabilitySlot) -> int | None:
    """Of the services that fit the start the usual one; if none does, the doctor's shortest."""
    offerings = list_offerings(facility_id=slot.facility_id)
    own = [each for each in offerings if each.doctor_id == slot.doctor_id]
    if not own:
        return None
    wanted = OpeningQuery(doctor_id=slot.doctor_id, facility_id=slot.facility_id, slot_id=slot.id)
    day = local_date(slot.start_at, own[0].zone)
    fitting = {offer.offering_id for offer in list_openings(wanted, first_date=day, days=1)}
    doctors = Counter(each.service_id for each in offerings)
    usual = max((each for each in own if each.id in fitting),
                key=lambda each: doctors[each.service_id], default=None)  # fmt: skip
    return (usual or min(own, key=attrgetter("minutes"))).service_id


def _first_choice(
    form: BookingForm, facility: Facility, slot_id: int | None, day: date | None
) -> Choice:
    """Presets of the address; a booking looks ahead, also from the board of a day that is over."""
    choice = form.choice(facility)
    if slot_id is not None:
        day = local_date(get_slot(slot_id).start_at, facility.timezone)
    day = day if day and day >= choice.today else None
    return replace(choice, day=day, slot_id=slot_id, picked=slot_id is not None,
                   day_picked=slot_id is not None or day not in (None, choice.today))  # fmt: skip


def _taken_up(form: BookingForm, facility: Facility) -> Facility:
    """Another plan or facility, by a button beside the plan that is not accepted."""
    number = form.take_up()
    if number is None:
        return facility
    there = get_facility(number)
    form.service_id.choices = None
    form.move_to(there)
    return there


def _at_once(form: BookingForm) -> bool:
    """Whether it is one appointment: of a series the dates are shown before."""
    return not (form.repeats or form.repeat.data)


def _book(form: BookingForm, facility: Facility) -> Appointment:
    details = form.details(facility)
    book: Callable[[BookingDetails], Appointment] = book_appointment
    if form.own_time:
        book = partial(walk_in, may_overbook=current_user.can("appointments.overbook"))
    elif form.repeats:
        series = form.series(UUID(form.booking_key.data), form.notes.data)
        book = partial(book_series, series=series)
    entry_id = record_number(form.waitlist_entry_id.data)
    if entry_id is not None:
        book = booking_wish(entry_id, book)
    if form.registers:
        return book_first_visit(form.person(), details, book, anyway=form.somebody_else)
    return book(details)


def _series(form: BookingForm, facility: Facility) -> Response:
    """The dates first; once they were seen, all of them are booked, or none."""
    if form.books:
        try:
            return booked(_book(form, facility), facility)
        except NotAllBooked as gone:
            refuse_start(form, gone, facility.timezone)
    dates = preview(form, facility)
    booking = heading(facility, held_of(held_id(), facility))
    return form_page("appointments/series.html", "appointments/_series.html", form,
                     booking=booking, dates=dates, kept=kept())  # fmt: skip


def booked(
    visit: Appointment, facility: Facility, what: str = "", *, own_time: bool = False
) -> Response:
    """Back to the board and to the card; the message says which day it is on if not on this."""
    if visit.appointment_series_id is not None:
        say_booked(visit)
    else:
        say_done(
            visit,
            what or _("Booked"),
            besides=list(_unusual(visit, facility.timezone)) if own_time else (),
        )
    day = local_date(visit.start_at, facility.timezone)
    if over_board():
        return back_on_board(visit.id)
    return go("appointments.day", facility=facility.id, date=day, _anchor=f"visit-{visit.id}")


def _unusual(visit: Appointment, zone: str) -> Iterator[str]:
    """Warnings for a time that is no opening, which somebody may not have meant."""
    if visit.overbooked:
        yield _("Overbooked")
    warning = outside_words(visit)
    if warning:
        yield warning
    others = [each for each in around_patient(visit.patient_id).coming if each.id != visit.id]
    clash = clash_words(others, visit.start_at, zone)
    if clash:
        yield clash


def _form(
    form: BookingForm, facility: Facility, choice: Choice, *, alike: Sequence[Alike] = ()
) -> Response:
    """The form; asked to show more, it is no error that it is not complete."""
    if form.service_id.choices is None:
        form.set_choices(facility)
    matches = matching(form)
    if matches is None and not alike:
        alike = shown_before(form)
    form.show.data = ""
    writes = request.method == "POST" and form.status < 400
    context = shown_booking(form, facility, choice, held_id=held_id(), writes=writes)
    return form_page(PAGE, FORM, form, matches=matches, alike=alike, **context)
