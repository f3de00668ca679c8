"""The area's registration."""

from portal.errors import N_
from portal.exchange.blueprint import bp
from portal.exchange.exports import views as exports
from portal.exchange.exports.jobs import make_exports
from portal.exchange.imports import views as imports
from portal.exchange.imports.commands.uploads import expire
from portal.registry.area import Area
from portal.registry.jobs import Job, in_every_clinic
from portal.registry.log import LogWords
from portal.web.navigation import RailEntry

VIEWS = (exports, imports)
EXPORTED, IMPORTED = N_("Exported this patient in a list"), N_("Imported a file")
LOG = LogWords(
    records={
        "export_parts": N_("Part of an export"),
        "exports": N_("Export"),
        "uploads": N_("Uploaded file"),
    },
    patients_seen={"exchange.export": EXPORTED, "sheets.export": EXPORTED},
    done={
        "exchange.import": IMPORTED,
        "exchange.show": N_("Looked into a file that a colleague uploaded"),
        "export": N_("Exported a list"),
        "export.asked": N_("Asked for an export"),
        "export.discarded": N_("Discarded an export"),
        "export.expired": N_("Forgot an export's file after a day"),
        "export.failed": N_("Could not make an export"),
        "export.made": N_("Made an export"),
        "export.taken": N_("Downloaded an export"),
        "sheets.import": IMPORTED,
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("imports and exports"),
    formerly={"exports": N_("exports"), "sheets": N_("imports")},
    rail=(RailEntry(100, "exchange.imports", "upload", N_("Import")),),
    within={"exchange.made": "activity"},
    log=LOG,
    jobs=[
        Job("uploads", 3_600, in_every_clinic("uploads", expire)),
        Job("exports", 10, make_exports),
    ],
)
