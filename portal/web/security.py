"""Headers of every answer: policy, a nonce a response, where a POST is from."""

import secrets
from contextlib import suppress

from flask import Flask, Response, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect, validate_csrf
from werkzeug.sansio.utils import host_is_trusted
from wtforms import ValidationError

from portal.web.addresses import parts_of
from portal.web.openers import form_tokens, own_only, page_tokens

POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; img-src 'self';"
    " font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types htmx"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # no-referrer would break the referrer check of the CSRF protection over https
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
# Methods that change nothing.
READING = frozenset({"GET", "HEAD", "OPTIONS"})
FOR_YEARS = "public, max-age=31536000, immutable"

csrf = CSRFProtect()


def nonce() -> str:
    """This response's nonce."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    found: str = g.nonce
    return found


class HxNonce:
    """`{{ hxn }}`: the attribute without which hx-csp strips an element's hx- attributes."""

    def __html__(self) -> str:
        return f'hx-nonce="{nonce()}"'


def known_host_only() -> None:
    """Refuse a request for another host: links in mails and redirects would lead there.

    Flask's own TRUSTED_HOSTS refuses before there are addresses to make an answer with.
    """
    hosts = current_app.config["PORTAL_HOSTS"]
    if hosts is not None and not host_is_trusted(request.host, hosts):
        abort(400)


def same_site_only() -> None:
    """Refuse a change that another site's page asked for.

    Browsers say so since 2020-2023; older ones name the page's origin.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None:
        foreign = origin is not None and parts_of(origin).netloc != request.host
    else:
        foreign = site not in {"same-origin", "none"}
    if foreign and request.method not in READING:
        abort(400)


def own_page_only() -> None:
    """Refuse what the page of somebody else asks for, be it only how the board stands now.

    Before anything else is looked at: what is refused in the name of who is here now is not theirs.
    """
    own_only(page_tokens())


def check_token() -> None:
    """Refuse a change without the session's token; asked after who is signed in is known.

    What htmx sends has the token of its page's head, which is renewed when somebody signs in again
    beside it; the form's own may be older. Neither may be of somebody else's session.
    """
    if request.method in READING or request.endpoint is None:
        return
    own_only(form_tokens())
    token = request.headers.get("X-CSRFToken") if "HX-Request" in request.headers else None
    with suppress(ValidationError):
        validate_csrf(token)
        g.csrf_valid = True
        return
    csrf.protect()


def headers_of(*, secure: bool, scripts: str = "") -> dict[str, str]:
    """The headers of every answer, whoever gives it.

    Args:
        secure: whether the portal is reached by https alone.
        scripts: which further scripts may run, as the policy writes it.
    """
    strict = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
    policy = POLICY.format(scripts=scripts)
    return {**HEADERS, "Content-Security-Policy": policy, **(strict if secure else {})}


def add_headers(response: Response) -> Response:
    """Put the policy on every response of every status, and let no cache keep a page."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.headers.extend(headers_of(secure=secure, scripts=f" 'nonce-{nonce()}'"))
    if request.endpoint == "static":
        versioned = "v" in request.args or request.path.startswith("/static/vendor/")
        response.headers["Cache-Control"] = FOR_YEARS if versioned else "no-cache"
    else:
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("HX-Request")
    return response


def init_app(app: Flask) -> None:
    """Ask for the token ourselves; it lives as long as the session, without a limit of its own."""
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_CHECK_DEFAULT=False)
    app.jinja_env.globals.update(nonce=nonce, hxn=HxNonce())
    csrf.init_app(app)
