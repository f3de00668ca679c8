"""What is said of a member of staff."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import Email, InputRequired, Length

from portal.auth.permissions import ROLE_NAMES, role_name
from portal.staff import queries
from portal.staff.commands import Person
from portal.web.forms import Line, PortalForm

REQUIRED = InputRequired(_("This is needed."))


class StandingForm(PortalForm):
    """Role and facilities."""

    role = SelectField(_("Role"), [REQUIRED])
    facility_ids = SelectMultipleField(_("Facilities"), coerce=int)

    def offer_choices(self) -> None:
        """The roles and the clinic's facilities."""
        self.role.choices = [(role, role_name(role)) for role in ROLE_NAMES]
        self.facility_ids.choices = queries.list_facilities()


class ResetForm(PortalForm):
    """Why somebody's second factor is to be taken away."""

    reason = Line(_("Reason"), [REQUIRED, Length(max=300)])


class InvitationForm(StandingForm):
    """Somebody new."""

    name = Line(_("Name"), [REQUIRED, Length(max=120)])
    email = Line(_("E-mail"), [REQUIRED, Length(max=254), Email(_("This is no e-mail address."))])

    def person(self) -> Person:
        """What was typed, for the command."""
        typed = self.data
        facility_ids = tuple(typed["facility_ids"])
        return Person(typed["email"], typed["name"], typed["role"], facility_ids)
