"""The area's registration."""

from portal.errors import N_
from portal.insurance.importing import IMPORT
from portal.insurance.lists import LISTS
from portal.insurance.views import bp
from portal.insurance.views.filling import ACCEPTANCE_FILLED
from portal.insurance.views.marking import ACCEPTANCE_MARKED
from portal.registry.area import Area
from portal.registry.log import LogWords, Screen
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "facility_insurance_plans": N_("Plan acceptance"),
        "insurance_plans": N_("Insurance plan"),
        "insurance_providers": N_("Payer"),
    },
    patients_seen={
        "insurance.uncovered": N_("Saw appointments that are not covered"),
    },
    screens={
        "insurance_plans": Screen("insurance.plan", "plan_id", "insurance.see"),
        "insurance_providers": Screen("insurance.show", "payer_id", "insurance.see"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("payers and plans"),
    rail=(RailEntry(60, "insurance.index", "shield-check", N_("Insurance")),),
    log=LOG,
    lists=LISTS,
    imports={"plans": IMPORT},
    ways_back={"acceptance_filled": ACCEPTANCE_FILLED, "acceptance_marked": ACCEPTANCE_MARKED},
)
