"""The order in which people look names up: case, accents and apostrophes do not count.

The database sorts by `sort_key(text)`, a function of migration 0029, whose answer it keeps beside
each name: a list's late page passes over thousands of rows, whose keys it would work out only to
drop them. `sort_key` here says the same of names that only Python can read. The embedded server
has no ICU, whose collations would do.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Computed, Function, Text, func
from sqlalchemy.orm import MappedColumn, mapped_column

# Marks that stand on a letter, after Unicode has taken the two apart.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
# What stands inside a name and is passed over: apostrophes, full stops, invisible characters.
PASSED_OVER = ".'`‘’ʹʻʼʽ′\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff"
HYPHENS = "-‐‒–—―−־"
# Letters that Unicode does not take apart, and capitals of alphabets beyond ASCII.
CAPITALS = "ØŁĐÐÞÆŒĦŊŦıΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐ"
SMALL = "øłđðþæœħŋŧiαβγδεζηθικλμνξοπρστυφχψωσабвгдежзийклмнопрстуфхцчшщъыьэюяђєѕіјљњћџґ"
LETTERS = {"æ": "ae", "œ": "oe", "ß": "ss", "ẞ": "ss", "þ": "th"}
_SMALL = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + CAPITALS + HYPHENS,
    "abcdefghijklmnopqrstuvwxyz" + SMALL + " " * len(HYPHENS),
    PASSED_OVER,
)
_PLAIN = str.maketrans(dict(zip("øłđðħŋŧ", "olddhnt", strict=True)) | LETTERS)


MOST_WORDS = 6


def sort_key(name: str) -> str:
    """The sort key of a name.

    >>> sort_key("Ångström-O’Neil")
    'angstrom oneil'
    """
    if name.isascii():
        return name.translate(_SMALL)
    return _MARKS.sub("", unicodedata.normalize("NFKD", name)).translate(_SMALL).translate(_PLAIN)


def kept_sorted(name: str) -> MappedColumn[str]:
    """The column of what a list sorts by the named column, which the database writes."""
    kept = Computed(f"sort_key({name})", persisted=True)
    return mapped_column(Text, kept, deferred=True, sort_order=99)


def by_name(*columns: Any) -> list[Function[str]]:
    """The sort keys of the few rows of a page: last names, then first names."""
    return [func.sort_key(column) for column in columns]


def containing(query: str, *columns: Any) -> list[ColumnElement[bool]]:
    """Every word somewhere in one of the columns; case, accents and apostrophes do not count."""
    searched = func.sort_key(func.concat_ws(" ", *columns))
    return [func.strpos(searched, func.sort_key(word)) > 0 for word in query.split()[:MOST_WORDS]]


def having(query: str, *columns: Any) -> list[ColumnElement[bool]]:
    """Every word of a query somewhere in one of the columns.

    No word has a blank in it, so none can begin in one column and end in the next.
    """
    searched = func.concat_ws(" ", *columns)
    return [searched.icontains(word, autoescape=True) for word in query.split()[:MOST_WORDS]]
