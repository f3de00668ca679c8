"""The rail: the pages there are and the person may see. No link leads nowhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import gettext
from flask_login import current_user

from portal.errors import N_

RAIL = (
    # endpoint, icon, words
    ("appointments.day", "calendar-days", N_("Board")),
    ("appointments.flow", "footprints", N_("Flow")),
    ("appointments.waitlist", "hourglass", N_("Waitlist")),
    ("patients.index", "users", N_("Patients")),
    ("availability.index", "clock", N_("Hours")),
    ("insurance.index", "shield-check", N_("Insurance")),
    ("services.index", "list-checks", N_("Services")),
    ("doctors.index", "stethoscope", N_("Doctors")),
    ("facilities.index", "building-2", N_("Facilities")),
    ("sheets.imports", "upload", N_("Import")),
    ("staff.index", "user-plus", N_("Staff")),
    ("activity.index", "history", N_("Activity")),
    ("setup.index", "settings", N_("Setup")),
)


# Every page of a patient belongs to it, whichever area it comes from.
PATIENTS = "patients.index"
# Areas that are reached from another one's pages, and have no entry of their own.
WITHIN = {"absences": "availability", "exports": "activity"}


@dataclass(frozen=True)
class RailLink:
    """One entry of the rail; `current`: this page is it, or belongs to it."""

    endpoint: str
    icon: str
    text: str
    current: bool


def rail() -> list[RailLink]:
    """The entries this person sees on this page."""
    here = _current()
    return [
        RailLink(endpoint, icon, gettext(label), endpoint == here)
        for endpoint, icon, label in RAIL
        if has_endpoint(endpoint) and _allowed(endpoint)
    ]


def has_endpoint(endpoint: str) -> bool:
    """Whether the application has this page."""
    return endpoint in current_app.view_functions


def _allowed(endpoint: str) -> bool:
    access = getattr(current_app.view_functions[endpoint], "access", None)
    right = getattr(access, "right", None)
    return right is None or bool(current_user.can(right))


def _current() -> str | None:
    """The entry that the page asked for is, or belongs to."""
    entries = [entry for entry, _icon, _words in RAIL if has_endpoint(entry)]
    return entry_of(request.endpoint or "", request.view_args or {}, entries)


def entry_of(endpoint: str, arguments: Iterable[str], entries: Sequence[str]) -> str | None:
    """The one a page is or belongs to: its patient's, the one it is named after, its area's."""
    if endpoint in entries:
        return endpoint
    if "patient_id" in arguments and PATIENTS in entries:
        return PATIENTS
    area = endpoint.split(".")[0]
    near = [entry for entry in entries if entry.split(".")[0] == WITHIN.get(area, area)]
    named = [entry for entry in near if endpoint.startswith(f"{entry}_")]
    return next(iter(named + near), None)


def initials(name: str) -> str:
    """The first letters of the first and the last word: "Dr Amara Okafor" is AO."""
    parts = [word for word in name.split() if word.rstrip(".").lower() not in {"dr", "prof"}]
    return "".join(word[0] for word in (parts[:1] + parts[1:][-1:])).upper()


def init_app(app: Flask) -> None:
    """Give templates the rail and its helpers."""
    app.jinja_env.globals.update(rail=rail, has_endpoint=has_endpoint)
    app.jinja_env.filters["initials"] = initials
