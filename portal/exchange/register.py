"""The area's registration."""

from portal.errors import N_
from portal.exchange.exports.lists import LISTS
from portal.exchange.imports.commands.loading import IMPORTS
from portal.exchange.imports.commands.uploads import expire
from portal.registry.area import Area
from portal.registry.jobs import Job, in_every_clinic
from portal.registry.log import LogWords
from portal.sheets.views import bp
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "uploads": N_("Uploaded file"),
    },
    patients_seen={
        "sheets.export": N_("Exported this patient in a list"),
    },
    done={
        "export": N_("Exported a list"),
        "sheets.import": N_("Imported a file"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("imports"),
    rail=(RailEntry(100, "sheets.imports", "upload", N_("Import")),),
    log=LOG,
    lists=LISTS,
    imports=IMPORTS,
    jobs=[Job("uploads", 3_600, in_every_clinic("uploads", expire))],
)
