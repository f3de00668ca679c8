"""Filters of the log; they stand in the address, so they name no patient but by number."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask_babel import gettext, lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)
from wtforms.widgets import HiddenInput

from portal.activity.commands import DisclosureDetails
from portal.activity.labels import (
    OUTCOMES,
    action_words,
    changes,
    record_words,
)
from portal.activity.rules import Filters
from portal.exchange.exports.rules import MEDIA
from portal.facilities.queries import FacilityName
from portal.registry.area import areas
from portal.sorting import sort_key
from portal.web.forms.fields import Line, tidy
from portal.web.forms.form import PortalForm
from portal.web.forms.picking import PickField, Source

NEEDED = lazy_gettext("This is needed.")
LONG = Length(max=2000)
NUMBER = (Optional(), NumberRange(1, 2**63 - 1))
FIRST_YEAR, LAST_YEAR = 1970, 2999


def id_or_none(value: Any) -> int | None:
    """A select's value: a record, or the empty choice."""
    return int(value) if value not in (None, "", "None") else None


def text_or_none(value: str | None) -> str | None:
    """A select's value: a word, or the empty choice."""
    return value or None


def in_the_calendar(_form: object, field: Field) -> None:
    """A day that an instant can be made of."""
    if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(gettext("This is not a day of the log."))


class FilterForm(PortalForm):
    """Which part of the log to show. It is read, never written: no token."""

    class Meta:
        """Its values come from the address."""

        csrf = False

    user_id = PickField(lazy_gettext("Who"), coerce=id_or_none)
    action_type = SelectField(lazy_gettext("What was done"), coerce=text_or_none)
    outcome = SelectField(lazy_gettext("Outcome"), coerce=text_or_none)
    table_name = SelectField(lazy_gettext("Record type"), coerce=text_or_none)
    record_id = IntegerField(lazy_gettext("Record number"), NUMBER)
    facility_id = SelectField(lazy_gettext("Facility"), coerce=id_or_none)
    since = DateField(lazy_gettext("From"), [Optional(), in_the_calendar])
    until = DateField(lazy_gettext("Until"), [Optional(), in_the_calendar])
    patient_id = IntegerField(lazy_gettext("Patient"), NUMBER, widget=HiddenInput())

    def set_choices(self, people: Source, facilities: Sequence[FacilityName]) -> None:
        """The staff and facilities there are, and what the log has words for."""
        self.pick("user_id", people, none=gettext("All"))
        places = [(facility.id, facility.name) for facility in facilities]
        self.facility_id.choices = [("", gettext("All")), *places]
        self.outcome.choices = [("", gettext("All"))] + [
            (outcome, gettext(labels[0])) for outcome, labels in OUTCOMES.items()
        ]
        self.table_name.choices = [("", gettext("All")), *_by_words(areas().records, record_words)]
        self.action_type.choices = [
            SelectChoice("", gettext("All")),
            *_grouped(gettext("Looking at patients"), areas().patients_seen),
            *_grouped(gettext("Doing"), areas().done),
            *_grouped(gettext("Changing records"), changes()),
        ]

    def validate_until(self, field: DateField) -> None:
        """Not before the first day: nothing would be found, and nobody told why."""
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError(gettext("The last day is before the first."))

    def filters(self, zone: str) -> Filters:
        """The filters of the form; days are those of the zone."""
        chosen = {
            name: field.data or None
            for name, field in self._fields.items()
            if name not in ("since", "until")
        }
        since = _midnight(self.since.data, zone) if self.since.data else None
        until = _midnight(self.until.data + timedelta(days=1), zone) if self.until.data else None
        return Filters(**chosen, since=since, until=until)

    @property
    def params(self) -> dict[str, str]:
        """The params of the address, without those left open, or spaces around them."""
        return {
            name: str(field.raw_data[0]).strip()
            for name, field in self._fields.items()
            if field.raw_data and field.raw_data[0]
        }


class LogExportForm(PortalForm):
    """As which file the entries are wanted; the key asks for it once."""

    format = SelectField(
        choices=[SelectChoice(each, each.upper()) for each in MEDIA], default="csv"
    )
    row_uid = StringField()

    @property
    def chosen(self) -> str:
        """The format; CSV for what is none."""
        return self.format.data if self.format.data in MEDIA else "csv"

    @property
    def key(self) -> UUID:
        """The form's, or a new one for what is none."""
        return _key(self.row_uid.data)


class DisclosureForm(PortalForm):
    """Something of a patient was told to somebody else; the key records it once."""

    row_uid = StringField(widget=HiddenInput())
    disclosed_on = DateField(lazy_gettext("Day of the disclosure"), [InputRequired(NEEDED)])
    recipient_name = Line(lazy_gettext("Who received it"), [DataRequired(NEEDED), Length(max=200)])
    recipient_address = TextAreaField(
        lazy_gettext("Their address"), [Length(max=500)], filters=[tidy]
    )
    what = TextAreaField(
        lazy_gettext("What was disclosed"), [DataRequired(NEEDED), LONG], filters=[tidy]
    )
    purpose = TextAreaField(lazy_gettext("What for"), [DataRequired(NEEDED), LONG], filters=[tidy])
    withheld_until = DateField(lazy_gettext("Not told to the patient until"), [Optional()])

    def details(self) -> DisclosureDetails:
        """The typed values, for the command; a key that is none is a new one."""
        typed = {each.name: self[each.name].data for each in fields(DisclosureDetails)}
        return DisclosureDetails(**{**typed, "row_uid": _key(typed["row_uid"])})


class DisclosureCorrectionForm(DisclosureForm):
    """A disclosure as it should have been entered, and why it was not."""

    because = TextAreaField(
        lazy_gettext("Why it is corrected"), [DataRequired(NEEDED), LONG], filters=[tidy]
    )
    withdrawn = BooleanField(lazy_gettext("Strike it out: it should not have been entered at all"))


def _key(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _grouped(group: str, actions: Any) -> list[SelectChoice]:
    return [
        SelectChoice(action, label, optgroup=group)
        for action, label in _by_words(actions, action_words)
    ]


def _by_words(names: Any, label_of: Any) -> list[tuple[str, str]]:
    return sorted(
        ((name, label_of(name)) for name in names), key=lambda pair: sort_key(str(pair[1]))
    )
