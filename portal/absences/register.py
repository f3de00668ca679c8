"""The area's registration."""

from portal.absences.queries.invariants import absences_half_done
from portal.absences.views import bp
from portal.errors import N_
from portal.registry.area import Area
from portal.registry.log import LogWords, Screen

LOG = LogWords(
    records={
        "absence_spans": N_("Absence at a facility"),
        "absence_visits": N_("Appointment during an absence"),
        "absences": N_("Doctor's absence"),
    },
    patients_seen={
        "absences.call": N_("Saw a patient who was called"),
        "absences.new": N_("Saw the appointments of a doctor who is away"),
        "absences.reversal": N_("Saw appointments to undo an absence"),
        "absences.show": N_("Saw the call list of an absence"),
        "absences.orphan_move": N_("Saw appointments outside the hours while moving one"),
        "absences.orphans": N_("Saw appointments outside the hours"),
    },
    done={
        "absences.recorded": N_("Recorded a doctor's absence"),
        "absences.undone": N_("Undid a doctor's absence"),
    },
    screens={
        "absences": Screen("absences.show", "absence_id", "absences.see"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("absences"),
    within={"absences.": "availability"},
    log=LOG,
    invariants={"an absence is whole": absences_half_done},
)
