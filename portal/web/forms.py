"""Forms: what staff type, checked; and refusals, put beside the field they are about."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import SelectField, StringField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from portal.names import one_line
from portal.refusals import DomainError
from portal.web.addresses import LARGEST

ANSWERABLE = frozenset({409, 422, 429})
GROUP = Markup('<optgroup label="{}">{}</optgroup>')


def say(refusal: DomainError) -> str:
    """A refusal in the reader's language."""
    return str(gettext(refusal.message, **refusal.params))


def tidy(value: str | None) -> str | None:
    """What was typed without the spaces around it; nothing typed is None.

    PostgreSQL's text cannot hold NUL, which no keyboard types.
    """
    return (value or "").replace("\0", "").strip() or None


def tidy_line(value: str | None) -> str | None:
    """The same for one line, without the characters that no name has."""
    return one_line(value or "").strip() or None


def record_number(typed: str | int | None) -> int | None:
    """The number of a record, as an address or a field says it; None for anything else."""
    digits = "" if typed is None else str(typed)
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    return number if number is not None and number <= LARGEST else None


def options_of(field: SelectField) -> Markup:
    """What a select offers, as markup made at once: a list of the staff has a thousand of them.

    Choices are those of WTForms: pairs or SelectChoices, in a row or by the name of their group.
    """
    written = []
    for group, choices in _groups(field.choices or ()):
        options = "".join(_option(field, value, label) for value, label, _group in choices)
        written.append(GROUP.format(group, Markup(options)) if group else options)  # noqa: S704
    return Markup("".join(written))  # noqa: S704 - of what is escaped already


class Line(StringField):
    """One line of text, such as a name; blanks around it are not part of it, nothing typed is None.

    Control characters and marks that turn the direction of writing are taken out.
    """

    def __init__(self, label: str | None = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[tidy_line], **options)


class Reachable:
    """How somebody is reached: the fields of a form over a `contact` column."""

    phone = Line(lazy_gettext("Phone"), [Length(max=50)])
    email = Line(lazy_gettext("E-mail"), [Length(max=254)])

    def contact(self) -> dict[str, str | None]:
        """What was typed; None where nothing was."""
        return {"phone": self.phone.data, "email": self.email.data}


class PortalForm(FlaskForm):  # type: ignore[misc]
    """The base of every form. Fields are named as their columns."""

    _refused: int | None = None
    retry_after: int | None = None

    @property
    def status(self) -> int:
        """What a page with this form answers: 200, 422 with errors, 409 after a conflict, 429."""
        return self._refused or (422 if self.errors else 200)

    def hidden_tag(self, *_fields: object) -> Markup:
        """What is not typed. The token gets no id: a page has several forms."""
        hidden = [field for field in self if isinstance(field.widget, HiddenInput)]
        token = self._fields.get("csrf_token")
        return Markup("").join(field(id=False) if field is token else field() for field in hidden)

    def refuse(self, refusal: DomainError) -> None:
        """Show a command's refusal beside its field, or above the form when it has none."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(say(refusal))
        else:
            field.errors = [*field.errors, say(refusal)]
        self._refused, self.retry_after = refusal.status, refusal.retry_after

    def refusals(self) -> "Refusals":
        """`with form.refusals():` a command; a refusal that changing the form answers ends it."""
        return Refusals(self)


class Refusals:
    """Puts a command's refusal on the form; what no change of the form answers passes through."""

    def __init__(self, form: PortalForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> bool:
        if not isinstance(error, DomainError) or error.status not in ANSWERABLE:
            return False
        self.form.refuse(error)
        return True


def _groups(choices: Any) -> Iterable[tuple[Any, Iterable[tuple[Any, Any, Any]]]]:
    if isinstance(choices, Mapping):
        return ((group, map(_parts, each)) for group, each in choices.items())
    return groupby(map(_parts, choices), key=itemgetter(2))


def _parts(choice: Any) -> tuple[Any, Any, Any]:
    """A choice's value, its words and its group."""
    return (*choice, None) if isinstance(choice, tuple) else (
        choice.value, choice.label, choice.optgroup
    )  # fmt: skip


def _option(field: SelectField, value: Any, label: Any) -> str:
    """Markup, but not called so yet: that takes longer than writing it."""
    chosen = " selected" if field.coerce(value) == field.data else ""
    return f'<option value="{escape(value)}"{chosen}>{escape(label)}</option>'
