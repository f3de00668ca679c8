"""Correcting an appointment of an earlier day."""

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField
from wtforms.validators import InputRequired, Length

from portal.appointments.act_labels import UNDO
from portal.appointments.labels import STATUS
from portal.appointments.queries.acts import last_act
from portal.appointments.rules.correcting import ENDINGS
from portal.schema.appointments import Appointment
from portal.web.forms.fields import Line
from portal.web.forms.form import PortalForm


class CorrectionForm(PortalForm):
    """How it ended in truth, or that the last thing done is taken back; and why."""

    correction = SelectField(lazy_gettext("Correction"))
    because = Line(
        lazy_gettext("Reason for the correction"),
        [InputRequired(lazy_gettext("Say why.")), Length(max=500)],
    )

    def set_choices(self, visit: Appointment) -> None:
        """Set the statuses that the present one can be corrected to."""
        choices = [(to, gettext(STATUS[to][0])) for to in ENDINGS.get(visit.status, ())]
        act = last_act(visit.id)
        if act is not None and act.before is not None:
            choices.append(("undo", gettext(UNDO[act.kind])))
        self.correction.choices = choices
