"""The base of every form, and how a command's refusal comes to stand on it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from babel.lists import format_list
from flask_babel import gettext
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, FieldList, SelectField
from wtforms.widgets import HiddenInput

from portal.errors import DomainError
from portal.web.filters import daydate, hhmm
from portal.web.forms import choices, once, picking, versions, wording
from portal.web.languages import page_locale
from portal.web.messages import toast

ANSWERABLE = frozenset({409, 422, 429})
CARRIED = Markup('<input type="hidden" name="{}" value="{}">')


def translate(refusal: DomainError) -> str:
    """A refusal in the reader's language; days and lists in it too."""
    params = {name: _written(value) for name, value in refusal.params.items()}
    message = str(gettext(refusal.message, **params))
    # What stands first of it, where something is named, is a name or a number.
    return wording.BeginsWithName(message) if refusal.message.startswith("%(") else message


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{daydate(value)}, {hhmm(value)}"
    if isinstance(value, date):
        return daydate(value)
    return format_list(value, locale=page_locale()) if isinstance(value, list) else value


class PortalForm(FlaskForm):  # type: ignore[misc]
    """The base of every form. Fields are named as their columns.

    A form that changes a record is made with `obj` or `data`, what the record has, and with
    `edits`, the record as `held` gives it: then it carries a version, writes only what was
    changed, and asks where two people changed the same field.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Settings of WTForms for a form."""

        def get_translations(self, _form: object) -> wording.Words:
            """The words of WTForms' own checks."""
            return wording.Words()

        def bind_field(self, form: Any, field: Any, options: dict[str, Any]) -> Any:
            """A field that is given no words has none, and not its name in the program."""
            if not field.args and "label" not in field.kwargs:
                options = {"label": "", **options}
            return super().bind_field(form, field, options)

    _refused: int | None = None
    retry_after: int | None = None
    version: versions.Version | None = None
    # Why nothing was done though nothing is wrong: what a look is to be taken at before.
    stopped: str = ""

    def __init__(self, *args: Any, edits: object = None, **present: Any) -> None:
        super().__init__(*args, **present)
        self.conflicts: list[versions.Disagreement] = []
        self.decided: dict[str, str] = {}
        self.edits = edits
        if edits is not None:
            self.version = versions.Version(self)

    @property
    def status(self) -> int:
        """The status of a page with this form: 200, 422 with errors, 409, 429 or 503 if refused."""
        return self._refused or (422 if self.errors else 200)

    def carried(self) -> Markup:
        """The hidden inputs besides its fields: version, decisions between two, one-time key."""
        inputs = dict(self.decided)
        if self.version is not None:
            inputs[versions.VERSION] = self.version.text
        # A form with a key of its own does what it asks once by that.
        own = any(name.endswith("key") for name in self._fields)
        if not own and (key := once.key_of_form()) is not None:
            inputs[once.KEY] = key
        return Markup("").join(CARRIED.format(name, value) for name, value in inputs.items())

    def hidden_tag(self, *_fields: object) -> Markup:
        """The hidden fields. The token gets no id: a page has several forms."""
        hidden = [field for field in self if isinstance(field.widget, HiddenInput)]
        token = self._fields.get("csrf_token")
        inputs = [field(id=False) if field is token else field() for field in hidden]
        return Markup("").join([*inputs, self.carried()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it can be saved: first as it meets the record as that is now."""
        if self.version:
            self._meet_others(self.version)
        valid = bool(super().validate(extra_validators))
        for field in _every_field(self):
            # What was left empty and may be was not read either, and is no error.
            if getattr(field, "process_errors", ()) and field.errors:
                wording.name_unread(field)
        if not valid:
            self._hear_command()
        return valid and not self.conflicts

    def check(self) -> None:
        """Refuse what the command would refuse of what is typed. Raises DomainError.

        It is asked where the form itself is wrong already, so that all is said at once.
        """

    def keep(self, name: str, named: choices.Names) -> None:
        """Offer what the record has in this field, whatever became of it.

        Args:
            name: the field, with its choices.
            named: the words for such values, which say what became of them.
        """
        if self.edits is not None:
            choices.keep_present(self[name], versions.present(self[name]), named)

    def pick(
        self, name: str, source: picking.Source, *, none: str | None = None,
        named: choices.Names | None = None,
    ) -> None:  # fmt: skip
        """Offer what a source has, as a select or a search field; and what the record has.

        Args:
            name: the field.
            source: where what can be chosen is found.
            none: what choosing nothing is called; None where something has to be chosen.
            named: the words for a value of the record that the source does not offer.
        """
        field = self[name]
        field.named = named
        field.offer(source, none=none)
        if named is not None:
            self.keep(name, named)

    def take_present(self, field: Field, *, anew: bool) -> None:
        """Give a field the record's value; `anew` when that is not what was sent."""
        if isinstance(field, FieldList):
            if anew:
                field.process(None, field.object_data)
        elif isinstance(field, SelectField):
            field.data = versions.present(field)
        else:
            field.process_data(field.object_data)
            if anew:
                field.raw_data = [versions.text_of(field.data)]

    def words_of(self, field: Field, value: Any) -> str:
        """A field's value as people read it, beside another's."""
        return versions.words_of(field, value)

    def reject(self, refusal: DomainError) -> None:
        """Show a command's refusal beside its field, or above the form when it has none."""
        for each in refusal.others:
            self.reject(each)
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(translate(refusal))
        else:
            field.errors = [*field.errors, translate(refusal)]
        self._refused, self.retry_after = refusal.status, refusal.retry_after

    def command_errors(self) -> "CommandErrors":
        """`with form.command_errors():` a command; what changing the form answers ends it."""
        return CommandErrors(self)

    def _hear_command(self) -> None:
        """Put what the command would refuse beside the fields of which nothing is said yet.

        The answer stays that of a form which is wrong: the command was not asked to do it.
        """
        status = self._refused
        try:
            self.check()
        except DomainError as refusal:
            found, refusal.others = [refusal, *refusal.others], ()
            for each in found:
                field = self._fields.get(each.field or "")
                if field is not None and not field.errors:
                    self.reject(each)
        self._refused = status

    def _meet_others(self, version: versions.Version) -> None:
        met = versions.reconcile(self, version)
        self.conflicts, self.decided = met.conflicts, met.decided
        if not met.kept and not met.conflicts:
            return
        last = versions.last_change(self.edits, version.opened_at)
        if met.kept:
            toast(_kept(last, ", ".join(met.kept)), kind="info")
        if met.conflicts:
            self._refused = 409
            self.form_errors.append(_saved_meanwhile(last))


def _saved_meanwhile(last: versions.LastChange | None) -> str:
    if last is None:
        return str(gettext("Somebody else saved this meanwhile. Choose which value is kept."))
    return str(
        gettext(
            "%(name)s saved this at %(time)s, after you opened it. Choose which value is kept.",
            name=last.name, time=hhmm(last.at),
        )
    )  # fmt: skip


def _kept(last: versions.LastChange | None, fields: str) -> str:
    if last is None:
        return str(
            gettext("Changed by somebody else meanwhile, and kept: %(fields)s", fields=fields)
        )
    return str(
        gettext(
            "Changed by %(name)s at %(time)s, and kept: %(fields)s",
            name=last.name, time=hhmm(last.at), fields=fields,
        )
    )  # fmt: skip


def _every_field(form: Any) -> Iterator[Field]:
    """A form's fields, and those of the forms that stand in it one after the other."""
    for field in form:
        yield field
        for entry in field if isinstance(field, FieldList) else ():
            yield from getattr(entry, "form", ())


class CommandErrors:
    """Puts a command's refusal on the form; what no change of the form answers passes through."""

    def __init__(self, form: PortalForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> bool:
        if not isinstance(error, DomainError):
            return False
        if error.status not in ANSWERABLE and error.retry_after is None:
            return False
        self.form.reject(error)
        return True
