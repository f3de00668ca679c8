"""The area's registration."""

from portal.errors import N_
from portal.registry.area import Area
from portal.registry.log import LogWords
from portal.staff.lists import LISTS
from portal.staff.views import bp
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "factor_resets": N_("Reset of a second factor"),
        "user_facilities": N_("Staff member's facility"),
        "user_links": N_("Invitation"),
        "users": N_("Staff member"),
    },
    done={
        "factor-reset.asked": N_("Asked to reset a second factor"),
        "factor-reset.done": N_("Reset a second factor"),
        "factor-reset.withdrawn": N_("Withdrew the reset of a second factor"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("staff"),
    rail=(RailEntry(110, "staff.index", "user-plus", N_("Staff")),),
    log=LOG,
    lists=LISTS,
)
