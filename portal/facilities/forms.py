"""What staff type about a facility."""

from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from portal.facilities.commands import FacilityDetails
from portal.facilities.rules import slug_from
from portal.web.forms import Line, PortalForm, tidy

REQUIRED = InputRequired(_("This is needed."))


def zones_by_region() -> dict[str, list[tuple[str, str]]]:
    """The world's time zones, by the part before the slash."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        region, slash, place = name.partition("/")
        if slash and region not in {"Etc", "SystemV", "US"}:
            regions.setdefault(region, []).append((name, place.replace("_", " ")))
    return regions


class FacilityForm(PortalForm):
    """A facility; an empty short name is made from the name."""

    name = Line(_("Name"), [REQUIRED, Length(max=120)])
    slug = Line(_("Short name"), [Optional(), Length(max=63)])
    timezone = SelectField(_("Time zone"), [REQUIRED], choices=zones_by_region())
    address = TextAreaField(_("Address"), [Length(max=500)], filters=[tidy])
    phone = Line(_("Phone"), [Length(max=50)])
    locale = Line(_("Language and region"), [Length(max=10)])

    def details(self) -> FacilityDetails:
        """What was typed, for the command."""
        typed = {name: value for name, value in self.data.items() if name != "csrf_token"}
        typed["slug"] = typed["slug"] or slug_from(typed["name"])
        return FacilityDetails(**typed)


class ClosingForm(PortalForm):
    """Nothing to type: only the token that a person pressed the button."""
