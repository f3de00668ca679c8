"""Forms of a facility."""

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, Optional

from portal.facilities.commands import FacilityDetails, check_facility
from portal.facilities.rules import slug_from
from portal.schema.facilities import Facility
from portal.web.forms.fields import Line, PhoneLine, tidy
from portal.web.forms.form import PortalForm

NO_REGIONS = frozenset({"Etc", "SystemV", "US"})
REQUIRED = DataRequired(_("This is needed."))


def time_zones() -> list[SelectChoice]:
    """The world's time zones, grouped by the part before the slash."""
    return [
        SelectChoice(name, city.replace("_", " "), optgroup=region)
        for name in sorted(available_timezones())
        for region, _slash, city in [name.partition("/")]
        if city and region not in NO_REGIONS
    ]


class FacilityForm(PortalForm):
    """A facility; an empty short name is made from the name."""

    name = Line(_("Name"), [REQUIRED, Length(max=120)])
    slug = Line(_("Short name"), [Optional(), Length(max=63)])
    timezone = SelectField(_("Time zone"), [REQUIRED], choices=time_zones())
    address = TextAreaField(_("Address"), [Length(max=500)], filters=[tidy])
    phone = PhoneLine(_("Phone"), [Length(max=50)])
    locale = Line(_("Language and region"), [Length(max=10)])

    def check(self) -> None:
        """As opening and changing check it; nothing is said of what is made from a missing name."""
        if self.name.data or self.slug.data:
            facility = self.edits if isinstance(self.edits, Facility) else None
            check_facility(self.details(), facility)

    def details(self) -> FacilityDetails:
        """The typed values, for the command."""
        typed = {name: value for name, value in self.data.items() if name != "csrf_token"}
        typed["name"] = typed["name"] or ""
        typed["slug"] = typed["slug"] or slug_from(typed["name"])
        return FacilityDetails(**typed)


class ClosureForm(PortalForm):
    """Nothing to type: only the token that a person pressed the button."""
