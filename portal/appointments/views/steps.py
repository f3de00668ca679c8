"""The steps of a visit, one button each."""

from collections.abc import Callable

from flask import Response
from flask_babel import gettext as _

from portal.appointments.commands.steps import finish_step, skip_step, start_step, unskip_step
from portal.appointments.queries.visits import get_step, list_step_rows
from portal.appointments.screens.act_steps import OF_A_STEP
from portal.appointments.views.blueprint import bp
from portal.appointments.views.visits import change
from portal.auth.permissions import permission
from portal.schema.appointments import Appointment, AppointmentStep


@bp.post("/appointments/<int:appointment_id>/steps/<int:step_id>/start")
@permission("appointments.attend")
def step_start(appointment_id: int, step_id: int) -> Response:
    return _take(appointment_id, step_id, start_step, "start_step")


@bp.post("/appointments/<int:appointment_id>/steps/<int:step_id>/finish")
@permission("appointments.attend")
def step_finish(appointment_id: int, step_id: int) -> Response:
    return _take(appointment_id, step_id, finish_step, "finish_step")


@bp.post("/appointments/<int:appointment_id>/steps/<int:step_id>/skip")
@permission("appointments.attend")
def step_skip(appointment_id: int, step_id: int) -> Response:
    return _take(appointment_id, step_id, skip_step, "skip_step")


@bp.post("/appointments/<int:appointment_id>/steps/<int:step_id>/skip-reversal")
@permission("appointments.attend")
def step_unskip(appointment_id: int, step_id: int) -> Response:
    return _take(appointment_id, step_id, unskip_step, "unskip_step")


def _take(
    appointment_id: int,
    step_id: int,
    command: Callable[[Appointment, AppointmentStep], None],
    kind: str,
) -> Response:
    step = get_step(appointment_id, step_id)
    names = {row.id: row.name for row in list_step_rows(appointment_id)}

    def take(visit: Appointment) -> None:
        command(visit, step)

    return change(appointment_id, take, lambda: _(OF_A_STEP[kind][1], step=names[step_id]))
