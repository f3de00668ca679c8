"""The cookie, the session row behind it, and `current_user`.

Flask-Login gives `current_user` and nothing else: its remember cookie replays after sign-out, so
a name is set for it that no browser can send, and its session protection is off.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, request
from flask import session as signed_cookie
from flask_login import LoginManager, UserMixin, current_user

from portal import clock, connections
from portal.auth import queries, rules
from portal.auth.commands.sessions import end_overdue
from portal.auth.commands.signing_in import keep_session
from portal.auth.permissions import access_of, may, role_name
from portal.db import state
from portal.state import RequestContext
from portal.tenancy.context import enter_session, request_context
from portal.web.errors import NotSignedIn
from portal.web.openers import TOKEN, new_secret
from portal.web.security import READING

# asked often, by machines: no person, and so no database
WITHOUT_PERSON = frozenset({"static", "healthz", "readyz", "metrics"})

# the page's warning comes two minutes before
NEAR_SECONDS = 150


@dataclass(frozen=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The person who is signed in."""

    id: int
    tenant_id: int
    name: str
    email: str
    role: str
    facility_ids: tuple[int, ...] | None
    clinic: str
    demo: bool
    setting_up: bool

    def can(self, right: str) -> bool:
        """Whether the person's role has the right."""
        return may(self.role, right)


def cookie_name() -> str:
    """`__Host-` pins the cookie to this host over https; http on localhost cannot have it."""
    return "__Host-portal" if current_app.config["SESSION_COOKIE_SECURE"] else "portal"


def cookie_token() -> str | None:
    """The token this browser sent."""
    return request.cookies.get(cookie_name())


def set_cookie(response: Response, token: str) -> Response:
    """Give the browser a new session's token; the signed cookie of the one before goes."""
    signed_cookie.clear()
    response.set_cookie(cookie_name(), token, **cookie_flags())
    return response


def drop_cookie(response: Response) -> Response:
    """Take the token back, and have the browser forget what it kept of the pages."""
    signed_cookie.clear()
    response.delete_cookie(cookie_name(), **cookie_flags())
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def enter() -> None:
    """Turn the cookie into the person and the database's context, if its session lives."""
    if request.endpoint in WITHOUT_PERSON:
        return
    token = cookie_token()
    access = access_of(current_app, request.endpoint)
    touches = access is None or access.touches
    # What changes something writes the session's row last: held from the start, somebody's second
    # request could have locked what this one waits for, and wait for the row itself.
    last = request.method not in READING
    found = enter_session(rules.hash_of(token), touch=touches and not last) if token else None
    g.pop("_login_user", None)  # Flask-Login keeps who it was before
    state().messages = list(found.messages) if found else []
    state().touches_last = touches and last
    state().ends_for_good = _ends_for_good(found)
    _bind_signed_cookie(found)


def enter_again() -> None:
    """Enter the session after a commit. Raises NotSignedIn when it ended in the meantime."""
    enter()
    if state().request_context is None:
        raise NotSignedIn


def leave() -> None:
    """Keep the messages that nobody has seen yet, forget those that were shown; be active."""
    known = state().request_context
    waiting, touches = state().messages, state().touches_last
    if known is None or known.session_id is None:
        _end_overdue()
        return
    if touches or waiting != list(known.messages):
        ends = keep_session(waiting, touch=touches)
        state().request_context = replace(known, idle_ends_at=ends)


def _end_overdue() -> None:
    """Note that this browser's session is over; its form cookie says that it has been noted."""
    token = cookie_token()
    if not token or request.endpoint in WITHOUT_PERSON:
        return
    token_hash = rules.hash_of(token)
    mark = token_hash.hex()[:16]
    if signed_cookie.get("over") != mark:
        end_overdue(token_hash)
        signed_cookie["over"] = mark


def say_when_it_ends(response: Response) -> Response:
    """Tell the page when its session ends, for its warning."""
    end = session_end()
    if end is not None:
        response.headers["X-Session-Ends"] = end
    return response


def session_end() -> str | None:
    """In how many seconds this session ends, such as `870`; None for nobody.

    `60 for good` is its absolute end, which staying does not put off; it is said when it is near.
    """
    known = state().request_context
    left = _seconds_left(known)
    if known is None or left is None or known.pending_step:
        return None
    return f"{left} for good" if state().ends_for_good else str(left)


def _ends_for_good(found: RequestContext | None) -> bool:
    left = _seconds_left(found)
    if found is None or left is None or left >= NEAR_SECONDS:
        return False
    return queries.ends_for_good(found.session_id)


def _seconds_left(found: RequestContext | None) -> int | None:
    if found is None or found.idle_ends_at is None:
        return None
    return max(0, int((found.idle_ends_at - datetime.now(UTC)).total_seconds()))


def _bind_signed_cookie(found: RequestContext | None) -> None:
    """A CSRF token is good for the session it was made in only, and says whose that is."""
    owner = found.session_id if found else None
    if signed_cookie.get("session_id") != owner:
        signed_cookie.clear()
        signed_cookie["session_id"] = owner
        if found and found.user_id is not None:
            signed_cookie[TOKEN] = new_secret(found.user_id)


def _member(_request: object) -> SignedIn | None:
    known = state().request_context
    if known is None or known.user_id is None or known.pending_step:
        return None
    return SignedIn(
        id=known.user_id, tenant_id=known.tenant_id, name=known.name or "",
        email=known.email or "", role=known.role or "", facility_ids=known.facility_ids,
        clinic=known.tenant_name,
        demo=bool(known.settings.get("demo")),
        setting_up=known.settings.get("checklist") == "open"
        and may(known.role or "", "setup.manage"),
    )  # fmt: skip


def serve_nobody(_error: BaseException | None) -> None:
    """Until the next request says who asks, no clinic's connection is anybody's."""
    connections.serve(None)


def _setting_up() -> bool:
    """Whether the clinic is being set up, for a macro, which does not know `current_user`."""
    return bool(current_user.is_authenticated and current_user.setting_up)


def _demo_time() -> datetime | None:
    """The time of a demonstration's clock on the clinic's wall; None where time is the real."""
    if not (current_user.is_authenticated and current_user.demo and clock.runs_apart()):
        return None
    return clock.now().astimezone(ZoneInfo(request_context().timezone))


def _wall_time(zone: str = "") -> datetime:
    """The time on the wall: of the facility whose zone it is, else of the clinic."""
    return clock.now().astimezone(ZoneInfo(zone or request_context().timezone))


def cookie_flags() -> dict[str, Any]:
    """The flags of every cookie of ours."""
    return {
        "secure": current_app.config["SESSION_COOKIE_SECURE"],
        "httponly": True, "samesite": "Lax", "path": "/",
    }  # fmt: skip


def init_app(app: Flask) -> None:
    """Have `current_user` everywhere."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form" if app.config["SESSION_COOKIE_SECURE"] else "form",
        SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", REMEMBER_COOKIE_NAME=";",
    )  # fmt: skip
    login = LoginManager(app)
    login.session_protection = None
    login.request_loader(_member)
    app.jinja_env.globals.update(
        role_name=role_name,
        session_end=session_end,
        browser_name=rules.browser_name,
        setting_up=_setting_up,
        demo_time=_demo_time,
        wall_time=_wall_time,
    )
    app.jinja_env.filters["clinics_time"] = clock.clinics
