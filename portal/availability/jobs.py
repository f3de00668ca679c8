"""Every clinic's slots, as far as its horizon: in batches, so that a slow doctor stops nobody."""

from collections.abc import Iterator, Sequence

from sqlalchemy.exc import OperationalError

from portal.availability.commands.materialise import materialise_doctors
from portal.availability.queries.weekly import batches
from portal.db import session
from portal.tenancy.clinics import for_each_clinic
from portal.tenancy.context import TookTooLong, as_job, enter_job

CANCELED = "57014"
# The batch of a clinic's doctors with which the next round begins, where one came to no end.
_begins_with: dict[int, int] = {}


def roll_horizon() -> None:
    """Every clinic's slots, as far as its horizon."""
    for_each_clinic(lay_out)


def lay_out(tenant_id: int) -> None:
    """A commit after each batch of doctors. Raises TookTooLong, of some or of all together."""
    slow = []
    with as_job(tenant_id, "slots"):
        for doctor_ids in _batches_due(tenant_id):
            slow += _lay_out_some(tenant_id, doctor_ids)
    if slow:
        raise TookTooLong(slow)


def _batches_due(tenant_id: int) -> Iterator[Sequence[int]]:
    """All of them, those first to which the round before did not come."""
    due = list(enumerate(batches(), 1))
    begin = _begins_with.get(tenant_id, 0)
    for after, doctor_ids in due[begin:] + due[:begin]:
        _begins_with[tenant_id] = after % len(due)
        yield doctor_ids
    _begins_with.pop(tenant_id, None)


def _lay_out_some(tenant_id: int, doctor_ids: Sequence[int]) -> list[int]:
    """Who of them took too long: where all together did, each is tried alone."""
    try:
        materialise_doctors(doctor_ids)
        session.commit()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != CANCELED:
            raise
        session.rollback()
        enter_job(tenant_id, "slots")
        if len(doctor_ids) == 1:
            return list(doctor_ids)
        return [one for each in doctor_ids for one in _lay_out_some(tenant_id, [each])]
    enter_job(tenant_id, "slots")
    return []
