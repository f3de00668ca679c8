"""What tests need to exist, made by the commands that staff use; inside `clinic.at_work()`."""

from itertools import count
from typing import Any

from portal.facilities.commands import FacilityDetails, open_facility
from portal.schema.facilities import Facility

_numbers = count(1)


def a_facility(**changes: Any) -> Facility:
    """An open facility."""
    number = next(_numbers)
    usual = {
        "name": f"Facility {number}",
        "slug": f"facility-{number}",
        "timezone": "America/Chicago",
    }
    return open_facility(FacilityDetails(**{**usual, **changes}))
