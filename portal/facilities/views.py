"""/facilities/: the places, one by one; opening, changing and closing them."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.facilities import commands, queries
from portal.facilities.forms import ClosureForm, FacilityForm
from portal.facilities.visits import affected_appointments, list_visits
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.schema.facilities import Facility
from portal.tenancy.context import request_context
from portal.undoing.commands import settle
from portal.undoing.queries import digest_of
from portal.undoing.ways import say_done, say_undone
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from

bp = Blueprint("facilities", __name__, url_prefix="/facilities")


@bp.get("/")
@permission("facilities.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    closed = bool(request.args.get("closed"))
    wanted = queries.list_closed if closed else queries.list_facilities
    listing = Listing.of(wanted(limit=window.limit, offset=window.offset), window)
    return page("facilities/index.html", "facilities/_list.html", listing=listing, closed=closed)


@bp.get("/<int:facility_id>")
@permission("facilities.see")
def show(facility_id: int) -> Response:
    facility = queries.get_facility(facility_id)
    return page("facilities/show.html", "facilities/_facility.html", facility=facility)


@bp.route("/new", methods=["GET", "POST"])
@permission("facilities.manage")
def new() -> Response:
    form = FacilityForm(timezone=request_context().timezone)
    if form.validate_on_submit():
        with form.command_errors():
            facility = commands.open_facility(form.details())
            toast(_("%(name)s is open.", name=facility.name))
            return go("facilities.show", facility_id=facility.id)
    return form_page("facilities/new.html", "facilities/_form.html", form)


@bp.route("/<int:facility_id>/edit", methods=["GET", "POST"])
@permission("facilities.manage")
def edit(facility_id: int) -> Response:
    facility = held(queries.get_facility(facility_id))
    form = FacilityForm(obj=facility, edits=facility)
    form.keep("timezone", lambda zones: {zone: zone for zone in zones})
    if form.validate_on_submit():
        with form.command_errors():
            commands.change_facility(facility, form.details())
            toast(_("%(name)s saved.", name=facility.name))
            return go("facilities.show", facility_id=facility.id)
    return form_page("facilities/edit.html", "facilities/_form.html", form, facility=facility)


@bp.route("/<int:facility_id>/closure", methods=["GET", "POST"])
@permission("facilities.manage")
def closure(facility_id: int) -> Response:
    facility = queries.get_facility(facility_id)
    form = ClosureForm()
    if form.validate_on_submit():
        with form.command_errors():
            commands.close_facility(facility)
            message = _("%(name)s closed. Its past appointments stay.", name=facility.name)
            say_done(SaidAct(message), "facility_closed", facility_id)
            return go("facilities.index")
    touched = affected_appointments(facility_id).ids
    return form_page("facilities/closure.html", "facilities/_closure.html", form,
                     facility=facility, touched=len(touched),
                     visits=list_visits(touched))  # fmt: skip


@bp.post("/<int:facility_id>/restoration")
@permission("facilities.manage")
def restoration(facility_id: int) -> Response:
    facility = queries.get_closed(facility_id)
    commands.reopen_facility(facility)
    settle("facility_closed", facility_id)
    toast(_restored(facility))
    return go("facilities.show", facility_id=facility_id)


def _restored(facility: Facility) -> str:
    return str(_("%(name)s restored, with the doctors and hours it had.", name=facility.name))


def _closed(act: OwnAct) -> SaidAct:
    return SaidAct(_("%(name)s closed", name=queries.get_any_facility(act.record_id).name))


def _reopen(act: OwnAct) -> Response:
    facility = queries.get_closed(act.record_id)
    commands.reopen_facility(facility)
    say_undone(act, SaidAct(_restored(facility)))
    return go("facilities.show", facility_id=facility.id)


FACILITY_CLOSED = WayBack(
    right="facilities.manage",
    mark=lambda act: digest_of(Facility, act.record_id),
    describe=_closed,
    take_back=_reopen,
)
