"""Forms of a doctor and their locations."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.doctors.commands import DoctorDetails, check_doctor
from portal.doctors.labels import facilities_without
from portal.web.forms.fields import Line, Reachable, tidy
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField

REQUIRED = DataRequired(_("This is needed."))


class DoctorForm(Reachable, PortalForm):
    """A doctor; whether the NPI is one is checked by the command."""

    first_name = Line(_("First name"), [REQUIRED, Length(max=100)])
    last_name = Line(_("Last name"), [REQUIRED, Length(max=100)])
    display_name = Line(_("Display name"), [Length(max=120)])
    specialty = Line(_("Specialty"), [Length(max=120)])
    npi = Line(_("NPI"), [Length(max=20)])
    profile = TextAreaField(_("Profile"), [Length(max=2000)], filters=[tidy])
    namesake = BooleanField(_("This is another doctor of the same name"))

    def check(self) -> None:
        """As adding and changing check it."""
        check_doctor(self.details())

    def details(self) -> DoctorDetails:
        """The typed values, for the command."""
        return DoctorDetails(
            self.first_name.data or "",
            self.last_name.data or "",
            self.display_name.data,
            self.npi.data,
            self.specialty.data,
            self.profile.data,
            self.contact(),
        )


class PlaceForm(PortalForm):
    """A place at a facility where the doctor has none."""

    facility_id = PickField(_("Facility"), [REQUIRED])
    role = Line(_("Role there"), [Length(max=100)])

    def offer_facilities(self, doctor_id: int) -> None:
        """The facilities without an active place of this doctor."""
        self.pick("facility_id", facilities_without(doctor_id))


class RoleForm(PortalForm):
    """A doctor's role at a facility."""

    role = Line(_("Role there"), [Length(max=100)])


class DoctorEndingForm(PortalForm):
    """Nothing to type: `confirmation_token` is the mark of the visits that were shown."""

    confirmation_token = HiddenField()


class RetiringForm(PortalForm):
    """Nothing to type: only the token that a person pressed the button."""
