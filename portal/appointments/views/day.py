"""The day board and the flow board."""

from flask import Response, request
from flask_login import current_user

from portal import clock
from portal.appointments.labels import FLAGS
from portal.appointments.screens.carried import carried
from portal.appointments.screens.day_sheet import day_sheet as sheet_of
from portal.appointments.views.blueprint import bp
from portal.appointments.views.on_screen import (
    NoBoard,
    draw,
    facility_asked,
    number_asked,
    shown_board,
    version_of,
    with_board,
)
from portal.auth.permissions import permission
from portal.facilities.queries import list_facilities
from portal.scheduling.times import local_date
from portal.web.answers import go, page, stay
from portal.web.days import day_asked

NOTHING_NEW = 204


@bp.errorhandler(NoBoard)
def nowhere(_none: NoBoard) -> Response:
    """A clinic that has just begun, or somebody whose facilities are all closed."""
    return page("appointments/nowhere.html", "appointments/_nowhere.html", status=NoBoard.status)


@bp.get("/")
@permission("appointments.see")
def home() -> Response:
    return go("setup.index") if current_user.setting_up else day()


@bp.get("/appointments/day")
@permission("appointments.see")
def day() -> Response:
    facility = facility_asked()
    board = draw(facility, day_asked() or local_date(clock.now(), facility.timezone))
    return page("appointments/day.html", board=board, facility=facility,
                facilities=list_facilities(), flags=FLAGS.values(),
                carried=carried(number_asked("moving")))  # fmt: skip


@bp.get("/appointments/day-sheet")
@permission("appointments.see")
def day_sheet() -> Response:
    """The day on paper, doctor by doctor; everybody on it is entered as seen."""
    facility = facility_asked()
    day = day_asked() or local_date(clock.now(), facility.timezone)
    return page("appointments/day_sheet.html", sheet=sheet_of(facility, day), facility=facility,
                facilities=list_facilities())  # fmt: skip


@bp.get("/appointments/day/changes")
@permission("appointments.see", touches=False)
def day_changes() -> Response:
    """Changes that an open board polls; it keeps no session alive."""
    on_screen = shown_board()
    if on_screen is None or version_of(on_screen) in on_screen.stamps:
        return Response(status=NOTHING_NEW)
    return with_board()


@bp.get("/appointments/flow")
@permission("appointments.see")
def flow() -> Response:
    facility = facility_asked()
    board = draw(facility, local_date(clock.now(), facility.timezone), flow_only=True)
    return page("appointments/flow.html", "appointments/_steps_board.html", board=board,
                facility=facility, facilities=list_facilities())  # fmt: skip


@bp.get("/appointments/flow/changes")
@permission("appointments.see", touches=False)
def flow_changes() -> Response:
    """Changes that an open flow board polls, with the stamp it has."""
    facility = facility_asked()
    known = frozenset(request.args.getlist("stamp"))
    board = draw(facility, local_date(clock.now(), facility.timezone), known, flow_only=True)
    if board.flow is None:
        return Response(status=NOTHING_NEW)
    return stay("appointments/_steps_board.html", back_to="appointments.flow", board=board)
