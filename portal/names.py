"""How people's names are written, and what no name may hold."""

import unicodedata
from typing import Any, Protocol

# Marks that turn the direction of what stands after them, beyond the name itself; nobody types
# them, and a name that holds one makes a whole line of a list read backwards.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNPRINTABLE = ("Cc", "Cs", "Co", "Cn")


def listed(last: str | None, first: str | None) -> str:
    """A name as lists have it, family name first; a name of one part is that part alone.

    >>> listed("Okafor", "Amara"), listed("", "Cherlike"), listed("Sukarno", None)
    ('Okafor, Amara', 'Cherlike', 'Sukarno')
    """
    return ", ".join(part for part in (last, first) if part)


def spoken(first: str | None, last: str | None) -> str:
    """A name as it is said: given names, then the family name.

    >>> spoken("Amara", "Okafor"), spoken("Cherlike", "")
    ('Amara Okafor', 'Cherlike')
    """
    return " ".join(part for part in (first, last) if part)


def one_line(text: str) -> str:
    """A text typed into one line, without the characters that no name has.

    Marks that turn the writing go, line breaks and tabs become spaces, other control characters
    go. PostgreSQL's text could not hold NUL.

    >>> one_line("Zo\\u202eë\\tde Vries\\0")
    'Zoë de Vries'
    """
    if text.isprintable():
        return text
    spaced = "".join(" " if char in "\t\n\r\v\f" else char for char in text)
    return "".join(
        char for char in spaced if char not in TURNING and unicodedata.category(char) != "Cc"
    )


class Named(Protocol):
    """Whoever has a name of two parts, either of which may be empty."""

    @property
    def first_name(self) -> Any:
        """Given names."""

    @property
    def last_name(self) -> Any:
        """Family name."""


def name_of(person: Named) -> str:
    """Somebody's name as lists have it."""
    return listed(person.last_name, person.first_name)


def spoken_name_of(person: Named) -> str:
    """Somebody's name as it is said."""
    return spoken(person.first_name, person.last_name)
