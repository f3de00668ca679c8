"""/sign-in/code, /sign-in/recovery and /sign-in/enrolment: the second factor."""

from functools import partial

import pyotp
import segno
from flask import Response, request
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from portal.audit.hook import afterwards
from portal.audit.notes import note
from portal.auth import queries, sessions, throttling
from portal.auth.commands.factor import enrol, give_code, give_recovery_code
from portal.auth.commands.sessions import my_id
from portal.auth.forms import CodeForm, EnrolmentForm, RecoveryForm
from portal.auth.permissions import ProofNeeded, halfway
from portal.auth.views.blueprint import bp
from portal.auth.views.onwards import onwards
from portal.tenancy.context import request_context
from portal.web.addresses import own_address
from portal.web.answers import form_page, go, page, toast


@bp.route("/sign-in/code", methods=["GET", "POST"])
@halfway
def code() -> Response:
    form = CodeForm(next=request.args.get("next", ""))
    if request_context().pending_step != "code":
        return go(onwards(form.next.data))
    if queries.find_factor(my_id()) is None:
        return go("auth.passkey", next=own_address(form.next.data))
    if form.validate_on_submit():
        with form.command_errors():
            own = count_try()
            token = give_code(form.data["code"])
            throttling.forget_tries(own)
            return sessions.set_cookie(go(own_address(form.next.data)), token)
        note_failure()
    return form_page("auth/code.html", "auth/_code.html", form,
                     passkeys=queries.list_passkeys(my_id()))  # fmt: skip


@bp.route("/sign-in/recovery", methods=["GET", "POST"])
@halfway
def recovery() -> Response:
    form = RecoveryForm(next=request.args.get("next", ""))
    if not request_context().has_factor:
        return go(onwards(form.next.data))
    if form.validate_on_submit():
        with form.command_errors():
            own = count_try()
            token, left = give_recovery_code(form.data["recovery_code"])
            throttling.forget_tries(own)
            toast(
                ngettext("%(num)s recovery code is left.", "%(num)s recovery codes are left.", left)
            )
            return sessions.set_cookie(go(own_address(form.next.data)), token)
        note_failure()
    return form_page("auth/recovery.html", "auth/_recovery.html", form)


@bp.route("/sign-in/enrolment", methods=["GET", "POST"])
@halfway
def enrolment() -> Response:
    mine, form = request_context(), EnrolmentForm(next=request.args.get("next", ""))
    if mine.pending_step == "code":
        return go(onwards(form.next.data))
    require_standing()
    secret = form.offered(mine.session_id) if form.is_submitted() else pyotp.random_base32()
    if form.validate_on_submit():
        with form.command_errors():
            own = count_try()
            token, codes = enrol(secret, form.data["code"])
            throttling.forget_tries(own)
            kept = page(
                "auth/recovery_codes.html", codes=codes, onwards=own_address(form.next.data)
            )
            return sessions.set_cookie(kept, token)
    form.offer(mine.session_id, secret)
    return form_page("auth/enrolment.html", "auth/_enrolment.html", form,
                     secret=secret, picture=picture(secret))  # fmt: skip


def require_standing() -> None:
    """A factor is added by who is to have a first one, or has proven themself just now."""
    mine = request_context()
    if mine.pending_step == "code" or not (mine.pending_step or mine.fresh):
        raise ProofNeeded


def count_try() -> bytes:
    """Count one try of this person's second factor. Raises TooManyTries."""
    own = throttling.second_factor()
    throttling.take_try(own)
    sessions.enter_again()
    return own


def note_failure() -> None:
    """Record that it was not the right code."""
    afterwards(partial(note, "second-factor.failed", table="users", outcome="refused"))


def picture(secret: str) -> Markup:
    """The code for an authenticator's camera, as SVG; black on white, also at night."""
    mine = request_context()
    uri = pyotp.TOTP(secret).provisioning_uri(name=mine.email, issuer_name=mine.tenant_name)
    drawn = segno.make(uri, micro=False).svg_inline(
        scale=4, light="white", svgclass="qr", lineclass=None, title=_("Code to scan")
    )
    # made by us of squares alone: the text is only in their pattern
    return Markup(drawn)  # noqa: S704
