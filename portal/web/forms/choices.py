"""Choices of a select, and the record's present value among them, whatever became of that."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape
from wtforms import SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

GROUP = Markup('<optgroup label="{}">{}</optgroup>')
Names = Callable[[Collection[Any]], Mapping[Any, str]]


def options_of(field: SelectField) -> Markup:
    """A select's options, as markup made at once: a list of the staff has a thousand of them.

    Choices are those of WTForms: pairs or SelectChoices, in a row or by the name of their group.
    """
    parts = []
    for group, choices in _groups(field.choices or ()):
        options = "".join(_option(field, value, label) for value, label, _group in choices)
        parts.append(GROUP.format(group, Markup(options)) if group else options)  # noqa: S704
    return Markup("".join(parts))  # noqa: S704 - of what is escaped already


def label_of(field: SelectField, value: Any) -> str:
    """The words that a choice is offered with; the value itself when it is not offered."""
    labels = {field.coerce(each): str(label) for each, label in _pairs(field.choices or ())}
    return labels.get(value, "" if value is None else str(value))


def keep_present(field: SelectField, present: Any, named: Names) -> None:
    """Offer what the record has, though it is no longer offered to others.

    Args:
        field: with its choices.
        present: the record's value, or values.
        named: the words of values that are not offered, which say what became of them.
    """
    several = isinstance(field, SelectMultipleField)
    offered = {field.coerce(value) for value, _label in _pairs(field.choices or ())}
    kept = [each for each in (present if several else [present]) if each not in offered]
    kept = [each for each in kept if each not in (None, "", 0)]
    if kept:
        names, unknown = named(kept), gettext("no longer offered")
        more = [SelectChoice(each, names.get(each, unknown)) for each in kept]
        choices = field.choices or []
        field.choices = (
            {**choices, gettext("Present choice"): [(c.value, c.label) for c in more]}
            if isinstance(choices, Mapping)
            else [*choices, *more]
        )


def _groups(choices: Any) -> Iterable[tuple[Any, Iterable[tuple[Any, Any, Any]]]]:
    if isinstance(choices, Mapping):
        return ((group, map(_parts, each)) for group, each in choices.items())
    return groupby(map(_parts, choices), key=itemgetter(2))


def _pairs(choices: Any) -> Iterator[tuple[Any, Any]]:
    for _group, each in _groups(choices):
        yield from ((value, label) for value, label, _of in each)


def _parts(choice: Any) -> tuple[Any, Any, Any]:
    """A choice's value, its words and its group."""
    return (*choice, None) if isinstance(choice, tuple) else (
        choice.value, choice.label, choice.optgroup
    )  # fmt: skip


def _option(field: SelectField, value: Any, label: Any) -> str:
    """Markup, but not called so yet: that takes longer than writing it."""
    chosen = " selected" if field.coerce(value) == field.data else ""
    return f'<option value="{escape(value)}"{chosen}>{escape(label)}</option>'
