"""The area's registration."""

from portal.errors import N_
from portal.facilities.lists import LISTS
from portal.facilities.views import FACILITY_CLOSED, bp
from portal.registry.area import Area
from portal.registry.log import LogWords, Screen
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "facilities": N_("Facility"),
    },
    patients_seen={
        "facilities.closing": N_("Saw the appointments of a facility that closes"),
        "facilities.closure": N_("Saw the appointments of a facility that closes"),
    },
    screens={
        "facilities": Screen("facilities.show", "facility_id", "facilities.see"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("facilities"),
    rail=(RailEntry(90, "facilities.index", "building-2", N_("Facilities")),),
    log=LOG,
    lists=LISTS,
    ways_back={"facility_closed": FACILITY_CLOSED},
)
