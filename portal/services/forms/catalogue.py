"""Forms of a service and of how a doctor offers it."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.services.commands.catalogue import (
    OfferingDetails,
    ServiceDetails,
    check_offering,
    check_service,
)
from portal.services.labels import places_without
from portal.web.forms.fields import Line, tidy
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField

REQUIRED = InputRequired(_("This is needed."))
NAMED = DataRequired(_("This is needed."))
CODE_SYSTEMS = (("CPT", "CPT"), ("HCPCS", "HCPCS"), ("ICD", "ICD"), ("Custom", _("Custom")))


class ServiceForm(PortalForm):
    """A service of the catalogue."""

    name = Line(_("Name"), [NAMED, Length(max=120)])
    category = Line(_("Category"), [Length(max=80)])
    code_system = SelectField(
        _("Code system"), choices=[SelectChoice(*each) for each in CODE_SYSTEMS], default="CPT"
    )
    code = Line(_("Code"), [Length(max=50)])
    code_version = Line(_("Code version"), [Length(max=50)])
    default_duration_minutes = IntegerField(_("Length in minutes"), [REQUIRED], default=30)
    description = TextAreaField(_("Description"), [Length(max=1000)], filters=[tidy])

    def check(self) -> None:
        """As adding and changing check it."""
        check_service(self.details())

    def details(self) -> ServiceDetails:
        """The typed values, for the command."""
        typed = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return ServiceDetails(**typed | {"name": self.name.data or ""})


class OfferingForm(PortalForm):
    """How one doctor offers a service at one facility; a place is `doctor-facility`."""

    location = PickField(_("Doctor and facility"), coerce=str)
    default_duration_minutes = IntegerField(_("Length in minutes"), [Optional()])
    buffer_before_minutes = IntegerField(_("Minutes kept free before"), [REQUIRED], default=0)
    buffer_after_minutes = IntegerField(_("Minutes kept free after"), [REQUIRED], default=0)
    visibility = SelectField(
        _("Who sees it"),
        choices=[
            SelectChoice("public", _("Everyone, patients too")),
            SelectChoice("private", _("Staff only")),
        ],
    )
    active = BooleanField(_("Can be booked"))

    def offer_places(self, service_id: int) -> None:
        """The places where nobody has been told yet how the service is offered."""
        self.pick("location", places_without(service_id))

    @property
    def doctor_and_facility(self) -> tuple[int, int]:
        """The chosen place."""
        doctor_id, facility_id = str(self.location.data).split("-")
        return int(doctor_id), int(facility_id)

    def check(self) -> None:
        """As offering and changing check it."""
        check_offering(self.details())

    def details(self) -> OfferingDetails:
        """The typed values, for the command."""
        return OfferingDetails(
            default_duration_minutes=self.default_duration_minutes.data,
            buffer_before_minutes=self.buffer_before_minutes.data or 0,
            buffer_after_minutes=self.buffer_after_minutes.data or 0,
            visibility=self.visibility.data,
        )


class PressedForm(PortalForm):
    """Nothing to type: only the token that a person pressed the button."""
