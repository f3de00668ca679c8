"""The plan that comes with a patient who is chosen, in whatever form they are chosen.

An empty plan is self-pay. Nobody has chosen that where the form has not shown yet which plan the
patient comes with: a script fills it in as the patient is picked, else it is filled in here and
shown before anything is done with it.
"""

from flask_babel import gettext as _

from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.waitlist import WishForm
from portal.appointments.screens.booking import chosen_patient
from portal.insurance.labels import plan_words
from portal.web.forms.fields import record_number


def bring_plan(form: BookingForm | WishForm) -> bool:
    """Fill in the plan of whom the form is for now; whether that changed what it said."""
    before, patient = record_number(form.plan_for.data), chosen_patient(form)
    if patient is None and not (isinstance(form, BookingForm) and form.registers):
        return False
    now = patient.id if patient else None
    form.plan_for.data = str(now or "")
    if before == now or (before is None and form.insurance_plan_id.data is not None):
        return False
    brought = patient.default_insurance_plan_id if patient else None
    if brought == form.insurance_plan_id.data:
        return False
    form.insurance_plan_id.choose(brought)
    text = _("Taken along with the patient.") if brought else _("No plan on the chart: self-pay.")
    form.insurance_plan_id.description = text
    if form.is_submitted() and not form.asks_for_more:
        form.stopped = _stopped_by(brought)
    return True


def _stopped_by(plan_id: int | None) -> str:
    """Which plan it is now, and what to do."""
    if plan_id is None:
        return str(
            _("No plan is on the chart, so it is self-pay. Press the button again to go on.")
        )
    text = _(
        "The insurance is now %(plan)s, taken along with the patient. "
        "Press the button again to go on.",
        plan=plan_words([plan_id])[plan_id],
    )
    return str(text)
