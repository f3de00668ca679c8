"""Who may do what: one table. Every view names its right or says that it is public.

A view without either is refused at start-up, so nothing is open by oversight.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_babel import gettext
from flask_login import current_user

from portal.db import state
from portal.errors import N_, DomainError
from portal.schema.accounts import ROLES
from portal.tenancy.context import request_context
from portal.web.errors import NotSignedIn

View = TypeVar("View", bound=Callable[..., Any])

TABLE = {
    #                     owner admin desk clinician auditor
    "appointments.see":  ("x     x     x    x         x", N_("see the schedule")),
    "appointments.book": ("x     x     x    x         -", N_("book appointments")),
    "appointments.move": ("x     x     x    x         -", N_("move appointments")),
    "appointments.cancel": ("x   x     x    x         -", N_("cancel appointments")),
    "appointments.attend": ("x   x     x    x         -", N_("check patients in and see to them")),
    "appointments.correct": ("x  x     -    -         -", N_("correct past appointments")),
    "appointments.overbook": ("x x     x    -         -", N_("overbook")),
    "patients.see":      ("x     x     x    x         x", N_("see patients")),
    "patients.register": ("x     x     x    x         -", N_("register patients")),
    "patients.change":   ("x     x     x    x         -", N_("edit patients' details")),
    "patients.merge":    ("x     x     -    -         -", N_("merge patients")),
    "patients.break_glass": ("x x     x    x         -", N_("open another facility's patients")),
    "facilities.see":    ("x     x     x    x         x", N_("see facilities")),
    "facilities.manage": ("x     x     -    -         -", N_("open, edit and close facilities")),
    "doctors.see":       ("x     x     x    x         x", N_("see doctors")),
    "doctors.manage":    ("x     x     -    -         -", N_("add and edit doctors")),
    "services.see":      ("x     x     x    x         x", N_("see services and workflows")),
    "services.manage":   ("x     x     -    -         -", N_("edit services and workflows")),
    "insurance.see":     ("x     x     x    x         x", N_("see payers and plans")),
    "insurance.manage":  ("x     x     -    -         -", N_("edit payers, plans, acceptance")),
    "availability.see":  ("x     x     x    x         x", N_("see working hours")),
    "availability.manage": ("x   x     -    -         -", N_("edit working hours")),
    "absences.see":      ("x     x     x    x         x", N_("see doctors' absences")),
    "absences.record":   ("x     x     x    -         -", N_("record that a doctor is away")),
    "setup.manage":     ("x     x     -    -         -", N_("set the clinic up")),
    "exchange.import":    ("x     x     -    -         -", N_("import files")),
    "exchange.export":    ("x     x     -    -         -", N_("export lists")),
    "staff.see":         ("x     x     -    -         x", N_("see staff")),
    "staff.manage":      ("x     x     -    -         -", N_("invite and edit staff")),
    "activity.see":      ("x     x     -    -         x", N_("see what was done and seen")),
    "activity.review":  ("x     x     -    -         -", N_("review emergency access")),
    "activity.open":     ("x     x     -    -         x", N_("see encrypted values in the log")),
    "activity.export":   ("x     x     -    -         x", N_("export what was done and seen")),
    "exchange.see":       ("x     x     -    -         x", N_("see what was exported")),
    "disclosures.see":   ("x     x     x    x         x", N_("see what was disclosed of patients")),
    "disclosures.record": ("x    x     x    x         -", N_("record what was disclosed")),
    "reports.see":       ("x     x     -    -         x", N_("see reports")),
    "account.own":       ("x     x     x    x         x", N_("see to your own account")),
}  # fmt: skip

ROLE_NAMES = {
    "owner": N_("Owner"),
    "admin": N_("Administrator"),
    "front_desk": N_("Front desk"),
    "clinician": N_("Clinician"),
    "auditor": N_("Auditor"),
}
RIGHTS: dict[str, frozenset[str]] = {
    right: frozenset(role for role, mark in zip(ROLES, marks.split(), strict=True) if mark == "x")
    for right, (marks, _label) in TABLE.items()
}


@dataclass(frozen=True)
class Access:
    """The declared access of a view: its right (None: public), and whether it is activity.

    A poll is not: it never extends a session. `halfway` lets a session in that still owes its
    second factor, which no right does.
    """

    right: str | None
    touches: bool = True
    halfway: bool = False


class ProofNeeded(Exception):
    """The person proved themself too long ago for what they ask."""


class Denied(DomainError):
    """The person's role does not have the right."""

    message = N_("Your role does not have permission to %(right)s.")
    status = 403


class UndeclaredRoutes(Exception):
    """A route declares neither a permission nor that it is public; the portal does not start."""


def permission(right: str, *, touches: bool = True) -> Callable[[View], View]:
    """Let only those through whose role has `right` (a row of the table).

    Args:
        right: the row.
        touches: False for what a page asks by itself (a poll).
    """
    if right not in RIGHTS:
        raise LookupError(f"no such right: {right}")
    return _declaring(Access(right, touches))


def stepped_up(view: View) -> View:
    """Let only those through who have proven themself within the last five minutes.

    It stands beside `@permission`: the second factor, or the password where there is none.
    """
    view.stepped_up = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Let everybody through."""
    return _declaring(Access(None))(view)


def halfway(view: View) -> View:
    """Let those through who have given their password, though not yet their second factor."""
    return _declaring(Access(None, halfway=True))(view)


def may(role: str, right: str) -> bool:
    """Whether a role has a right."""
    return role in RIGHTS[right]


def role_name(role: str) -> str:
    """The role in the reader's language."""
    return str(gettext(ROLE_NAMES[role]))


def access_of(app: Flask, endpoint: str | None) -> Access | None:
    """The declared access of an endpoint's view, or None."""
    view = app.view_functions.get(endpoint or "")
    found: Access | None = getattr(view, "access", None)
    return found


def check() -> None:
    """Before a view: nobody, or somebody without the right, goes no further."""
    access = access_of(current_app, request.endpoint)
    if access is not None and access.halfway and state().request_context is None:
        raise NotSignedIn
    if access is None or access.right is None:
        return
    if not current_user.is_authenticated:
        raise NotSignedIn
    demand(access.right)
    view = current_app.view_functions[request.endpoint or ""]
    if getattr(view, "stepped_up", False) and not request_context().fresh:
        raise ProofNeeded


def demand(right: str) -> None:
    """Raise Denied unless whoever is signed in has the right: for what a view finds out itself."""
    if not current_user.can(right):
        raise Denied(right=gettext(TABLE[right][1]))


def require_declarations(app: Flask) -> None:
    """Raise UndeclaredRoutes unless every endpoint declares its access."""
    missing = _undeclared(app, app.view_functions)
    if missing:
        raise UndeclaredRoutes(f"declare @permission or @public: {', '.join(missing)}")


def _undeclared(app: Flask, endpoints: Iterable[str]) -> list[str]:
    return sorted(name for name in endpoints if access_of(app, name) is None)


def _declaring(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare
