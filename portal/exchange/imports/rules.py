"""How a file's columns are matched to those of a kind, and its lines read by them."""

from collections.abc import Mapping, Sequence

from portal.csv_reader import Column, LineRefused, unquoted
from portal.errors import N_
from portal.registry.lines import plain


def guessed(columns: Sequence[Column], header: Sequence[str]) -> dict[str, int]:
    """Which of a file's columns each column of a kind probably is, by its name; each once."""
    places: dict[str, int] = {}
    names = [letters(name) for name in header]
    for column in columns:
        for spelling in (letters(column.name), letters(column.label), *column.spellings):
            if spelling in names and names.index(spelling) not in places.values():
                places[column.name] = names.index(spelling)
                break
    return places


def given(
    columns: Sequence[Column], values: Sequence[str], places: Mapping[str, int]
) -> dict[str, str]:
    """The values of a record, by the kind's own names; empty ones are left out.

    Raises:
        LineRefused: something needed is missing, too long, or no text.
    """
    found = {name: unquoted(values[position].strip()) for name, position in places.items()}
    for column in columns:
        value = found.get(column.name, "")
        if column.needed and not value:
            raise LineRefused(N_("is missing"), field=column.name)
        column.check_length(value)
        if "\0" in value:
            raise LineRefused(N_("holds a character that no text has"), field=column.name)
    return {name: value for name, value in found.items() if value}


def letters(name: str) -> str:
    """A name in letters alone, without case and accents."""
    return "".join(filter(str.isalpha, plain(name)))
