"""Forms of a patient's chart: alerts, notes, contacts."""

from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from portal.patients.commands.charting import ContactDetails
from portal.patients.rules.charting import (
    ALERT_KINDS,
    CONTACT_ROLES,
    LONGEST_ALERT,
    LONGEST_CONTACT,
    LONGEST_NOTE,
)
from portal.web.forms.fields import Line, PhoneLine, tidy
from portal.web.forms.form import PortalForm


class KeyedForm(PortalForm):
    """A form that writes once, however often it is sent."""

    key = StringField(widget=HiddenInput())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.key.data:
            self.key.data = str(uuid4())

    @property
    def once(self) -> UUID:
        """The key; one that is none of ours is replaced."""
        try:
            return UUID(self.key.data)
        except ValueError:
            return uuid4()


class AlertForm(KeyedForm):
    """An alert for everybody who opens the chart."""

    kind = SelectField(lazy_gettext("Kind"), default="allergy")
    alert = Line(lazy_gettext("Alert"), [Length(max=LONGEST_ALERT)])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind.choices = [(kind, gettext(label)) for kind, label in ALERT_KINDS.items()]


class NoteForm(KeyedForm):
    """A note, or how it should read."""

    note = TextAreaField(lazy_gettext("Note"), [Length(max=LONGEST_NOTE)], filters=[tidy])


class ContactForm(KeyedForm):
    """Somebody to call."""

    role = SelectField(lazy_gettext("Contact type"), default="emergency")
    name = Line(lazy_gettext("Name"), [Length(max=LONGEST_CONTACT)])
    relation = Line(lazy_gettext("Relation to the patient"), [Length(max=LONGEST_CONTACT)])
    phone = PhoneLine(lazy_gettext("Phone"), [Length(max=50)])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.role.choices = [(role, gettext(label)) for role, label in CONTACT_ROLES.items()]

    def details(self) -> ContactDetails:
        """The typed values."""
        return ContactDetails(
            self.role.data, self.name.data or "", self.relation.data, self.phone.data
        )
