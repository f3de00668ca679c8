"""/doctors/: who sees patients, and where; adding, changing and retiring them."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.doctors import commands, queries
from portal.doctors.forms import DoctorEndingForm, DoctorForm, PlaceForm, RetiringForm, RoleForm
from portal.doctors.labels import doctors, facilities_without
from portal.facilities.queries import get_facility
from portal.facilities.visits import list_visits, visits_of_doctor
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.schema.doctors import Doctor
from portal.undoing.commands import settle
from portal.undoing.queries import digest_of
from portal.undoing.ways import say_done, say_undone
from portal.web.answers import form_page, go, page, toast
from portal.web.candidates import candidates
from portal.web.forms.fields import record_number
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from
from portal.web.previews import mark_of, preview

bp = Blueprint("doctors", __name__, url_prefix="/doctors")


@bp.get("/")
@permission("doctors.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    filters = {"q": request.args.get("q", "").strip(), "retired": request.args.get("retired", "")}
    fetched = queries.search_doctors(
        query=filters["q"],
        retired=bool(filters["retired"]),
        limit=window.limit,
        offset=window.offset,
    )
    listing = Listing.of(fetched, window)
    return page("doctors/index.html", "doctors/_list.html", listing=listing, filters=filters)


@bp.get("/<int:doctor_id>")
@permission("doctors.see")
def show(doctor_id: int) -> Response:
    return page(
        "doctors/show.html", "doctors/_doctor.html", doctor=queries.get_doctor(doctor_id),
        places=queries.list_own_places(doctor_id),
        offerings=queries.list_own_offerings(doctor_id),
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission("doctors.manage")
def new() -> Response:
    form = DoctorForm()
    if form.validate_on_submit():
        with form.command_errors():
            doctor = commands.add_doctor(form.details(), namesake=form.namesake.data)
            toast(_("%(name)s added. Next: a facility.", name=doctor.display_name))
            return go("doctors.show", doctor_id=doctor.id)
    return form_page("doctors/new.html", "doctors/_form.html", form, doctor=None)


@bp.route("/<int:doctor_id>/edit", methods=["GET", "POST"])
@permission("doctors.manage")
def edit(doctor_id: int) -> Response:
    doctor = held(queries.get_doctor(doctor_id))
    form = DoctorForm(obj=doctor, data=doctor.contact, edits=doctor)
    if form.validate_on_submit():
        with form.command_errors():
            commands.change_doctor(doctor, form.details())
            toast(_("%(name)s saved.", name=doctor.display_name))
            return go("doctors.show", doctor_id=doctor.id)
    return form_page("doctors/edit.html", "doctors/_form.html", form, doctor=doctor)


@bp.route("/<int:doctor_id>/retirement", methods=["GET", "POST"])
@permission("doctors.manage")
def retirement(doctor_id: int) -> Response:
    doctor = queries.get_doctor(doctor_id)
    form = RetiringForm()
    if form.validate_on_submit():
        with form.command_errors():
            places = [location.facility_id for location in queries.list_places(doctor_id=doctor.id)]
            commands.retire_doctor(doctor)
            message = _("%(name)s retired. Past appointments stay.", name=doctor.display_name)
            say_done(SaidAct(message), "doctor_retired", doctor.id, places=places)
            return go("doctors.index")
    touched = visits_of_doctor(doctor_id).ids
    return form_page("doctors/retirement.html", "doctors/_retirement.html", form, doctor=doctor,
                     touched=len(touched), visits=list_visits(touched))  # fmt: skip


@bp.post("/choices")
@permission("doctors.see")
def choices() -> Response:
    """Choices for a field that searches for a doctor."""
    return candidates(doctors(record_number(request.args.get("facility"))))


@bp.post("/<int:doctor_id>/places/choices")
@permission("doctors.manage")
def facility_choices(doctor_id: int) -> Response:
    """Choices for the field for another facility of a doctor."""
    return candidates(facilities_without(queries.get_doctor(doctor_id).id))


@bp.post("/<int:doctor_id>/restoration")
@permission("doctors.manage")
def restoration(doctor_id: int) -> Response:
    doctor = queries.get_doctor(doctor_id, even_retired=True)
    commands.restore_doctor(doctor)
    settle("doctor_retired", doctor.id)
    toast(_("%(name)s restored. Next: restore the facilities.", name=doctor.display_name))
    return go("doctors.show", doctor_id=doctor.id)


@bp.route("/<int:doctor_id>/places/new", methods=["GET", "POST"])
@permission("doctors.manage")
def place_new(doctor_id: int) -> Response:
    doctor = queries.get_doctor(doctor_id)
    form = PlaceForm(facility_id=request.args.get("facility_id", type=int))
    form.offer_facilities(doctor_id)
    if form.validate_on_submit():
        with form.command_errors():
            facility = get_facility(form.facility_id.data)
            commands.place_at_facility(doctor_id, facility.id, role=form.role.data)
            toast(_("%(name)s works at %(facility)s. Next: hours and services there.",
                    name=doctor.display_name, facility=facility.name))  # fmt: skip
            return go("doctors.show", doctor_id=doctor_id)
    return form_page("doctors/place_new.html", "doctors/_place_form.html", form, doctor=doctor)


@bp.route("/<int:doctor_id>/places/<int:facility_id>/edit", methods=["GET", "POST"])
@permission("doctors.manage")
def place_edit(doctor_id: int, facility_id: int) -> Response:
    doctor, facility = queries.get_doctor(doctor_id), get_facility(facility_id)
    location = held(queries.get_place(doctor_id=doctor_id, facility_id=facility_id))
    form = RoleForm(obj=location, edits=location)
    if form.validate_on_submit():
        commands.change_role(location, form.role.data)
        toast(_("%(name)s at %(facility)s: role saved.",
                name=doctor.display_name, facility=facility.name))  # fmt: skip
        return go("doctors.show", doctor_id=doctor_id)
    return form_page("doctors/place_edit.html", "doctors/_role_form.html", form, doctor=doctor,
                     facility=facility)  # fmt: skip


@bp.route("/<int:doctor_id>/places/<int:facility_id>/ending", methods=["GET", "POST"])
@permission("doctors.manage")
def place_ending(doctor_id: int, facility_id: int) -> Response:
    doctor, facility = queries.get_doctor(doctor_id), get_facility(facility_id)
    queries.get_place(doctor_id=doctor_id, facility_id=facility_id)
    form = DoctorEndingForm()
    touched = visits_of_doctor(doctor_id, facility_id=facility_id)
    if form.validate_on_submit():
        touched, answer = preview(
            lambda: commands.end_place(doctor_id, facility_id),
            confirmation_token=form.confirmation_token.data,
        )
        if answer.stays:
            toast(_("%(name)s no longer works at %(facility)s. Booked appointments stay.",
                    name=doctor.display_name, facility=facility.name))  # fmt: skip
            return go("doctors.show", doctor_id=doctor_id)
        form.reject(commands.VisitsChanged())
    form.confirmation_token.data = mark_of(touched.fingerprint())
    return form_page("doctors/place_ending.html", "doctors/_place_ending.html", form,
                     doctor=doctor, facility=facility, touched=len(touched.ids),
                     losses=queries.lost_with_location(doctor_id, facility_id),
                     visits=list_visits(touched.ids))  # fmt: skip


def _retired(act: OwnAct) -> SaidAct:
    doctor = queries.get_doctor(act.record_id, even_retired=True)
    return SaidAct(_("%(name)s retired", name=doctor.display_name))


def _bring_back(act: OwnAct) -> Response:
    """As they were: at the facilities where they were until then."""
    doctor = queries.get_doctor(act.record_id, even_retired=True)
    commands.restore_doctor(doctor)
    commands.take_up_places(doctor.id, act.before["places"])
    say_undone(
        act, SaidAct(_("%(name)s restored, at the same facilities.", name=doctor.display_name))
    )
    return go("doctors.show", doctor_id=doctor.id)


DOCTOR_RETIRED = WayBack(
    right="doctors.manage",
    mark=lambda act: digest_of(Doctor, act.record_id),
    describe=_retired,
    take_back=_bring_back,
)
