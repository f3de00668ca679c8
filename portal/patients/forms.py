"""What the front desk types about a patient."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length, Optional

from portal.facilities.queries import list_facilities
from portal.insurance.queries import list_payers, list_plans
from portal.patients.rules.details import LONGEST_NOTES, PatientDetails
from portal.web.forms import Line, PortalForm, record_number, tidy

NOT_DETAILS = ("csrf_token", "register_anyway")


class PatientForm(PortalForm):
    """A patient; what can be known is checked by the command, beside the field it is about."""

    last_name = Line(lazy_gettext("Last name"), [Length(max=100)])
    first_name = Line(lazy_gettext("First name"), [Length(max=100)])
    dob = DateField(lazy_gettext("Date of birth"), [Optional()])
    phone = Line(lazy_gettext("Phone"), [Length(max=50)])
    email = Line(lazy_gettext("E-mail"), [Length(max=254)])
    preferred_language = Line(lazy_gettext("Preferred language"), [Length(max=10)])
    facility_id = SelectField(lazy_gettext("Facility"), coerce=record_number)
    default_insurance_plan_id = SelectField(lazy_gettext("Insurance"), coerce=record_number)
    alert = Line(lazy_gettext("Alert"), [Length(max=200)])
    notes = TextAreaField(lazy_gettext("Notes"), [Length(max=LONGEST_NOTES)], filters=[tidy])

    def offer_choices(self) -> None:
        """The facilities and plans there are."""
        self.facility_id.choices = [
            ("", gettext("None")),
            *((facility.id, facility.name) for facility in list_facilities()),
        ]
        payers = {payer.id: payer.name for payer in list_payers()}
        self.default_insurance_plan_id.choices = [
            SelectChoice("", gettext("Self-pay")),
            *(
                SelectChoice(plan.id, plan.name, optgroup=payers[plan.insurance_provider_id])
                for plan in list_plans()
            ),
        ]

    def details(self, **kept: Any) -> PatientDetails:
        """What was typed, with what this form does not show kept as it is."""
        typed = {
            name: field.data for name, field in self._fields.items() if name not in NOT_DETAILS
        }
        alert, meta = typed.pop("alert"), dict(kept.pop("meta", None) or {})
        meta.pop("alert", None)
        typed["first_name"], typed["last_name"] = (
            typed["first_name"] or "",
            typed["last_name"] or "",
        )
        return PatientDetails(**typed, **kept, meta=meta | ({"alert": alert} if alert else {}))


class RegistrationForm(PatientForm):
    """A new patient, who may turn out to be registered already."""

    register_anyway = BooleanField(lazy_gettext("This is somebody else: register them anyway"))
