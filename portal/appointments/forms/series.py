"""How a visit repeats, and which starts of which dates are booked."""

from contextlib import suppress
from datetime import date
from uuid import UUID, uuid4

from flask_babel import gettext, lazy_gettext
from wtforms import DateField, Field, HiddenField, IntegerField, StringField
from wtforms.validators import Optional

from portal.appointments.commands.series import SeriesDetails
from portal.appointments.rules.series import MOST_IN_SERIES, NotAllBooked, Repeat
from portal.web.filters import hhmm, localtime, longdate
from portal.web.forms.fields import record_number
from portal.web.forms.form import PortalForm, translate

BOOK = "book"


class Starts(Field):
    """The start that was chosen for each date, as `2026-03-09:17`; None leaves the date out."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read a date; text that is none is nothing."""
        self.data: dict[date, int | None] = {}
        for each in valuelist[:MOST_IN_SERIES]:
            day, _colon, slot = each.partition(":")
            with suppress(ValueError):
                self.data[date.fromisoformat(day)] = record_number(slot)


class Repeating:
    """The fields of a form whose visit may repeat."""

    every_weeks = IntegerField(lazy_gettext("Repeat every … weeks"), [Optional()], default=1)
    visits = IntegerField(lazy_gettext("Number of appointments"), [Optional()])
    until = DateField(lazy_gettext("End date"), [Optional()])
    repeat = StringField()
    starts = Starts()

    @property
    def repeats(self) -> bool:
        """Whether more than one visit is asked for."""
        return self.visits.data is not None or self.until.data is not None

    @property
    def books(self) -> bool:
        """Whether the dates were seen, and are to be booked."""
        return self.repeat.data == BOOK

    def chosen_repeat(self) -> Repeat:
        """How often, and for how long."""
        return Repeat(self.every_weeks.data or 0, self.visits.data, self.until.data)

    def series(self, booking_key: UUID, notes: str | None = None) -> SeriesDetails:
        """The starts to book after the first."""
        chosen = self.starts.data or {}
        return SeriesDetails(
            every_weeks=self.every_weeks.data or 0, booking_key=booking_key, notes=notes,
            slot_ids=[slot for _day, slot in sorted(chosen.items()) if slot is not None],
            skipped=[day for day, slot in sorted(chosen.items()) if slot is None],
        )  # fmt: skip


class RepeatForm(Repeating, PortalForm):
    """Repeating a visit that is booked."""

    booking_key = HiddenField(default=lambda: str(uuid4()))

    def validate_booking_key(self, field: HiddenField) -> None:
        """One of ours; another is replaced."""
        try:
            UUID(field.data)
        except ValueError:
            field.data = str(uuid4())

    def details(self) -> SeriesDetails:
        """The series to book."""
        return self.series(UUID(self.booking_key.data))


def refuse_start(form: PortalForm, gone: NotAllBooked, zone: str) -> None:
    """Say which start of a series is in the way, and why."""
    at = localtime(gone.at, zone)
    gone.message = gettext(
        "%(day)s, %(time)s: %(why)s Nothing is booked yet; look at the dates again.",
        day=longdate(at.date()), time=hhmm(at), why=translate(gone.why),
    )  # fmt: skip
    form.reject(gone)
