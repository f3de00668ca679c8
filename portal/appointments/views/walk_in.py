"""/appointments/walk-in: somebody who has come without an appointment, in one step."""

from collections.abc import Callable
from functools import partial

from flask import Response
from flask_babel import gettext as _
from flask_login import current_user

from portal.appointments.commands.arriving import receive_walk_in
from portal.appointments.commands.booking import BookingDetails
from portal.appointments.commands.first_visit import book_first_visit
from portal.appointments.commands.waitlist import booking_wish
from portal.appointments.forms.verdict import verdict_on
from portal.appointments.forms.walk_in import WalkInForm
from portal.appointments.screens.booking import heading, known_patient
from portal.appointments.screens.brought_plan import bring_plan
from portal.appointments.screens.starts import minutes_of
from portal.appointments.views.blueprint import bp
from portal.appointments.views.booking import booked
from portal.appointments.views.on_screen import facility_asked, number_asked
from portal.appointments.views.patient_asked import matching, seek_typed, shown_before
from portal.auth.permissions import permission
from portal.doctors.queries import list_doctor_names
from portal.patients.commands.registering import PossiblyRegistered
from portal.schema.appointments import Appointment
from portal.schema.facilities import Facility
from portal.web.answers import form_page, go
from portal.web.forms.fields import record_number

Book = Callable[[BookingDetails], Appointment]

PAGE, FORM = "appointments/walk_in.html", "appointments/_walk_in.html"


@bp.get("/appointments/walk-in")
@permission("appointments.book")
def walk_in() -> Response:
    facility = facility_asked()
    form = WalkInForm(formdata=None, data={"overbook_reason": _("Walk-in"),
                                           "patient_id": number_asked("patient")})  # fmt: skip
    bring_plan(form)
    return _form(form, facility)


@bp.post("/appointments/walk-in")
@permission("appointments.book")
def received() -> Response:
    facility, form = facility_asked(), WalkInForm()
    form.offer_key(facility)
    seek_typed(form)
    if form.is_unread:
        form.set_choices(facility)
    there = form.take_up()
    if there is not None:
        return go("appointments.new", facility=there, patient=form.chosen_patient,
                  service=form.service_id.data, plan=form.insurance_plan_id.data)  # fmt: skip
    if not bring_plan(form) and not form.asks_for_more and form.validate():
        with form.command_errors():
            visit = _receive(form, facility)
            return booked(visit, facility, _("Checked in"), own_time=True)
    return _form(form, facility)


def _receive(form: WalkInForm, facility: Facility) -> Appointment:
    may_overbook = current_user.can("appointments.overbook")
    book: Book = partial(receive_walk_in, may_overbook=may_overbook)
    entry_id = record_number(form.waitlist_entry_id.data)
    if entry_id is not None:
        book = booking_wish(entry_id, book)
    if not form.registers:
        return book(form.details(facility))
    try:
        person, details = form.person(), form.details(facility)
        return book_first_visit(person, details, book, anyway=form.somebody_else)
    except PossiblyRegistered as possibly:
        possibly.field = "found_patient_id"
        raise


def _form(form: WalkInForm, facility: Facility) -> Response:
    form.set_choices(facility)
    matches = matching(form)
    alike = shown_before(form) if matches is None else ()
    form.show.data, choice, doctor_id = "", form.choice(facility), form.doctor_id.data or 0
    names = list_doctor_names({doctor_id})
    return form_page(PAGE, FORM, form, matches=matches, alike=alike,
                     booking=heading(facility, None, doctor=names.get(doctor_id, "")),
                     minutes=minutes_of(choice),
                     verdict=verdict_on(choice, choice.today),
                     **known_patient(form, facility))  # fmt: skip
