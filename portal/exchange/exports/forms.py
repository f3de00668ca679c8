"""Which part of a list is exported, and how."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from portal.facilities.queries import list_facilities
from portal.registry.lists import ExportedList, Filters
from portal.web.addresses import LARGEST
from portal.web.days import in_reach
from portal.web.forms.fields import Line
from portal.web.forms.form import PortalForm

MOST_PARTS = 100_000


class NarrowForm(PortalForm):
    """Which part of a list: the filters of its screen, and those that make sense for a file.

    It is read from the address and changes nothing: no token.
    """

    class Meta:
        """Its values come from the address."""

        csrf = False

    q = Line(_("Words in it"), [Length(max=200)])
    at = Line(_("Facilities with these words"), [Length(max=200)])
    retired = BooleanField(_("Those that are retired"))
    past = BooleanField(_("Those that are over"))
    facility_id = SelectField(_("Facility"), coerce=lambda value: int(value) if value else None)
    since = DateField(_("From"), [Optional(), in_reach])
    until = DateField(_("Until"), [Optional(), in_reach])
    service_id = IntegerField(
        validators=[Optional(), NumberRange(1, LARGEST)], widget=HiddenInput()
    )
    part = IntegerField(
        validators=[Optional(), NumberRange(1, MOST_PARTS)], default=1, widget=HiddenInput()
    )

    def narrow(self, exported: ExportedList) -> None:
        """Leave the filters that the list has, with their choices."""
        for name in [each.name for each in self if each.name != "part"]:
            if name not in exported.filters:
                del self[name]
        if "facility_id" in self:
            places = [SelectChoice(each.id, each.name) for each in list_facilities()]
            self["facility_id"].choices = [SelectChoice("", gettext("All")), *places]

    def chosen_filters(self) -> Filters:
        """The chosen filters."""
        return {
            field.name: field.data or ("" if isinstance(field, Line) else None)
            for field in self
            if field.name != "part"
        }

    @property
    def number(self) -> int:
        """Which part of it."""
        return self.part.data or 1


class ExportForm(PortalForm):
    """As what it is written."""

    format = RadioField(
        _("Kind of file"),
        choices=[
            SelectChoice("xlsx", _("Workbook (XLSX): for Excel, LibreOffice and others")),
            SelectChoice("csv", _("Text (CSV): for other programs, and to import again")),
        ],
        default="xlsx",
    )
