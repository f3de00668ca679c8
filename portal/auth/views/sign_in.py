"""/sign-in, /sign-out, and the page behind a one-time link."""

from functools import partial

from flask import Response, request
from flask_babel import gettext as _
from flask_login import current_user

from portal.audit.hook import afterwards
from portal.auth import devices, queries, rules, sessions, throttling
from portal.auth.commands import signing_in
from portal.auth.commands.signing_in import LinkSpent, note_failed_sign_in, set_password
from portal.auth.forms import SignInForm, WelcomeForm
from portal.auth.permissions import permission, public
from portal.auth.views.blueprint import bp
from portal.auth.views.onwards import onwards, owed
from portal.web.addresses import own_address, parts_of
from portal.web.answers import address_of, asks_for_fragment, form_page, go, page, toast
from portal.web.errors import NotSignedIn
from portal.web.openers import TOKEN, OpenedByOthers
from portal.web.typed import field_sent, from_here, typed_form

PAGE, CARD = "auth/sign_in.html", "auth/_sign_in.html"
CLINIC_COOKIE, A_YEAR = "clinic", 365 * 24 * 60 * 60


@bp.get("/sign-in")
@public
def sign_in() -> Response:
    if current_user.is_authenticated:
        return go(own_address(request.args.get("next")))
    return page(PAGE, CARD, form=_form())


@bp.post("/sign-in")
@public
def start() -> Response:
    form = SignInForm()
    typed = form.data
    if form.validate():
        with form.command_errors():
            return _let_in(typed)
        if throttling.is_news(typed["clinic"], form.retry_after):
            afterwards(partial(note_failed_sign_in, typed["clinic"], typed["email"]))
    return form_page(PAGE, CARD, form)


@bp.post("/sign-out")
@permission("account.own")
def sign_out() -> Response:
    signing_in.sign_out()
    return sessions.drop_cookie(go("auth.sign_in"))


@bp.route("/welcome/<token>", methods=["GET", "POST"])
@public
def welcome(token: str) -> Response:
    link = queries.find_link(rules.hash_of(token))
    if link is None:
        raise LinkSpent
    form = WelcomeForm()
    if form.validate_on_submit():
        with form.command_errors():
            cookie = set_password(token, form.data["password"])
            toast(_("Your password is set. Welcome to the portal."))
            return _signed_in(link.tenant_slug, cookie, onwards("/"))
    return form_page("auth/welcome.html", "auth/_welcome.html", form, link=link)


@bp.app_errorhandler(NotSignedIn)
def not_signed_in(_nobody: NotSignedIn) -> Response:
    """Back to sign-in, and to the same page afterwards; never a sign-in form inside a page.

    A browser whose session ended is told so with 401, as is a page that was open when its cookie
    went; one that never had any, or has yet to give its second factor, is sent on.
    """
    there = owed() or "auth.sign_in"
    if asks_for_fragment():
        came_from = parts_of(request.headers.get("HX-Current-URL"))
        address = address_of(there, next=own_address(came_from.path))
        answer = Response(status=401)
        if not owed():
            answer = page(PAGE, "auth/_ended.html", status=401, form=_form())
        if request.method == "GET" or owed():
            answer.headers["HX-Redirect"] = address
        return answer
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    came_new = sessions.cookie_token() is None and not from_here()
    if request.method == "GET" and (owed() or came_new):
        return go(there, next=wanted)
    return page(PAGE, status=401, form=_form(next=wanted), ended=True, typed=typed_form(),
                token=field_sent(TOKEN))  # fmt: skip


@bp.app_errorhandler(OpenedByOthers)
def of_others(error: OpenedByOthers) -> Response:
    """A page that somebody else had opened asks beside who is signed in now: nothing is done."""
    opener = queries.find_name(error.opener_id)
    return page("auth/others.html", "auth/_others.html", status=401, opener=opener)


def _let_in(typed: dict[str, str]) -> Response:
    """Count the try, and start a session in the place of whichever this browser has."""
    clinic, email = typed["clinic"], typed["email"]
    bucket = devices.bucket_of(clinic, email)
    throttling.take_try(bucket)
    sessions.enter()
    token = signing_in.sign_in(clinic, email, typed["password"], bucket=bucket)
    return devices.remember(_signed_in(clinic, token, onwards(typed["next"])), clinic, email)


def _form(**values: str) -> SignInForm:
    remembered = request.cookies.get(CLINIC_COOKIE, "")
    presets = {"clinic": remembered, "next": request.args.get("next", ""), **values}
    return SignInForm(formdata=None, data=presets)


def _signed_in(clinic: str, token: str, address: str) -> Response:
    """On to the address with the session's cookie; the browser remembers the clinic's slug."""
    response = sessions.set_cookie(go(address), token)
    response.set_cookie(CLINIC_COOKIE, clinic, max_age=A_YEAR, **sessions.cookie_flags())
    return response
