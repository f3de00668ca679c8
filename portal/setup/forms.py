"""The filters of the coverage, and the buttons of the checklist."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from portal.doctors.labels import doctors
from portal.errors import N_
from portal.facilities import queries as facilities
from portal.setup.labels import PROBLEMS
from portal.setup.queries.coverage import CoverageQuery
from portal.web.forms.fields import record_number
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField

PARTS = {
    "": N_("All but plans that are not accepted"),
    "any": N_("All"),
    **{code: short for code, (_reason, short) in PROBLEMS.items()},
    "none": N_("Nothing: it can be booked"),
}


class DismissalForm(PortalForm):
    """Nothing to type: only the token that a person pressed the button."""


class CoverageForm(PortalForm):
    """Which part of the coverage is looked at; it stands in the address."""

    class Meta:
        csrf = False

    facility_id = SelectField(_("Facility"))
    doctor_id = PickField(_("Doctor"))
    problem = SelectField(_("What stands in the way"))

    def __init__(self, args: MultiDict[str, str]) -> None:
        super().__init__(formdata=args)
        every = ("", gettext("All"))
        self.facility_id.choices = [
            every, *((str(each.id), each.name) for each in facilities.list_choices())
        ]  # fmt: skip
        self.pick("doctor_id", doctors(), none=gettext("All"))
        self.problem.choices = [(code, gettext(label)) for code, label in PARTS.items()]
        self.validate()

    def query(self) -> CoverageQuery:
        """The query; nonsense asks for everything."""
        typed = self.data
        return CoverageQuery(
            record_number(typed["facility_id"]),
            typed["doctor_id"],
            typed["problem"] if typed["problem"] in PARTS else "",
        )
