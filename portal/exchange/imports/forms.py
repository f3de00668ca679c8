"""Which file is brought, and what its columns are."""

from collections.abc import Sequence
from typing import Any

from flask import current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    HiddenField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from portal.csv_reader import Column
from portal.errors import N_
from portal.exchange.imports.rules import guessed, letters
from portal.facilities.queries import list_facilities
from portal.registry.area import areas
from portal.web.forms.form import PortalForm
from portal.web.languages import offered, speaking

LEFT_OUT = -1
DATES = (
    ("iso", _("1980-03-04")),
    ("month-first", _("3/4/1980 is the fourth of March")),
    ("day-first", _("3/4/1980 is the third of April")),
)


class UploadForm(PortalForm):
    """A file, and what it is a list of."""

    kind = SelectField(_("What is in it"))
    file = FileField(_("File (CSV)"), [FileRequired(_("Choose a file."))])

    def translate_kinds(self) -> None:
        """The kinds in the reader's language."""
        self.kind.choices = [
            SelectChoice(kind, gettext(each.label)) for kind, each in areas().imports.items()
        ]


class DiscardForm(PortalForm):
    """Nothing to type: only the token that a person pressed the button."""


class TickedLines(frozenset[str]):
    """Lines that somebody ticked; who ticked all of them has ticked each."""

    def __contains__(self, line: object) -> bool:
        return super().__contains__("all") or super().__contains__(str(line))


class MappingForm(PortalForm):
    """Which of the file's columns is which; a field for each column that the kind has."""

    confirmation_token = HiddenField()
    # the lines that are imported though they may be here already; `all` is all of them
    anyway = SelectMultipleField(validate_choice=False)
    kind: str
    columns: Sequence[Column]

    def places(self) -> dict[str, int]:
        """Where each chosen column stands."""
        chosen = {column.name: self[f"column_{column.name}"].data for column in self.columns}
        return {name: position for name, position in chosen.items() if position != LEFT_OUT}

    def options(self) -> dict[str, Any]:
        """Of patients: where they are registered, and how dates are written."""
        if self.kind != "patients":
            return {}
        return {
            "facility_id": self["facility_id"].data,
            "dates": self["dates"].data,
            "anyway": TickedLines(self.anyway.data or ()),
        }

    def validate(self, extra_validators: Any = None) -> bool:
        """Check that each needed column is chosen, and none for two things."""
        valid = bool(super().validate(extra_validators))
        taken: set[int] = set()
        for column in self.columns:
            field = self[f"column_{column.name}"]
            message = _wrong(column, field.data, taken)
            if message:
                field.errors = [*field.errors, gettext(message)]
                valid = False
            taken.add(field.data)
        return valid


def mapping_form(kind: str, header: Sequence[str]) -> MappingForm:
    """The form for a file's columns, as they seem to be meant."""
    named = [
        SelectChoice(position, name or f"{position + 1}") for position, name in enumerate(header)
    ]
    known = in_every_language(kind)
    columns = areas().imports[kind].columns
    guesses = guessed(columns, [known.get(letters(name), name) for name in header])

    class Mapped(MappingForm):
        pass

    for column in columns:
        choices = [SelectChoice(LEFT_OUT, gettext("– not in the file –")), *named]
        guess = guesses.get(column.name, LEFT_OUT)
        field = SelectField(gettext(column.label), choices=choices, default=guess, coerce=int)
        setattr(Mapped, f"column_{column.name}", field)
    if kind == "patients":
        Mapped.facility_id = SelectField(
            _("Registered at"), coerce=int,
            choices=[SelectChoice(each.id, each.name) for each in list_facilities()],
        )  # fmt: skip
        Mapped.dates = SelectField(
            _("Dates with slashes"), choices=[SelectChoice(*each) for each in DATES]
        )
    Mapped.kind, Mapped.columns = kind, columns
    return Mapped()


def in_every_language(kind: str) -> dict[str, str]:
    """The labels of a kind's columns, in letters alone -> the English label.

    Where one language has one word for two of them, the kind's own comes before another list's.
    """
    own = [column.label for column in areas().imports[kind].columns]
    exported = [each.label for one in areas().lists.values() for each in one.headings]
    known: dict[str, str] = {}
    for language in offered(current_app):
        with speaking(language):
            for label in (*own, *exported):
                known.setdefault(letters(gettext(label)), label)
    return known


def _wrong(column: Column, position: int | None, taken: set[int]) -> str | None:
    if position is None or position == LEFT_OUT:
        return N_("The import needs this column.") if column.needed else None
    return N_("This column is chosen above already.") if position in taken else None
