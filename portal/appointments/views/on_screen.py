"""The asking browser's board, and how an answer brings it up to date.

A page with the day board sends what it shows with every request: facility, date, and the stamps
of its parts. An answer then carries the parts that changed, and opens nobody else's name. Parts
stand on one scale (from when until when, whose columns, whether it is today): where that has
changed the answer carries the whole board.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext

from portal import clock
from portal.appointments.queries.day import Day, board, board_version
from portal.appointments.screens.board import Board, picture
from portal.appointments.screens.board.columns import stamp_of
from portal.errors import NotFound
from portal.facilities.queries import get_facility, list_facilities
from portal.schema.facilities import Facility
from portal.web.answers import TOASTS, asks_for_fragment
from portal.web.days import within_reason
from portal.web.filters import hhmm
from portal.web.forms.fields import record_number
from portal.web.messages import take_messages

HEADER = "X-Board"


class NoBoard(NotFound):
    """There is no facility that this person sees, and so no board."""


@dataclass(frozen=True)
class ShownBoard:
    """The board on the asking browser's screen."""

    facility_id: int
    day: date
    stamps: frozenset[str]


def shown_board() -> ShownBoard | None:
    """The board that the request names; None for a page without one, or nonsense."""
    facility, _slash, rest = request.headers.get(HEADER, "").partition("/")
    day, _slash, stamps = rest.partition("/")
    try:
        on_screen = ShownBoard(int(facility), date.fromisoformat(day), frozenset(stamps.split(",")))
    except ValueError:
        return None
    return on_screen if within_reason(on_screen.day) else None


def draw(
    facility: Facility, day: date, known: frozenset[str] = frozenset(), *, flow_only: bool = False
) -> Board:
    """The board of a facility's day, without the parts that are known already."""
    return _drawn(_read(facility, day), known, flow_only=flow_only)


def _read(facility: Facility, day: date) -> tuple[str, Day]:
    """The stamp of the day, and the day; the stamp first, so that it is never too new."""
    version = stamp_of("version", board_version(facility.id, day))
    return version, board(facility.id, day)


def _drawn(read: tuple[str, Day], known: frozenset[str], *, flow_only: bool = False) -> Board:
    version, day = read
    return picture(day, version, clock.now(), cache(gettext),
                   known=known, flow_only=flow_only, format_time=hhmm)  # fmt: skip


def version_of(on_screen: ShownBoard) -> str:
    """The stamp of the whole board as it is now; reads nobody's data."""
    return stamp_of("version", board_version(on_screen.facility_id, on_screen.day))


def with_board(fragment: str | None = None, **context: Any) -> Response:
    """A fragment (or none) and the changed parts of the board on the browser's screen."""
    on_screen = shown_board()
    html = render_template(fragment, **context) if fragment else ""
    if on_screen is not None:
        read = _read(get_facility(on_screen.facility_id), on_screen.day)
        html += render_template("appointments/_update.html", board=_drawn(read, on_screen.stamps))
    waiting = take_messages()
    if waiting:
        html += render_template(TOASTS, messages=waiting, oob=True)
    return make_response(html)


def over_board() -> bool:
    """Whether a form was sent from a dialog over the board."""
    return asks_for_fragment() and shown_board() is not None


def back_on_board(visit_id: int | None = None) -> Response:
    """The dialog over the board closes; the keyboard is on a card, else where it was opened."""
    response = with_board()
    response.headers["HX-Trigger"] = f'{{"portal:booked":{{"id":{visit_id or 0}}}}}'
    return response


def facility_asked() -> Facility:
    """The facility of the address, else the person's first. Raises NotFound, NoFacility."""
    text = request.values.get("facility", "") or request.values.get("facility_id", "")
    if text:
        return get_facility(_number(text))
    facilities = list_facilities(limit=1)
    if not facilities:
        raise NoBoard
    return facilities[0]


def number_asked(name: str) -> int | None:
    """A record's number in the address, or None. Raises NotFound for nonsense."""
    text = request.args.get(name, "")
    return _number(text) if text else None


def _number(text: str) -> int:
    number = record_number(text)
    if number is None:
        raise NotFound
    return number
