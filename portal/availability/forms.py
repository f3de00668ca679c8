"""Forms of hours; times are the facility's wall times."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.availability.commands.exceptions import ExceptionDetails, check_exception
from portal.availability.commands.splitting import split_around, split_from
from portal.availability.commands.weekly import RuleDetails, check_rule
from portal.availability.public_holidays import Holiday
from portal.availability.queries.places import PlaceRow
from portal.availability.rules import check_break, check_first_day
from portal.errors import N_, DomainError, all_of
from portal.scheduling.times import MIDNIGHT, instant
from portal.schema.availability import AvailabilityException, AvailabilityRule
from portal.services.labels import offering_words
from portal.services.queries.catalogue import list_offerings
from portal.web.days import in_reach, within_reason
from portal.web.forms.choices import Names
from portal.web.forms.fields import Line
from portal.web.forms.form import PortalForm

REQUIRED = InputRequired(_("This is needed."))
WALL = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
A_DAY, HOUR = datetime(2100, 1, 1), timedelta(hours=1)  # noqa: DTZ001 - wall times
# Monday first, as a week is planned; the database counts from Sunday.
WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (0, _("Sunday")),
)
TYPES = (
    ("blocked", _("Time off")),
    ("emergency", _("Emergency: called away")),
    ("override", _("Changed hours instead of the usual ones")),
)


class HoursPreviewForm(PortalForm):
    """A change that is shown before it is done; `confirmation_token` marks what was shown."""

    confirmation_token = HiddenField()


class HoursForm(HoursPreviewForm):
    """A session of the week."""

    start_time = TimeField(_("From"), [REQUIRED])
    end_time = TimeField(_("Until"), [REQUIRED])
    slot_duration_minutes = IntegerField(_("Minutes of a slot"), [REQUIRED], default=30)
    slot_interval_minutes = IntegerField(_("Minutes between openings"), [Optional()])
    service_offering_id = SelectField(_("Reserved for"), coerce=lambda value: int(value or 0))
    capacity = IntegerField(_("Seats"), [REQUIRED], default=1)
    valid_from = DateField(_("First day"), [Optional()])
    valid_to = DateField(_("Last day"), [Optional()])

    def offer_services(self, location: PlaceRow) -> None:
        """Any service, or one that is offered at this place."""
        offerings = list_offerings(doctor_id=location.doctor_id, facility_id=location.facility_id)
        self.service_offering_id.choices = [
            SelectChoice(0, gettext("Any service")),
            *(SelectChoice(offering.id, offering.service_name) for offering in offerings),
        ]
        self.keep("service_offering_id", offering_words)
        self.location = location

    def check(self) -> None:
        """As adding and changing check it; of the weekday they ask nothing."""
        check_rule(self.on(WEEKDAYS[0][0], self.location))

    def on(self, day_of_week: int, location: PlaceRow) -> RuleDetails:
        """The typed values, for the command, on one weekday."""
        return RuleDetails(
            doctor_id=location.doctor_id, facility_id=location.facility_id, day_of_week=day_of_week,
            start_time=self.start_time.data or MIDNIGHT, end_time=self.end_time.data or MIDNIGHT,
            slot_duration_minutes=self.slot_duration_minutes.data or 0,
            slot_interval_minutes=self.slot_interval_minutes.data,
            service_offering_id=self.service_offering_id.data or None,
            capacity=self.capacity.data or 0,
            valid_from=self.valid_from.data, valid_to=self.valid_to.data,
        )  # fmt: skip


class NewHoursForm(HoursForm):
    """One session on one weekday or several."""

    day_of_week = SelectMultipleField(
        _("Weekdays"), [DataRequired(_("Choose at least one day."))], coerce=int,
        choices=[SelectChoice(number, name) for number, name in WEEKDAYS],
    )  # fmt: skip


class ChangedHoursForm(HoursForm):
    """A session of one weekday."""

    day_of_week = SelectField(
        _("Weekday"), coerce=int,
        choices=[SelectChoice(number, name) for number, name in WEEKDAYS],
    )  # fmt: skip


class CopyForm(HoursPreviewForm):
    """The weekdays that get a copy of a session."""

    day_of_week = SelectMultipleField(
        _("Weekdays"), [DataRequired(_("Choose at least one day."))], coerce=int
    )

    def offer_days(self, rule: AvailabilityRule) -> None:
        """Every day but the session's own."""
        self.day_of_week.choices = [
            SelectChoice(number, name) for number, name in WEEKDAYS if number != rule.day_of_week
        ]


class OneOfTwoWays(DomainError):
    message = N_("Give both ends of a break, or a day, but not both.")
    field = "pause_from"


