"""Forms: what staff type, checked; and refusals, put beside the field they are about."""

from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import StringField

from portal.refusals import DomainError


def say(refusal: DomainError) -> str:
    """A refusal in the reader's language."""
    return str(gettext(refusal.message, **refusal.params))


def tidy(value: str | None) -> str | None:
    """What was typed without the spaces around it; nothing typed is None."""
    return (value or "").strip() or None


class Line(StringField):
    """One line of text; blanks around it are not part of it, and nothing typed is None."""

    def __init__(self, label: str | None = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[tidy], **options)


class PortalForm(FlaskForm):  # type: ignore[misc]
    """The base of every form. Fields are named as their columns."""

    status = 422

    def refuse(self, refusal: DomainError) -> None:
        """Show a command's refusal beside its field, or above the form when it has none."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(say(refusal))
        else:
            field.errors = [*field.errors, say(refusal)]
        self.status = refusal.status
