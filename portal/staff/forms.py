"""Forms of a member of staff."""

from collections.abc import Collection
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Email, InputRequired, Length, ValidationError

from portal.auth.permissions import ROLE_NAMES, role_name
from portal.schema.accounts import User
from portal.staff import queries
from portal.staff.commands.people import Person, check_change, check_person
from portal.tenancy.context import request_context
from portal.web.forms.fields import Line
from portal.web.forms.form import PortalForm

REQUIRED = InputRequired(_("This is needed."))
ALL, SOME = "all", "some"
ACCESS_SCOPES = [SelectChoice(ALL, _("All facilities")), SelectChoice(SOME, _("Only these"))]


class StandingForm(PortalForm):
    """Role and facilities. All facilities is a choice of its own: none ticked is never all."""

    role = SelectField(_("Role"), [REQUIRED])
    access_scope = RadioField(_("Works at"), choices=ACCESS_SCOPES)
    facility_ids = SelectMultipleField(_("Facilities"), coerce=int)

    def set_choices(self) -> None:
        """The roles and the clinic's facilities; all of them for whoever works at all."""
        self.role.choices = [(role, role_name(role)) for role in ROLE_NAMES]
        self.facility_ids.choices = [SelectChoice(*each) for each in queries.list_facilities()]
        self.keep("facility_ids", words_of_facilities)
        if request_context().facility_ids is not None:
            del self.access_scope

    @property
    def everywhere(self) -> bool:
        """Whether all facilities are chosen."""
        return "access_scope" in self and self.access_scope.data == ALL

    def chosen_facilities(self) -> tuple[int, ...]:
        """The facilities that somebody is limited to; none means all of them."""
        return () if self.everywhere else tuple(self.facility_ids.data or ())

    def check(self) -> None:
        """As changing somebody checks it."""
        if isinstance(self.edits, User):
            check_change(self.edits, self.data["role"], self.chosen_facilities())

    def validate_facility_ids(self, field: SelectMultipleField) -> None:
        """At least one, unless it is all; whoever is limited is refused by the command."""
        if "access_scope" in self and not self.everywhere and not field.data:
            raise ValidationError(gettext("Choose at least one facility, or all facilities."))
        if self.everywhere and field.data:
            raise ValidationError(gettext("Choose “Only these”, or tick no facility."))


def standing_of(role: str, facility_ids: list[int]) -> dict[str, Any]:
    """Somebody's role and facilities as the form has them."""
    access_scope = SOME if facility_ids else ALL
    return {"role": role, "access_scope": access_scope, "facility_ids": facility_ids}


class ResetForm(PortalForm):
    """Why somebody's second factor is to be taken away."""

    reason = Line(_("Reason"), [REQUIRED, Length(max=300)])


class InvitationForm(StandingForm):
    """Somebody new."""

    name = Line(_("Name"), [REQUIRED, Length(max=120)])
    email = Line(
        _("E-mail"), [REQUIRED, Length(max=254), Email(_("This is not an e-mail address."))]
    )

    def check(self) -> None:
        """As inviting checks it."""
        check_person(self.person())

    def person(self) -> Person:
        """The typed values, for the command."""
        typed = self.data
        email, name = typed["email"] or "", typed["name"] or ""
        return Person(email, name, typed["role"], self.chosen_facilities())


def words_of_facilities(ids: Collection[int]) -> dict[int, str]:
    """Each of these facilities by its name, "(closed)" where it is."""
    unseen = gettext("Another facility")
    names = dict.fromkeys(ids, unseen)
    for each, (name, is_open) in queries.list_states(ids).items():
        names[each] = name if is_open else gettext("%(name)s (closed)", name=name)
    return names
