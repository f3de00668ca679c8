"""The rail: the pages there are and the person may see. No link leads nowhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask, current_app, request
from flask_babel import gettext
from flask_login import current_user

# Every page of a patient belongs to it, whichever area it comes from.
PATIENTS = "patients.index"


class RailEntry(NamedTuple):
    """A page in the rail; the entries stand in the order of their `position`."""

    position: int
    endpoint: str
    icon: str
    label: str


@dataclass(frozen=True)
class RailLink:
    """One entry of the rail; `current`: this page is it, or belongs to it."""

    endpoint: str
    icon: str
    text: str
    current: bool


class _Rail(NamedTuple):
    entries: Sequence[RailEntry]
    within: Mapping[str, str]


def _registered() -> _Rail:
    found: _Rail = current_app.extensions["rail"]
    return found


def rail() -> list[RailLink]:
    """The entries this person sees on this page."""
    here = _current()
    return [
        RailLink(entry.endpoint, entry.icon, gettext(entry.label), entry.endpoint == here)
        for entry in _registered().entries
        if _allowed(entry.endpoint)
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
    entries = [entry.endpoint for entry in _registered().entries]
    return entry_of(request.endpoint or "", request.view_args or {}, entries)


def entry_of(endpoint: str, arguments: Iterable[str], entries: Sequence[str]) -> str | None:
    """The one a page is or belongs to: its patient's, the one it is named after, its area's."""
    if endpoint in entries:
        return endpoint
    if "patient_id" in arguments and PATIENTS in entries:
        return PATIENTS
    area = endpoint.split(".")[0]
    apart = (home for begin, home in _registered().within.items() if endpoint.startswith(begin))
    home = next(apart, area)
    near = [entry for entry in entries if entry.split(".")[0] == home]
    named = [entry for entry in near if endpoint.startswith(f"{entry}_")]
    return next(iter(named + near), None)


def initials(name: str) -> str:
    """The first letters of the first and the last word: "Dr Amara Okafor" is AO."""
    parts = [word for word in name.split() if word.rstrip(".").lower() not in {"dr", "prof"}]
    return "".join(word[0] for word in (parts[:1] + parts[1:][-1:])).upper()


def init_app(app: Flask, entries: Sequence[RailEntry], within: Mapping[str, str]) -> None:
    """Give templates the rail and its helpers.

    Args:
        app: the application.
        entries: what the areas put into the rail, in its order.
        within: how the endpoints begin that are reached from the pages of an area that is not
            theirs -> that area.
    """
    app.extensions["rail"] = _Rail(entries, within)
    app.jinja_env.globals.update(rail=rail, has_endpoint=has_endpoint)
    app.jinja_env.filters["initials"] = initials
