"""Every route with the right it needs and the record it is about. An unlisted route fails.

An area adds a line for each of its routes and, for a record of a new kind, its subject.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.support.people import Clinic

PUBLIC = None


class Route(NamedTuple):
    """What a route demands; `subject` says whose id is in its address."""

    right: str | None
    subject: str | None = None


ROUTES: dict[str, Route] = {
    "static": Route(PUBLIC),
    "healthz": Route(PUBLIC),
    "readyz": Route(PUBLIC),
    "auth.sign_in": Route(PUBLIC),
    "auth.start": Route(PUBLIC),
    "auth.sign_out": Route("account.own"),
    "auth.welcome": Route(PUBLIC),
    "facilities.index": Route("facilities.see"),
    "facilities.show": Route("facilities.see", "facility"),
    "facilities.new": Route("facilities.manage"),
    "facilities.edit": Route("facilities.manage", "facility"),
    "facilities.closing": Route("facilities.manage", "facility"),
}

# parameter of the address -> the id of a clinic's own record, made if need be
SUBJECTS: dict[str, Callable[[Clinic], dict[str, int]]] = {
    "facility": lambda clinic: {"facility_id": clinic.facility_id},
}
