"""/account/: one's own password, sessions, and proving oneself again."""

from flask import Response, request
from flask_babel import gettext as _

from portal.auth import passwords, queries, sessions, throttling
from portal.auth.commands.factor import give_code
from portal.auth.commands.sessions import (
    choose_language,
    end_own_session,
    end_sessions,
    give_password_again,
    my_id,
)
from portal.auth.commands.signing_in import change_password
from portal.auth.forms import CodeForm, LanguageForm, PasswordForm, ProofForm, SessionEndingForm
from portal.auth.permissions import ProofNeeded, permission
from portal.auth.views.blueprint import bp
from portal.auth.views.factor import count_try, note_failure
from portal.tenancy.context import request_context
from portal.web.addresses import own_address, parts_of
from portal.web.answers import asks_for_fragment, form_page, go, page, toast
from portal.web.forms.versions import held
from portal.web.languages import speaking


@bp.get("/account/")
@permission("account.own")
def account() -> Response:
    mine = request_context()
    own = my_id()
    return page(
        "auth/account.html", "auth/_account.html", mine=mine,
        sessions=queries.list_sessions(own), codes=queries.count_recovery_codes(own),
        authenticator=queries.find_factor(own), passkeys=queries.list_passkeys(own),
    )  # fmt: skip


@bp.route("/account/password", methods=["GET", "POST"])
@permission("account.own")
def password() -> Response:
    form = PasswordForm()
    if form.validate_on_submit():
        with form.command_errors(), passwords.turn():
            own = count_try()
            typed = form.data
            token = change_password(typed["current_password"], typed["password"])
            throttling.forget_tries(own)
            toast(_("Your password is changed. Other browsers are signed out."))
            return sessions.set_cookie(go("auth.account"), token)
    return form_page("auth/password.html", "auth/_password.html", form)


@bp.route("/account/language", methods=["GET", "POST"])
@permission("account.own")
def language() -> Response:
    own = held(queries.get_user(my_id()))
    chosen = own.locale
    form = LanguageForm(locale=chosen, edits=own)
    form.offer(chosen)
    if form.validate_on_submit():
        with speaking(choose_language(form.locale.data)):
            toast(_("The portal speaks English to you from now on."))
        return go("auth.account")
    return form_page("auth/language.html", "auth/_language.html", form)


@bp.route("/account/proof", methods=["GET", "POST"])
@permission("account.own")
def proof() -> Response:
    wanted = request.args.get("next", "")
    mine = request_context()
    authenticator = queries.find_factor(my_id())
    if mine.has_factor and authenticator is None:
        return go("auth.passkey", next=own_address(wanted))
    form = CodeForm(next=wanted) if mine.has_factor else ProofForm(next=wanted)
    if form.validate_on_submit():
        with form.command_errors(), passwords.turn():
            own = count_try()
            token = _prove(form)
            throttling.forget_tries(own)
            return sessions.set_cookie(go(own_address(form.next.data)), token)
        if form.status != passwords.Busy.status:
            note_failure()
    return form_page("auth/proof.html", "auth/_proof.html", form,
                     passkeys=queries.list_passkeys(my_id()))  # fmt: skip


@bp.get("/account/shortcuts")
@permission("account.own")
def shortcuts() -> Response:
    return page("auth/shortcuts.html", "auth/_shortcuts.html")


@bp.post("/account/sessions/ending")
@permission("account.own")
def sessions_ending() -> Response:
    session_id = SessionEndingForm().data["session_id"]
    if session_id is None:
        end_sessions(my_id(), but=request_context().session_id)
        toast(_("Every other browser is signed out."))
    else:
        end_own_session(session_id)
        toast(_("That browser is signed out."))
    return go("auth.account")


@bp.get("/account/session")
@permission("account.own", touches=False)
def idle() -> Response:
    """The time left of a session, in a header: its warning asks before it shows itself.

    A page that outlived its session hears that who opened it is here again; of anybody else it
    would not have come here.
    """
    if "again" not in request.args or not asks_for_fragment():
        return Response(status=204)
    return page("auth/_again.html")


@bp.post("/account/session")
@permission("account.own")
def stay() -> Response:
    """The request itself keeps the session going; its header says for how long."""
    return Response(status=204)


@bp.app_errorhandler(ProofNeeded)
def proof_needed(_stale: ProofNeeded) -> Response:
    """To the page that asks for the proof, and back; what was sent is to be sent again."""
    came_from = parts_of(request.referrer).path
    wanted = request.full_path.rstrip("?") if request.method == "GET" else came_from
    return go("auth.proof", next=own_address(wanted))


def _prove(form: CodeForm | ProofForm) -> str:
    if isinstance(form, CodeForm):
        return give_code(form.data["code"])
    return give_password_again(form.data["current_password"])
