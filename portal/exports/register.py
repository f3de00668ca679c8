"""The area's registration."""

from portal.errors import N_
from portal.exchange.exports.jobs import make_exports
from portal.exchange.exports.views import bp
from portal.registry.area import Area
from portal.registry.jobs import Job
from portal.registry.log import LogWords

LOG = LogWords(
    records={
        "export_parts": N_("Part of an export"),
        "exports": N_("Export"),
    },
    done={
        "export.asked": N_("Asked for an export"),
        "export.discarded": N_("Discarded an export"),
        "export.expired": N_("Forgot an export's file after a day"),
        "export.failed": N_("Could not make an export"),
        "export.made": N_("Made an export"),
        "export.taken": N_("Downloaded an export"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("exports"),
    within={"exports.": "activity"},
    log=LOG,
    jobs=[Job("exports", 10, make_exports)],
)
