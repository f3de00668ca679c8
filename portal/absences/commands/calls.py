"""The calls that follow an absence."""

from portal import clock
from portal.absences.queries.records import get_decided
from portal.db import session
from portal.tenancy.context import request_context


def mark_called(absence_id: int, appointment_id: int, *, called: bool) -> None:
    """Say that a patient has been called, or take that back. Raises NotFound."""
    call = get_decided(absence_id, appointment_id)
    call.called_at = clock.now() if called else None
    call.called_by = request_context().user_id if called else None
    session.flush()
