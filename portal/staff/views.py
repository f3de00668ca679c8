"""/staff/: who works here, as what and where; inviting, changing, disabling."""

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from portal import mail
from portal.auth.permissions import permission, stepped_up
from portal.auth.queries import get_user, language_of
from portal.schema.accounts import User
from portal.staff import queries
from portal.staff.commands.authority import require_within
from portal.staff.commands.people import (
    change_user,
    disable_user,
    enable_user,
    end_sessions_of,
    invite_user,
    new_link,
)
from portal.staff.commands.resets import approve_reset, ask_for_reset, withdraw_reset
from portal.staff.forms import (
    InvitationForm,
    ResetForm,
    StandingForm,
    standing_of,
    words_of_facilities,
)
from portal.tenancy.context import request_context
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.versions import held
from portal.web.languages import speaking
from portal.web.pagination import Listing, window_from

bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("/")
@permission("staff.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    listing = Listing.of(queries.list_users(limit=window.limit, offset=window.offset), window)
    return page("staff/index.html", "staff/_list.html", listing=listing,
                zone=request_context().timezone,
                resets=queries.list_resets())  # fmt: skip


@bp.get("/<int:user_id>")
@permission("staff.see")
def show(user_id: int) -> Response:
    names = words_of_facilities(queries.facility_ids_of(user_id)).values()
    return page("staff/show.html", "staff/_person.html", person=queries.get_row(user_id),
                facilities=names, beyond=queries.works_beyond(user_id),
                zone=request_context().timezone,
                reset=_reset(user_id))  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission("staff.manage")
@stepped_up
def new() -> Response:
    form = InvitationForm(**standing_of("front_desk", []))
    form.set_choices()
    if form.validate_on_submit():
        with form.command_errors():
            person = form.person()
            _mail_link(person.email, invite_user(person))
            toast(_("%(name)s is invited; the link lasts 15 minutes.", name=person.name))
            return go("staff.index")
    return form_page("staff/new.html", "staff/_form.html", form)


@bp.route("/<int:user_id>/edit", methods=["GET", "POST"])
@permission("staff.manage")
@stepped_up
def edit(user_id: int) -> Response:
    user = held(get_user(user_id))
    require_within(user)
    before = user.role
    present = standing_of(before, queries.facility_ids_of(user_id))
    form = StandingForm(**present, edits=user)
    form.set_choices()
    if form.validate_on_submit():
        with form.command_errors():
            change_user(user, form.data["role"], form.chosen_facilities())
            _say_saved(user, before)
            return go("staff.show", user_id=user_id)
    return form_page("staff/edit.html", "staff/_form.html", form, user=user)


@bp.post("/<int:user_id>/deactivation")
@permission("staff.manage")
@stepped_up
def deactivation(user_id: int) -> Response:
    user = get_user(user_id)
    disable_user(user)
    toast(_("%(name)s is signed out everywhere and cannot sign in.", name=user.name))
    return go("staff.show", user_id=user_id)


@bp.post("/<int:user_id>/activation")
@permission("staff.manage")
@stepped_up
def activation(user_id: int) -> Response:
    user = get_user(user_id)
    enable_user(user)
    toast(_("%(name)s can sign in again.", name=user.name))
    return go("staff.show", user_id=user_id)


@bp.post("/<int:user_id>/sessions/ending")
@permission("staff.manage")
@stepped_up
def sessions_ending(user_id: int) -> Response:
    user = get_user(user_id)
    end_sessions_of(user)
    toast(_("%(name)s is signed out everywhere.", name=user.name))
    return go("staff.show", user_id=user_id)


@bp.post("/<int:user_id>/link")
@permission("staff.manage")
@stepped_up
def link(user_id: int) -> Response:
    user = get_user(user_id)
    _mail_link(user.email, new_link(user))
    toast(_("A link to choose a password is on its way to %(email)s.", email=user.email))
    return go("staff.show", user_id=user_id)


@bp.route("/<int:user_id>/factor-reset", methods=["GET", "POST"])
@permission("staff.manage")
@stepped_up
def factor_reset(user_id: int) -> Response:
    user, form = get_user(user_id), ResetForm()
    require_within(user)
    if form.validate_on_submit():
        with form.command_errors():
            ask_for_reset(user, form.data["reason"])
            _mail_warning(user.email)
            toast(_("The reset is asked for. Somebody else has a day to approve it."))
            return go("staff.show", user_id=user_id)
    return form_page("staff/factor_reset.html", "staff/_factor_reset.html", form, user=user)


@bp.post("/<int:user_id>/factor-reset/approval")
@permission("staff.manage")
@stepped_up
def factor_reset_approval(user_id: int) -> Response:
    user = get_user(user_id)
    _mail_link(user.email, approve_reset(user))
    toast(_("The second factor of %(name)s is taken away; a link to begin again is on its way.",
            name=user.name))  # fmt: skip
    return go("staff.show", user_id=user_id)


@bp.post("/<int:user_id>/factor-reset/withdrawal")
@permission("staff.manage")
@stepped_up
def factor_reset_withdrawal(user_id: int) -> Response:
    user = get_user(user_id)
    withdraw_reset(user)
    toast(_("The reset is withdrawn: the second factor of %(name)s stays.", name=user.name))
    return go("staff.show", user_id=user_id)


def _say_saved(user: User, role_before: str) -> None:
    """Say of a change also that whoever has yet to choose a password now needs another link."""
    if user.status == "invited" and user.role != role_before:
        toast(_("%(name)s saved. The link sent before opens nothing any more: send a new one.",
                name=user.name))  # fmt: skip
    else:
        toast(_("%(name)s saved.", name=user.name))


def _reset(user_id: int) -> dict[str, Any] | None:
    """The reset that waits, and who asked for it."""
    waiting = queries.find_reset(user_id)
    if waiting is None:
        return None
    by = get_user(waiting.asked_by) if waiting.asked_by else None
    return {"by": by, "reason": waiting.reason, "until": waiting.expires_at}


def _mail_warning(to: str) -> None:
    clinic = request_context().tenant_name
    with speaking(language_of(to)):
        text = _("Somebody at %(clinic)s asked that your second factor be reset, because you lost"
                  " it. If you did not ask for this, tell an owner or administrator at once.",
                  clinic=clinic)  # fmt: skip
        mail.send(to, _("Your second factor at %(clinic)s", clinic=clinic), f"{text}\n")


def _mail_link(to: str, token: str) -> None:
    clinic = request_context().tenant_name
    address = url_for("auth.welcome", token=token, _external=True)
    with speaking(language_of(to)):
        text = _("Choose a password for %(clinic)s here: %(address)s",
                  clinic=clinic, address=address)  # fmt: skip
        lasts = _("The link works once, within 15 minutes.")
        subject = _("Your access to %(clinic)s", clinic=clinic)
        mail.send(to, subject, f"{text}\n\n{lasts}\n")
