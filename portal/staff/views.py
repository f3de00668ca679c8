"""/staff/: who works here, as what and where; inviting, changing, disabling."""

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from portal import outbox
from portal.auth.permissions import permission, stepped_up
from portal.auth.queries import get_user
from portal.staff import commands, queries
from portal.staff.forms import InvitationForm, StandingForm
from portal.tenancy.context import facts
from portal.web.answers import form_page, go, page, toast
from portal.web.pagination import Listing, window_from

bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("/")
@permission("staff.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    listing = Listing.of(queries.list_users(limit=window.limit, offset=window.offset), window)
    return page("staff/index.html", "staff/_list.html", listing=listing, zone=facts().timezone)


@bp.get("/<int:user_id>")
@permission("staff.see")
def show(user_id: int) -> Response:
    places = dict(queries.list_facilities())
    names = [places[each] for each in queries.facility_ids_of(user_id) if each in places]
    return page("staff/show.html", "staff/_person.html", person=queries.get_row(user_id),
                facilities=names, zone=facts().timezone)  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission("staff.manage")
@stepped_up
def new() -> Response:
    form = InvitationForm(role="front_desk")
    form.offer_choices()
    if form.validate_on_submit():
        with form.refusals():
            person = form.person()
            _mail_link(person.email, commands.invite_user(person))
            toast(_("%(name)s is invited; the link lasts 15 minutes.", name=person.name))
            return go("staff.index")
    return form_page("staff/new.html", "staff/_form.html", form)


@bp.route("/<int:user_id>/edit", methods=["GET", "POST"])
@permission("staff.manage")
@stepped_up
def edit(user_id: int) -> Response:
    user = get_user(user_id)
    form = StandingForm(role=user.role, facility_ids=queries.facility_ids_of(user_id))
    form.offer_choices()
    if form.validate_on_submit():
        with form.refusals():
            commands.change_user(user, form.data["role"], form.data["facility_ids"])
            toast(_("The changes to %(name)s are saved.", name=user.name))
            return go("staff.show", user_id=user_id)
    return form_page("staff/edit.html", "staff/_form.html", form, user=user)


@bp.post("/<int:user_id>/disabling")
@permission("staff.manage")
@stepped_up
def disabling(user_id: int) -> Response:
    user = get_user(user_id)
    commands.disable_user(user)
    toast(_("%(name)s is signed out everywhere and cannot sign in.", name=user.name))
    return go("staff.show", user_id=user_id)


@bp.post("/<int:user_id>/enabling")
@permission("staff.manage")
@stepped_up
def enabling(user_id: int) -> Response:
    user = get_user(user_id)
    commands.enable_user(user)
    toast(_("%(name)s can sign in again.", name=user.name))
    return go("staff.show", user_id=user_id)


@bp.post("/<int:user_id>/sessions/ending")
@permission("staff.manage")
@stepped_up
def sessions_ending(user_id: int) -> Response:
    user = get_user(user_id)
    commands.end_sessions_of(user)
    toast(_("%(name)s is signed out everywhere.", name=user.name))
    return go("staff.show", user_id=user_id)


@bp.post("/<int:user_id>/link")
@permission("staff.manage")
@stepped_up
def link(user_id: int) -> Response:
    user = get_user(user_id)
    _mail_link(user.email, commands.new_link(user))
    toast(_("A link to choose a password is on its way to %(email)s.", email=user.email))
    return go("staff.show", user_id=user_id)


def _mail_link(to: str, token: str) -> None:
    clinic = facts().tenant_name
    address = url_for("auth.welcome", token=token, _external=True)
    words = _("Choose a password for %(clinic)s here: %(address)s", clinic=clinic, address=address)
    lasts = _("The link works once, within 15 minutes.")
    outbox.send(to, _("Your access to %(clinic)s", clinic=clinic), f"{words}\n\n{lasts}\n")
