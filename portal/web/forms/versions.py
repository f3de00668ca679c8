"""Two people at one record: what a form showed, what is typed, and what is there by now.

A form carries a short digest of each value that it showed. When it is sent, a field whose digest is
still that of what is typed was not changed by this person: it is written as it is now, whoever
changed it meanwhile. A field that both changed is a conflict, which this person decides.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from typing import Any, NamedTuple

from flask import current_app, request
from flask_babel import gettext
from sqlalchemy.exc import InvalidRequestError
from wtforms import BooleanField, Field, SelectField, SelectMultipleField
from wtforms.widgets import HiddenInput

from portal import clock
from portal.db import session
from portal.errors import NotFound
from portal.web.filters import hhmm, shortdate, written_telephone
from portal.web.forms.choices import label_of
from portal.web.forms.fields import PhoneLine

# Until the year 2286: what is beyond was not written here.
SECONDS = re.compile("[0-9]{1,10}")
VERSION = "version"
MINE, THEIRS = "mine", "theirs"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class LastChange(NamedTuple):
    """Who changed a record last, and when by the clinic's clock."""

    name: str
    at: datetime


class Disagreement(NamedTuple):
    """A field that two people changed: both values in words, and how to choose one."""

    label: str
    mine: str
    theirs: str
    name: str
    mark: str


def held(record: Any) -> Any:
    """A record as it is now; kept from others until this request ends, if it may change it.

    Raises:
        NotFound: it is gone.
    """
    if request.method == "POST" and record is not None:
        try:
            session.refresh(record, with_for_update={"key_share": True})
        except InvalidRequestError as gone:
            raise NotFound from gone
    return record


class Version:
    """A form's values of its record, and when they were shown; `text` is what the form carries."""

    def __init__(self, form: Any) -> None:
        sent = request.form.get(VERSION) if request.method == "POST" else None
        self.text = f"{int(clock.real().timestamp())}.{shown_by(form)}" if sent is None else sent
        opened, _dot, values = self.text.partition(".")
        self.opened_at = datetime.fromtimestamp(
            int(opened) if SECONDS.fullmatch(opened) else 0, UTC
        )
        parts = (part.rpartition("-") for part in values.split("."))
        self.digests = {name: mark for name, _dash, mark in parts}


def shown_by(form: Any) -> str:
    """A digest of each of the record's values that a form shows."""
    return ".".join(f"{field.name}-{digest(field, present(field))}" for field in compared(form))


def compared(form: Any) -> list[Field]:
    """The fields that show something of the record."""
    return [field for field in form if not isinstance(field.widget, HiddenInput)]


def present(field: Field) -> Any:
    """The record's value of a field, as the field has values."""
    value = field.object_data
    if isinstance(field, SelectMultipleField):
        return [field.coerce(each) for each in value or ()]
    if isinstance(field, BooleanField):
        return bool(value)
    if not isinstance(field, SelectField) or (value is None and field.coerce in (int, str)):
        return value
    return field.coerce(value)


def digest(field: Field, value: Any) -> str:
    """Ten characters that stand for a value of a field; several choices have no order."""
    text = text_of(sorted(value or ()) if isinstance(field, SelectMultipleField) else value)
    return blake2b(text.encode(errors="replace"), digest_size=5).hexdigest()


def text_of(value: Any) -> str:
    """A value as it is typed; nothing, no choice and a text of blanks are the same."""
    if isinstance(value, datetime | date | time):
        text = value.isoformat()
        return text if type(value) is date else text[: 5 if isinstance(value, time) else 16]
    if isinstance(value, Mapping):
        return str(sorted((k, text_of(each)) for k, each in value.items() if k != "key"))
    if isinstance(value, list | tuple):
        return str([text_of(each) for each in value]) if value else ""
    return "" if value is None or value is False else str(value).replace("\r\n", "\n").strip()


def words_of(field: Field, value: Any) -> str:
    """A value as people read it."""
    if isinstance(field, BooleanField):
        text = gettext("Yes") if value else gettext("No")
    elif isinstance(field, SelectMultipleField):
        text = ", ".join(label_of(field, each) for each in value or ())
    elif isinstance(field, SelectField):
        text = label_of(field, value)
    elif isinstance(field, PhoneLine):
        text = written_telephone(value or "")
    elif isinstance(value, datetime):
        text = f"{shortdate(value)} {hhmm(value)}"
    elif isinstance(value, date):
        text = shortdate(value)
    else:
        text = hhmm(value) if isinstance(value, time) else text_of(value)
    return str(text or gettext("nothing"))


class Met(NamedTuple):
    """How a form meets the record as it is now.

    Attributes:
        kept: the labels of fields that somebody else alone changed.
        conflicts: the fields that both changed and this person has not decided.
        decided: what this person chose for the others, for the form to carry.
    """

    kept: list[str]
    conflicts: list[Disagreement]
    decided: dict[str, str]


def reconcile(form: Any, version: Version) -> Met:
    """Give each field that this person left alone the value it has now; find the conflicts."""
    met = Met([], [], {})
    for field in compared(form):
        now = digest(field, present(field))
        before, mine = version.digests.get(field.name, now), _typed(field)
        if mine == before:
            form.take_present(field, anew=now != before)
            met.kept.extend([str(field.label.text)] if now != before else [])
        elif now not in (before, mine):
            _decide(form, field, now, met)
    return met


def last_change(record: Any, since: datetime = LONG_AGO) -> LastChange | None:
    """Who changed a record last since then, as the log says; None when it says nothing."""
    found: LastChange | None = current_app.extensions["last_change"](record, since)
    return found


def _typed(field: Field) -> str:
    """The digest of what is typed; what cannot be read is like nothing that was shown."""
    return "unread" if getattr(field, "process_errors", ()) else digest(field, field.data)


def _decide(form: Any, field: Field, now: str, met: Met) -> None:
    """Do what this person chose, if they have seen the value that is there now; else ask."""
    name = f"keep-{field.name}"
    chosen = request.form.get(name)
    if chosen in (f"{THEIRS}-{now}", f"{MINE}-{now}"):
        met.decided[name] = chosen
        if chosen.startswith(THEIRS):
            form.take_present(field, anew=True)
    else:
        mine, theirs = (form.words_of(field, each) for each in (field.data, present(field)))
        met.conflicts.append(Disagreement(str(field.label.text), mine, theirs, name, now))
