"""Which step an act was about, by its name: the one that has since then what the act gives."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from portal.appointments.act_labels import DONE, UNDONE
from portal.appointments.queries.visits import list_step_rows
from portal.appointments.rules.next_step import LABELS_DONE
from portal.errors import N_
from portal.schema.acts import AppointmentAct

# kind -> the status that a step has after it, and the words with the step's name.
OF_A_STEP = {
    "start_step": ("in_progress", LABELS_DONE["start_step"]),
    "finish_step": ("completed", LABELS_DONE["finish_step"]),
    "skip_step": ("cancelled", N_("Skipped %(step)s")),
    "unskip_step": ("scheduled", N_("%(step)s is to be done again")),
}
# kind -> that it was taken back, with the step's name.
STEP_UNDONE = {
    "start_step": N_("Start of %(step)s undone"),
    "finish_step": N_("Finish of %(step)s undone"),
    "skip_step": N_("Skip of %(step)s undone"),
    "unskip_step": N_("%(step)s is skipped again"),
}


def said_of_acts(acts: Iterable[AppointmentAct]) -> dict[int, str]:
    """The outcome of each act, in words, by the act's id; the last first."""
    after: dict[int, Mapping[int, str]] = {}
    names: dict[int, str] = {}
    texts = {}
    for act in acts:
        if act.kind in OF_A_STEP and act.appointment_id not in after:
            rows = list_step_rows(act.appointment_id)
            names |= {row.id: row.name for row in rows}
            after[act.appointment_id] = {row.id: row.status for row in rows}
        before = {step["id"]: step["status"] for step in (act.before or {}).get("steps", ())}
        texts[act.id] = _words(act, before, after.get(act.appointment_id, {}), names)
        after[act.appointment_id] = before
    return texts


def undone_of(act: AppointmentAct) -> str:
    """That an act was taken back; of a step's, which step. The visit is as it was before it."""
    step_id = (act.before or {}).get("step", 0)
    names = {row.id: row.name for row in list_step_rows(act.appointment_id)} if step_id else {}
    step = names.get(step_id)
    return str(_(STEP_UNDONE[act.kind], step=step) if step else _(UNDONE[act.kind]))


def _words(
    act: AppointmentAct, before: Mapping[int, str], after: Mapping[int, str],
    names: Mapping[int, str],
) -> str:  # fmt: skip
    status, message = OF_A_STEP.get(act.kind, ("", ""))
    changed = (each for each, now in after.items() if now == status != before.get(each, status))
    step = names.get(next(changed, 0))
    return str(_(message, step=step) if step else _(DONE[act.kind]))
