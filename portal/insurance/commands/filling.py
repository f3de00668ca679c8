"""A row or a column of acceptance as it was before it was filled."""

from collections.abc import Mapping

from portal.db import session
from portal.errors import N_, Conflict
from portal.insurance.commands.acceptance import Uncovering
from portal.insurance.queries.acceptance import list_acceptance_by_id
from portal.insurance.rules import Terms


class BookedSince(Conflict):
    """Taking it back would leave appointments without a plan that is accepted."""

    message = N_(
        "Not undone, since appointments have been booked under these plans. Change the cells one "
        "by one: each shows the appointments that it touches."
    )


def put_all_back(terms: Mapping[int, Terms]) -> None:
    """Let rows of acceptance say what they said before; of their notes nothing.

    Args:
        terms: a row's id -> what it said.

    Raises:
        BookedSince: somebody has been booked under what would no longer be accepted.
    """
    rows = list_acceptance_by_id(terms)
    uncovering = Uncovering(
        {row.insurance_plan_id for row in rows}, {row.facility_id for row in rows}
    )
    for row in rows:
        was = terms[row.id]
        row.enabled, row.accepted_since = was.enabled, was.accepted_since
        row.accepted_until = was.accepted_until
    session.flush()
    if uncovering.affected().ids:
        raise BookedSince
