"""The area's registration."""

from portal.errors import N_
from portal.registry.area import Area
from portal.setup.views import bp
from portal.web.navigation import RailEntry

AREA = Area(
    blueprint=bp,
    label=N_("setting up"),
    rail=(RailEntry(130, "setup.index", "settings", N_("Setup")),),
)
