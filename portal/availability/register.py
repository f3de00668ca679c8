"""The area's registration."""

from portal.availability.importing import IMPORT
from portal.availability.jobs import roll_horizon
from portal.availability.lists import LISTS
from portal.availability.queries.invariants import (
    hours_of_anothers_service,
    starts_that_no_hours_give,
)
from portal.availability.views import bp
from portal.errors import N_
from portal.registry.area import Area
from portal.registry.jobs import Job
from portal.registry.log import LogWords
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "availability_exceptions": N_("Exception to the hours"),
        "availability_rules": N_("Weekly hours"),
        "availability_slots": N_("Slot"),
    },
    patients_seen={
        "availability.orphans": N_("Saw appointments outside the hours"),
    },
    done={
        "availability_slots.seats": N_("Changed an opening's seats"),
        "slots.materialise": N_("Published openings for the coming weeks"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("working hours"),
    rail=(RailEntry(50, "availability.index", "clock", N_("Hours")),),
    log=LOG,
    lists=LISTS,
    imports={"rules": IMPORT},
    invariants={
        "free starts are those that the hours give": starts_that_no_hours_give,
        "hours are for the doctor's own services": hours_of_anothers_service,
    },
    # More than daily, because midnight comes at another hour in each time zone.
    jobs=[Job("slots", 3_600, roll_horizon)],
)
