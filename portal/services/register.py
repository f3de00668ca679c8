"""The area's registration."""

from portal.errors import N_
from portal.registry.area import Area
from portal.registry.log import LogWords, Screen
from portal.services.importing import IMPORT
from portal.services.lists import LISTS
from portal.services.queries.workflows import workflows_not_as_long_as_their_steps
from portal.services.views import bp
from portal.services.views.catalogue import SERVICE_RETIRED
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "service_offerings": N_("Offered service"),
        "service_workflows": N_("Workflow"),
        "services": N_("Service"),
        "step_templates": N_("Step type"),
        "workflow_steps": N_("Step of a workflow"),
    },
    screens={
        "services": Screen("services.show", "service_id", "services.see"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("services and workflows"),
    rail=(RailEntry(70, "services.index", "list-checks", N_("Services")),),
    log=LOG,
    lists=LISTS,
    imports={"services": IMPORT},
    invariants={"a workflow is as long as its steps": workflows_not_as_long_as_their_steps},
    ways_back={"service_retired": SERVICE_RETIRED},
)