class SplitForm(HoursPreviewForm):
    """Where a session is divided: around a break in the day, or at a day of the year."""

    pause_from = TimeField(_("Break from"), [Optional()])
    pause_until = TimeField(_("Break until"), [Optional()])
    first_day = DateField(_("First day of the second part"), [Optional()])

    def offer(self, rule: AvailabilityRule) -> None:
        """The session that is divided."""
        self.rule = rule

    def check(self) -> None:
        """Exactly one of the two ways, a break has two ends, and both parts are left."""
        all_of((self._check_ways, self._check_break, self._check_day))

    def _check_ways(self) -> None:
        ends = [field.data is not None for field in (self.pause_from, self.pause_until)]
        if any(ends) == bool(self.first_day.data) or any(ends) != all(ends):
            raise OneOfTwoWays

    def _check_break(self) -> None:
        pause_from, pause_until = self.pause_from.data, self.pause_until.data
        if pause_from is not None and pause_until is not None:
            check_break(self.rule.start_time, self.rule.end_time, pause_from, pause_until)

    def _check_day(self) -> None:
        if self.first_day.data:
            check_first_day(self.rule.valid_from, self.rule.valid_to, self.first_day.data)

    def split(self) -> AvailabilityRule:
        """Divide the session as was typed. Raises what `check` and the commands raise."""
        self.check()
        if self.first_day.data:
            return split_from(self.rule, self.first_day.data)
        pause_from, pause_until = self.pause_from.data, self.pause_until.data
        return split_around(self.rule, pause_from or MIDNIGHT, pause_until or MIDNIGHT)


class HoursEndingForm(HoursPreviewForm):
    """The last day on which a session holds; none ends it at once."""

    valid_to = DateField(_("Last day"), [Optional()])


class HolidaysForm(HoursPreviewForm):
    """The public holidays on which a facility is closed."""

    days = SelectMultipleField(_("Days"), [DataRequired(_("Choose at least one day."))])

    def offer(self, holidays: Iterable[Holiday]) -> None:
        """The days that can be chosen, and what they are called."""
        self.names = {each.day.isoformat(): each.name for each in holidays}
        self.days.choices = [SelectChoice(day, name) for day, name in self.names.items()]

    def chosen(self) -> dict[date, str]:
        """Each chosen day with its name."""
        return {date.fromisoformat(day): self.names[day] for day in self.days.data or []}


class ExceptionForm(HoursPreviewForm):
    """A span in which the usual hours do not hold."""

    type = SelectField(_("Type"), choices=[SelectChoice(*each) for each in TYPES])
    start_at = DateTimeLocalField(_("From"), [REQUIRED, in_reach], format=WALL)
    end_at = DateTimeLocalField(_("Until"), [REQUIRED, in_reach], format=WALL)
    reason = Line(_("Reason"), [Length(max=200)])
    availability_rule_id = SelectField(_("Which hours"), coerce=lambda value: int(value or 0))
    slot_duration_minutes = IntegerField(_("Minutes of a slot"), [Optional()])

    def offer_rules(self, location: PlaceRow, rules: dict[int, str], ended: Names) -> None:
        """All of the doctor's hours there, or one session of the week."""
        self.location = location
        self.availability_rule_id.choices = [
            SelectChoice(0, gettext("All hours of the doctor there")),
            *(SelectChoice(rule_id, label) for rule_id, label in rules.items()),
        ]
        self.keep("availability_rule_id", ended)

    def check(self) -> None:
        """As adding and changing check it."""
        check_exception(self.details())

    def details(self) -> ExceptionDetails:
        """The typed values, for the command, as instants; for days no calendar reaches an hour that
        breaks no rule, since the form says what is wrong with it."""
        location = self.location
        start, end = self.start_at.data, self.end_at.data
        if not (start and end and within_reason(start) and within_reason(end)):
            start, end = A_DAY, A_DAY + HOUR
        return ExceptionDetails(
            doctor_id=location.doctor_id, facility_id=location.facility_id,
            start_at=_instant(start, location), end_at=_instant(end, location),
            type=self.type.data, reason=self.reason.data,
            availability_rule_id=self.availability_rule_id.data or None,
            slot_duration_minutes=self.slot_duration_minutes.data,
        )  # fmt: skip


def typed_exception(exception: AvailabilityException, location: PlaceRow) -> dict[str, Any]:
    """An exception as its form has it."""
    zone = ZoneInfo(location.zone)
    return {
        "type": exception.type,
        "start_at": exception.start_at.astimezone(zone),
        "end_at": exception.end_at.astimezone(zone),
        "reason": exception.reason,
        "availability_rule_id": exception.availability_rule_id or 0,
        "slot_duration_minutes": exception.slot_duration_minutes,
    }


def _instant(wall: datetime, location: PlaceRow) -> datetime:
    return instant(wall.date(), wall.time(), location.zone)
