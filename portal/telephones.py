"""Telephone numbers as people type them: national or international, several in a field, with words
and extensions around them.

Two spellings are one number when their national digits agree: the subscriber's number without the
country's code and without the 0 (or 8, or 06) that is dialled before it at home. What they are is
known to Google's libphonenumber, of which `phonenumbers` is the port.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

Countries = tuple[str, ...]
LEAST_DIGITS = 4
# Of numbers without a country: fewer digits are a part of a number.
LEAST_OF_A_NUMBER = 7
MOST_DIGITS = 15
_RUN = re.compile(r"[+＋]?\(?\d(?:[\s().·/‐-―−-]*\d)*")
_PARTS = re.compile(r"\s*/\s*")
_EXTENSION = re.compile(
    r"[\s,;(]*(?:;\s*ext=|(?<![^\W\d])(?:extension|extn|ext|interno|int|anexo|durchwahl|dw|apparat|app"
    r"|poste|x)(?![^\W\d])\.?|#)\s*:?\s*(\d{1,7})\b\)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number of a field.

    Attributes:
        start, end: where it stands in what was typed, with its extension.
        national: the digits by which it is found and compared.
        parsed: what it is; None when no country that is meant has such a number.
        digits: all that was typed of it, for who dials it as it is.
        extension: digits, or nothing.
    """

    start: int
    end: int
    national: str
    parsed: PhoneNumber | None
    digits: str
    extension: str = ""

    @property
    def link(self) -> str:
        """The number as RFC 3966 writes it, for a telephone to dial."""
        number = (
            phonenumbers.format_number(self.parsed, PhoneNumberFormat.E164)
            if self.parsed
            else self.digits
        )
        return f"tel:{number}" + (f";ext={self.extension}" if self.extension else "")

    def is_same(self, other: "Telephone") -> bool:
        """Whether both are one line: extensions and countries that are known agree."""
        if self.national != other.national or len(self.national) < LEAST_OF_A_NUMBER:
            return False
        if self.extension and other.extension and self.extension != other.extension:
            return False
        ours, theirs = self.parsed, other.parsed
        return ours is None or theirs is None or ours.country_code == theirs.country_code

    def formatted(self, country: str | None) -> str:
        """The number as somebody in a country reads it; empty where no country has it."""
        if self.parsed is None:
            return ""
        home = country and self.parsed.country_code == phonenumbers.country_code_for_region(country)
        how = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
        ext = f" x{self.extension}" if self.extension else ""
        return phonenumbers.format_number(self.parsed, how) + ext


def telephones(text: str, countries: Countries) -> list[Telephone]:
    """The numbers of a field, in their order.

    Args:
        text: what was typed.
        countries: where national numbers may be at home (`US`), the likeliest first.

    >>> [each.national for each in telephones("Al 312 555 0145 x2 / +49 30 12345", ("US",))]
    ['3125550145', '3012345']
    """
    found = []
    for start, end, extension in _spans(text):
        typed = _ascii(text[start:end])
        digits = re.sub(r"\D", "", typed)
        if len(digits) >= LEAST_DIGITS:
            parsed, national = _parsed(typed, countries)
            ending = extension.end() if extension else end
            found.append(
                Telephone(start, ending, (national or digits).lstrip("0") or digits, parsed, digits,
                          _ascii(extension[1]) if extension else "")
            )  # fmt: skip
    return found


def national_digits(text: str, countries: Countries) -> set[str]:
    """The digits by which the numbers of a field are found."""
    if not text:
        return set()
    return {each.national for each in telephones(text, countries)}


def possible_nationals(text: str, countries: Countries) -> set[str]:
    """The digits that a typed number may be kept under, whichever country it is at home in."""
    tried_countries = [*((country,) for country in countries), ()]
    return {digits for some in tried_countries for digits in national_digits(text, some)}


def bare_number(text: str) -> str | None:
    """A text that is one number and no words, without `tel:` and extension; None if it is more."""
    rest = _EXTENSION.sub(" ", re.sub(r"^\s*tel:", "", text, flags=re.IGNORECASE), count=1)
    if re.fullmatch(r"[\s+＋().·/‐-―−\-\d]+", rest) and any(map(str.isdecimal, rest)):
        return rest
    return None


@lru_cache(2048)
def displayed(text: str, country: str | None) -> tuple[tuple[str, str], ...]:
    """A field as somebody in a country reads it: pieces of text, with the links of the numbers."""
    pieces, at = [], 0
    for number in telephones(text, (country,) if country else ()):
        if number.start > at:
            pieces.append((text[at : number.start], ""))
        typed = text[number.start : number.end]
        pieces.append((number.formatted(country) or typed, number.link))
        at = number.end
    return (*pieces, (text[at:], "")) if at < len(text) else tuple(pieces)


@lru_cache(1024)
def country_of(locale: str | None, zone: str) -> str | None:
    """The country of a place: its locale's (`es-MX`), else its time zone's."""
    _language, _dash, territory = (locale or "").replace("_", "-").rpartition("-")
    if re.fullmatch("[A-Z]{2}", territory) and phonenumbers.country_code_for_region(territory):
        return territory
    aliases, territories = get_global("zone_aliases"), get_global("zone_territories")
    known: str | None = territories.get(aliases.get(zone, zone))
    return known if known and phonenumbers.country_code_for_region(known) else None


def _spans(text: str) -> Iterator[tuple[int, int, re.Match[str] | None]]:
    """Where each number stands, and the extension that follows it."""
    at = 0
    while run := _RUN.search(text, at):
        extension = _EXTENSION.match(text, run.end())
        *before, last = _parted(text, run.start(), run.end())
        yield from ((start, end, None) for start, end in before)
        yield (*last, extension)
        at = extension.end() if extension else run.end()


def _parted(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A run of digits as the numbers that slashes and much space part: 030/12 34 is one."""
    bounds, begun = [], start
    for slash in re.finditer(r"\s*/\s*|\s{2,}|\s*(?=[+＋])", text[start:end]):
        if _digits(text[begun : start + slash.start()]) >= LEAST_OF_A_NUMBER:
            bounds.append((begun, start + slash.start()))
            begun = start + slash.end()
    bounds.append((begun, end))
    return [part for each in bounds for part in _too_long(text, *each)]


def _too_long(text: str, start: int, end: int) -> Sequence[tuple[int, int]]:
    """More digits than any number has are two numbers, parted where there is a space."""
    if _digits(text[start:end]) <= MOST_DIGITS:
        return [(start, end)]
    spaces = [start + each.start() for each in re.finditer(r"\s+", text[start:end])]
    if not spaces:
        return [(start, end)]
    middle = min(spaces, key=lambda at: abs(_digits(text[start:at]) - _digits(text[at:end])))
    return [(start, middle), (middle + 1, end)]


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _ascii(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _parsed(typed: str, countries: Countries) -> tuple[PhoneNumber | None, str]:
    """A number in the first country that has it, and its national digits.

    What is no country's number is looked at as the first country's, if it has the length of one.
    """
    abroad = typed.lstrip("(").startswith(("+", "＋"))
    possible = ""
    for country in (None,) if abroad else countries:
        try:
            parsed = phonenumbers.parse(typed, country)
        except NumberParseException:
            continue
        national = phonenumbers.national_significant_number(parsed)
        if phonenumbers.is_valid_number(parsed):
            return parsed, national
        if abroad or (not possible and phonenumbers.is_possible_number(parsed)):
            possible = national
    return None, possible
