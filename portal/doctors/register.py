"""The area's registration."""

from portal.doctors.importing import IMPORT
from portal.doctors.lists import LISTS
from portal.doctors.views import DOCTOR_RETIRED, bp
from portal.errors import N_
from portal.registry.area import Area
from portal.registry.log import LogWords, Screen
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "doctors": N_("Doctor"),
        "facility_doctors": N_("Doctor's location"),
    },
    screens={
        "doctors": Screen("doctors.show", "doctor_id", "doctors.see"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("doctors"),
    rail=(RailEntry(80, "doctors.index", "stethoscope", N_("Doctors")),),
    log=LOG,
    lists=LISTS,
    imports={"doctors": IMPORT},
    ways_back={"doctor_retired": DOCTOR_RETIRED},
)
