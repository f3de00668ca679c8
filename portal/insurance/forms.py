"""Forms of payers, plans and their acceptance."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, Optional

from portal.insurance.commands.payers import PayerDetails, PlanDetails, check_payer, check_plan
from portal.insurance.labels import payers
from portal.insurance.rules import AcceptanceChange
from portal.web.forms.fields import Line, Reachable, tidy
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField

REQUIRED = DataRequired(_("This is needed."))
ACCEPTED = [SelectChoice("y", _("Accepted")), SelectChoice("n", _("Not accepted"))]
FILLS = [
    SelectChoice("accept", _("Accept, with these dates")),
    SelectChoice("end", _("End where it is accepted, with this last day")),
    SelectChoice("refuse", _("Accept no longer, from now on")),
]


class PayerForm(Reachable, PortalForm):
    """A payer."""

    name = Line(_("Name"), [REQUIRED, Length(max=200)])
    website = Line(_("Website"), [Length(max=300)])

    def check(self) -> None:
        """As adding and changing check it."""
        check_payer(self.details())

    def details(self) -> PayerDetails:
        """The typed values, for the command."""
        return PayerDetails(self.name.data or "", self.website.data, self.contact())


class AcceptancePreviewForm(PortalForm):
    """A form whose change is shown first: `confirmation_token` marks what was shown."""

    confirmation_token = HiddenField()


class PlanForm(AcceptancePreviewForm):
    """A payer's plan and the dates between which it is in effect."""

    name = Line(_("Name"), [REQUIRED, Length(max=200)])
    plan_code = Line(_("Plan code"), [REQUIRED, Length(max=100)])
    effective_from = DateField(_("In effect from"), [Optional()])
    effective_to = DateField(_("In effect until"), [Optional()])

    def check(self) -> None:
        """As adding and changing check it, of whichever payer."""
        check_plan(self.details(0))

    def details(self, payer_id: int) -> PlanDetails:
        """The typed values, for the command."""
        return PlanDetails(
            payer_id,
            self.plan_code.data or "",
            self.name.data or "",
            self.effective_from.data,
            self.effective_to.data,
        )


class DatesForm(AcceptancePreviewForm):
    """From when to when a plan is accepted."""

    accepted_since = DateField(_("First day"), [Optional()])
    accepted_until = DateField(_("Last day"), [Optional()])


class TermsForm(DatesForm):
    """The terms of one facility for one plan."""

    enabled = RadioField(_("This facility and this plan"), choices=ACCEPTED)
    notes = TextAreaField(_("Notes"), [Length(max=1000)], filters=[tidy])

    def change(self) -> AcceptanceChange:
        """The change of acceptance; without acceptance the dates stay as they were."""
        if self.enabled.data == "n":
            return AcceptanceChange("refuse")
        return AcceptanceChange("accept", self.accepted_since.data, self.accepted_until.data)


class MarkForm(DatesForm):
    """One key in the matrix, or its undoing; `shown_version` is what the cell showed."""

    shown_version = HiddenField()
    enabled = RadioField(choices=ACCEPTED)

    change = TermsForm.change


class FillForm(DatesForm):
    """One change for a whole row or column; a column may be limited to one payer's plans."""

    change = RadioField(_("What to do"), choices=FILLS, default="accept")
    insurance_provider_id = PickField(_("Plans"))

    def offer_payers(self) -> None:
        """The payers whose plans a column has."""
        self.pick("insurance_provider_id", payers(), none=gettext("All"))

    def acceptance_change(self) -> AcceptanceChange:
        """The change for each cell."""
        return AcceptanceChange(
            self.change.data, self.accepted_since.data, self.accepted_until.data
        )
