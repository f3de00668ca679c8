"""/appointments/waitlist: who waits for a start, and whom the free ones suit."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.appointments.commands.first_visit import add_newcomer_to_waitlist
from portal.appointments.commands.waitlist import (
    WaitsAlready,
    add_to_waitlist,
    change_wish,
    reinstate_wish,
    withdraw_wish,
)
from portal.appointments.forms.choices import usual_service
from portal.appointments.forms.waitlist import WishForm, new_wish, wish_as_typed
from portal.appointments.labels import WISHES
from portal.appointments.queries.waitlist import (
    get_wish,
    list_by_ids,
    list_wish_facilities,
    list_wishes,
)
from portal.appointments.screens.booking import chosen_patient, keep_patient
from portal.appointments.screens.brought_plan import bring_plan
from portal.appointments.screens.patient_strip import patient_strip
from portal.appointments.screens.waitlist import shown_wish, starts_wanted
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import (
    back_on_board,
    facility_asked,
    number_asked,
    over_board,
)
from portal.appointments.views.patient_asked import matching, seek_typed, shown_before
from portal.appointments.views.waitlist_back import added, back_to_list, withdrawn
from portal.auth.permissions import permission
from portal.errors import NotFound
from portal.facilities.queries import list_facilities
from portal.names import name_of
from portal.patients.commands.registering import PossiblyRegistered
from portal.patients.queries.records import get_patient
from portal.scheduling.times import local_date
from portal.schema.appointments import WaitlistEntry
from portal.schema.facilities import Facility
from portal.undoing.commands import settle
from portal.undoing.ways import say_done
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.fields import record_number
from portal.web.forms.versions import held
from portal.web.messages import PATIENT
from portal.web.pagination import Listing, window_from

FORM = "appointments/_wish.html"


@bp.get("/appointments/waitlist")
@permission("appointments.see")
def waitlist() -> Response:
    facility, wanted = facility_asked(), request.args.get("status", "")
    status = wanted if wanted in WISHES else "waiting"
    window = window_from(request.args.get("page"))
    today = local_date(clock.now(), facility.timezone)
    found = list_wishes(facility.id, status=status, today=today, limit=window.limit,
                                offset=window.offset)  # fmt: skip
    rows = [shown_wish(wish) for wish in found[: window.size]]
    return page(
        "appointments/waitlist.html", "appointments/_waitlist.html", facility=facility,
        facilities=list_facilities(), chosen=status, statuses=WISHES,
        listing=Listing(rows, window, more=len(found) > window.size),
        starts=starts_wanted(facility) if status == "waiting" else (),
    )  # fmt: skip


@bp.route("/appointments/waitlist/new", methods=["GET", "POST"])
@permission("appointments.book")
def waitlist_new() -> Response:
    facility = facility_asked()
    form = WishForm(data=_asked(facility) if request.method == "GET" else None)
    brought = _brought(form)
    form.set_choices(facility)
    if not brought and _is_sent(form) and form.validate():
        with form.command_errors():
            entry, anew = _added(form)
            _say_added(entry, facility, anew=anew)
            if over_board():
                return back_on_board()
            return go("appointments.waitlist", facility=facility.id)
    return wish_form(form, facility)


@bp.route("/appointments/waitlist/<int:entry_id>", methods=["GET", "POST"])
@permission("appointments.book")
def waitlist_edit(entry_id: int) -> Response:
    entry = held(get_wish(entry_id))
    there = list(list_wish_facilities(entry.id))
    facility = next((each for each in list_facilities() if each.id in there), None)
    facility = facility or facility_asked()
    form = WishForm(data=_shown(entry, there), edits=entry)
    brought = _brought(form)
    form.set_choices(facility)
    if not brought and _is_sent(form) and form.validate():
        with form.command_errors():
            change_wish(entry, form.details())
            toast(_("Waitlist entry saved: %(who)s", who=PATIENT), patient=entry.patient_id)
            return go("appointments.waitlist", facility=facility.id)
    return _form("appointments/wish_edit.html", form, facility, entry=entry,
                 address=request.full_path)  # fmt: skip


@bp.post("/appointments/waitlist/<int:entry_id>/withdrawal")
@permission("appointments.book")
def waitlist_withdrawal(entry_id: int) -> Response:
    entry = get_wish(entry_id)
    withdraw_wish(entry)
    say_done(withdrawn(entry), "wish_withdrawn", entry.id)
    return back_to_list(entry)


@bp.post("/appointments/waitlist/<int:entry_id>/reinstatement")
@permission("appointments.book")
def waitlist_reinstatement(entry_id: int) -> Response:
    entry = get_wish(entry_id)
    reinstate_wish(entry)
    settle("wish_withdrawn", entry.id)
    toast(_("Back on the waitlist: %(who)s", who=PATIENT), patient=entry.patient_id)
    return back_to_list(entry)


def wish_form(form: WishForm, facility: Facility) -> Response:
    """The form of a new entry, with what is typed or brought from the booking form."""
    address = url_for("appointments.waitlist_new", facility=facility.id)
    return _form("appointments/wish_new.html", form, facility, address=address)


def _added(form: WishForm) -> tuple[WaitlistEntry, bool]:
    """The new entry; or the one that there is, changed as is typed; and whether it is new."""
    entry_id = record_number(form.update_entry_id.data)
    if entry_id is not None:
        entry = get_wish(entry_id)
        if entry.patient_id != form.chosen_patient:
            raise NotFound
        change_wish(entry, form.details())
        return entry, False
    return _added_anew(form), True


def _added_anew(form: WishForm) -> WaitlistEntry:
    key = UUID(form.entry_key.data)
    try:
        if not form.registers:
            return add_to_waitlist(form.details(), key)
        return add_newcomer_to_waitlist(form.person(), form.details(), key,
                                                 anyway=form.somebody_else)  # fmt: skip
    except PossiblyRegistered as possibly:
        possibly.field = "found_patient_id"
        raise
    except WaitsAlready as waits:
        form.waits = waits.entry_id
        raise


def _say_added(entry: WaitlistEntry, facility: Facility, *, anew: bool) -> None:
    """Over the board with the way to its list; what is new can be taken back."""
    there = url_for("appointments.waitlist", facility=facility.id) if over_board() else None
    show = there and _("Show")
    if anew:
        say_done(added(entry), "wish_added", entry.id, link=there, link_text=show)
    else:
        saved = _("Waitlist entry saved: %(who)s", who=PATIENT)
        toast(saved, patient=entry.patient_id, link=there, link_text=show)


def _brought(form: WishForm) -> bool:
    """Whether another patient brought another plan; a button may have said which it is."""
    seek_typed(form)
    form.take_up()
    return request.method == "POST" and bring_plan(form)


def _is_sent(form: WishForm) -> bool:
    """Whether it is to be saved, and not only to show more."""
    return request.method == "POST" and not form.asks_for_more


def _asked(facility: Facility) -> dict[str, Any]:
    """Presets from the address: a patient, a service, a doctor, a plan."""
    today = local_date(clock.now(), facility.timezone)
    values = new_wish(facility, today)
    known = {"service_id": "service", "doctor_id": "doctor", "insurance_plan_id": "plan"}
    values |= {field: number_asked(name) for field, name in known.items()}
    values["service_id"] = values["service_id"] or usual_service(facility, number_asked("doctor"))
    patient_id = number_asked("patient")
    if patient_id is None:
        return values
    if "plan" not in request.args:
        values["insurance_plan_id"] = get_patient(patient_id).default_insurance_plan_id
    return values | _who(patient_id)


def _shown(entry: WaitlistEntry, there: list[int]) -> dict[str, Any]:
    return wish_as_typed(entry, there) | _who(entry.patient_id)


def _who(patient_id: int) -> dict[str, Any]:
    patient = get_patient(patient_id)
    who = str(patient.id)
    return {"patient_id": who, "patient_query": name_of(patient), "plan_for": who}


def _form(template: str, form: WishForm, facility: Facility, **context: Any) -> Response:
    shows = bool(form.show.data)
    matches, waits, patient = matching(form), form.waits, chosen_patient(form)
    if patient is not None:
        keep_patient(form, patient)
    alike = shown_before(form) if matches is None else ()
    strip = patient_strip(patient, zone=facility.timezone) if patient else None
    found = list_by_ids([waits]).get(waits) if waits else None
    already = shown_wish(found) if found else None
    form.show.data = ""
    back = url_for("appointments.waitlist", facility=facility.id)
    return form_page(template, FORM, form, status=200 if shows else None, facility=facility,
                     matches=matches, alike=alike, strip=strip, already=already, back_to=back,
                     verdict=form.verdict, **context)  # fmt: skip
