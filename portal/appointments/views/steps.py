"""The steps of a visit, one button each."""

from collections.abc import Callable

from flask import Response

from portal.appointments import commands, queries
from portal.appointments.models import Appointment, AppointmentStep
from portal.appointments.views.blueprint import bp
from portal.appointments.views.visits import answer
from portal.auth.permissions import permission


@bp.post("/appointments/<int:appointment_id>/steps/<int:step_id>/start")
@permission("appointments.attend")
def step_start(appointment_id: int, step_id: int) -> Response:
    return _take(appointment_id, step_id, commands.start_step)


@bp.post("/appointments/<int:appointment_id>/steps/<int:step_id>/finish")
@permission("appointments.attend")
def step_finish(appointment_id: int, step_id: int) -> Response:
    return _take(appointment_id, step_id, commands.finish_step)


@bp.post("/appointments/<int:appointment_id>/steps/<int:step_id>/skip")
@permission("appointments.attend")
def step_skip(appointment_id: int, step_id: int) -> Response:
    return _take(appointment_id, step_id, commands.skip_step)


def _take(
    appointment_id: int, step_id: int, command: Callable[[Appointment, AppointmentStep], None]
) -> Response:
    visit = queries.get_appointment(appointment_id)
    command(visit, queries.get_step(visit.id, step_id))
    return answer(visit)
