"""The purpose of a search: the keys under which patients are found, and a typed text's meaning.

A key is a kind of field and a normalised value. The kinds: `prefix` (2 to 8 first letters of a part
of the name), `name` (a whole part), `full` (the whole name), `dob`, `phone` (national digits),
`last4`, `mrn`, `email`, and `external` (another system's identifier, for imports). A patient of
whom all of these are kept has the key `scheme`, too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple
from unicodedata import decimal

from portal.patients.rules.birth_dates import birth_dates, without_birth_date
from portal.patients.rules.numbers import is_medical_record_number
from portal.patients.rules.renaming import names_before
from portal.phi.tokens import (
    LONGEST_PREFIX,
    email_address,
    full_name,
    name_parts,
    prefixes,
    shortest_prefix,
    spelled_out,
    words_in,
)
from portal.telephones import (
    Countries,
    Telephone,
    bare_number,
    possible_nationals,
    telephones,
)

MOST_TERMS = 6
# Counts up when patients are found by other keys than before; those of an older one are made anew.
SCHEME = "2"
LEAST_OF_AN_END, LEAST_OF_A_PHONE, SURELY_A_WHOLE_PHONE = 4, 6, 10


class Key(NamedTuple):
    """A kind of field and a normalised value; what the token table holds, before hashing."""

    field: str
    value: str

    def looked_up(self) -> "Key":
        """The key that is in the table, where that is only a part of what was typed."""
        if self.field == "prefix":
            return Key("prefix", self.value[:LONGEST_PREFIX])
        return Key("last4", self.value[-4:]) if self.field == "last4" else self


class Findable:
    """Somebody who is looked for by the fields that they are known by."""

    first_name: str
    last_name: str
    dob: date | None
    phone: str | None
    email: str | None
    mrn: str
    external_ids: tuple[str, ...] = ()
    # where national telephone numbers are at home
    countries: Countries = ()
    # first and last names of before
    former_names: tuple[tuple[str, str], ...] = ()

    @cached_property
    def telephones(self) -> list[Telephone]:
        """The numbers under which this patient is called."""
        return telephones(self.phone or "", self.countries)

    @cached_property
    def parts(self) -> set[str]:
        """The parts of the name by which this patient may be looked for."""
        return name_parts(self.first_name, self.last_name)

    @cached_property
    def former_parts(self) -> set[str]:
        """The parts of the names that this patient had before."""
        return {part for names in self.former_names for part in name_parts(*names)}

    def search_keys(self) -> set[Key]:
        """Every key under which this patient can be found."""
        return {Key(field, value) for field, values in VALUES.items() for value in values(self)}

    def answers(self, key: Key) -> bool:
        """Whether the key really is this person's: tokens are short, prefixes and phones cut.

        Nothing is looked at but what the key is made from.
        """
        field, value = key
        if field == "prefix":
            # Names of before are looked at last, since they have to be opened first.
            begun = (part.startswith(value) for part in self.parts)
            return any(begun) or any(part.startswith(value) for part in self.former_parts)
        if field == "name":
            return value in self.parts or value in self.former_parts
        if field == "last4":
            return any(number.endswith(value) for number in _phones(self))
        return value in VALUES[field](self)


def _starts(person: Findable) -> Iterator[str]:
    return (start for part in _parts(person) for start in prefixes(part))


def _parts(person: Findable) -> set[str]:
    return person.parts | person.former_parts


def _phones(person: Findable) -> set[str]:
    return {each.national for each in person.telephones}


def _full(person: Findable) -> list[str]:
    every = ((person.first_name, person.last_name), *person.former_names)
    return [known for names in every if (known := full_name(*names))]


# The normalised values of each kind that a person is found by.
VALUES: dict[str, Callable[[Findable], Iterable[str]]] = {
    "prefix": _starts,
    "name": _parts,
    "full": _full,
    "dob": lambda person: [person.dob.isoformat()] if person.dob else [],
    "phone": _phones,
    "last4": lambda person: {digits[-4:] for digits in _phones(person)},
    "email": lambda person: [email_address(person.email)] if person.email else [],
    "mrn": lambda person: [person.mrn] if person.mrn else [],
    "external": lambda person: person.external_ids,
    "scheme": lambda _person: [SCHEME],
}


@dataclass(frozen=True)
class SearchedPatient(Findable):
    """The fields by which a patient is found, opened."""

    first_name: str
    last_name: str
    dob: date | None = None
    phone: str | None = None
    email: str | None = None
    mrn: str = ""
    external_ids: tuple[str, ...] = ()
    countries: Countries = ()
    former_names: tuple[tuple[str, str], ...] = ()


def found_by(meta: Any) -> dict[str, Any]:
    """The part of a patient's `meta` they are found by, as a Person; nothing if it is sealed."""
    kept = meta if isinstance(meta, Mapping) else {}
    return {
        "external_ids": tuple(kept.get("external_ids", ())),
        "former_names": names_before(kept),
    }


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of what was typed: every term must hold, each by any of its keys."""

    terms: tuple[frozenset[Key], ...]

    def holds_for(self, person: Findable) -> bool:
        """Whether the person is one that was meant."""
        return all(any(map(person.answers, term)) for term in self.terms)

    def lookups(self) -> list[frozenset[Key]]:
        """The terms that the token table can answer, the most telling first."""
        kept = [
            frozenset(key.looked_up() for key in term)
            for term in self.terms
            if all(key.field != "prefix" or _long_enough(key.value) for key in term)
        ]
        return sorted(kept, key=lambda term: (len(term), -max(len(key.value) for key in term)))

    def combinations(self) -> list[tuple[Key, ...]]:
        """A key of each such term, in every combination: who holds all of one may be meant."""
        terms = self.lookups()
        return list(product(*terms)) if terms else []

    def exactly(self) -> "Reading":
        """This reading with whole parts of names instead of their beginnings."""
        return Reading(
            tuple(
                frozenset(Key("name", k.value) if k.field == "prefix" else k for k in term)
                for term in self.terms
            )
        )


def readings(text: str, *, today: date, countries: Countries = ()) -> list[Reading]:
    """The meanings of a typed text, the strictest first: whole names before beginnings.

    Args:
        text: names in any order, a birth date, a phone or its last digits, an MRN, an e-mail,
            or a name with one of the others.
        today: a birth date with a two-digit year is never after it.
        countries: where the clinic's telephone numbers are at home.
    """
    if "@" in text:
        return [Reading((frozenset({Key("email", email_address(text))}),))]
    number = _number_keys(text, today, countries)
    if number is not None:
        return [Reading((number,))] if number else []
    dates = frozenset(Key("dob", day.isoformat()) for day in birth_dates(text, today=today))
    rest = without_birth_date(text) if dates else text
    meant = []
    for named in _names(rest):
        reading = Reading((*named[:MOST_TERMS], *([dates] if dates else [])))
        meant += [reading.exactly(), reading] if named else [reading]
    return [reading for reading in dict.fromkeys(meant) if reading.terms]


def _number_keys(text: str, today: date, countries: Countries) -> frozenset[Key] | None:
    """The keys of a text that is only a number: a phone, an MRN, a date; None if it is not."""
    number = bare_number(text)
    if number is None:
        return None
    digits = "".join(str(decimal(char)) for char in number if char.isdecimal())
    keys = {Key("dob", day.isoformat()) for day in birth_dates(text, today=today)}
    if keys and not (text.strip().isdecimal() or without_birth_date(text).strip()):
        return frozenset(keys)
    if is_medical_record_number(digits):
        keys.add(Key("mrn", digits))
    if len(digits) >= LEAST_OF_A_PHONE:
        keys |= {Key("phone", each) for each in possible_nationals(number, countries)}
    if LEAST_OF_AN_END <= len(digits) < SURELY_A_WHOLE_PHONE:
        keys.add(Key("last4", digits.lstrip("0") if len(digits) > LEAST_OF_AN_END else digits))
    return frozenset(keys)


def _names(text: str) -> list[list[frozenset[Key]]]:
    """The words as terms; with apostrophes and hyphens both joined and taken apart."""
    plain, out = words_in(text), words_in(spelled_out(text))
    alike = list(map(len, out)) == list(map(len, plain))
    typed = list(zip(plain, out if alike else plain, strict=True))
    joined = [_word("".join(pieces)) | _word("".join(spelled)) for pieces, spelled in typed]
    apart = [
        _word(piece) | _word(other)
        for pieces, spelled in typed
        for piece, other in zip(pieces, spelled, strict=True)
    ]
    return [joined] if joined == apart else [joined, apart]


def _long_enough(prefix: str) -> bool:
    return len(prefix) >= shortest_prefix(prefix)


def _word(word: str) -> frozenset[Key]:
    last_digits = {Key("last4", word)} if word.isdecimal() and len(word) == 4 else set()
    return frozenset({Key("prefix", word)} | last_digits)
