"""Birth dates in the spellings people use."""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NAMED = (
    re.compile(rf"\b{_DAY}[\s-]+{_MONTH}[\s,-]+{_YEAR}\b"),
    re.compile(rf"\b{_MONTH}\s+{_DAY}[\s,]+{_YEAR}\b"),
)
_YEAR_FIRST = re.compile(r"\b(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})\b")
_YEAR_LAST = re.compile(r"\b(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})\b")
_EIGHT_DIGITS = re.compile(r"^\s*(\d{8})\s*$")


def birth_dates(text: str, *, today: date) -> set[date]:
    """The days that a birth date in the text may mean: 3/4/80 is in March or in April.

    >>> sorted(map(str, birth_dates("3/4/80", today=date(2026, 1, 1))))
    ['1980-03-04', '1980-04-03']
    """
    found = (
        _day(*parts)
        for year, *rest in _spelled(text.casefold())
        for parts in [(full, *rest) for full in _full_years(year)]
    )
    return {day for day in found if day is not None and day <= today}


def without_birth_date(text: str) -> str:
    """The text with its birth date taken out."""
    for pattern in (*_NAMED, _YEAR_FIRST, _YEAR_LAST, _EIGHT_DIGITS):
        rest, taken = pattern.subn(" ", text.casefold(), count=1)
        if taken:
            return rest
    return text


def _spelled(text: str) -> Iterator[tuple[str, int, int]]:
    """(year as written, month, day), in every order the spelling allows."""
    for pattern in _NAMED:
        if match := pattern.search(text):
            yield match["year"], _MONTHS.index(match["month"]) + 1, int(match["day"])
            return
    if match := _YEAR_FIRST.search(text):
        yield match[1], int(match[3]), int(match[4])
    elif match := _YEAR_LAST.search(text):
        yield match[4], int(match[1]), int(match[3])
        yield match[4], int(match[3]), int(match[1])
    elif match := _EIGHT_DIGITS.search(text):
        digits = match[1]
        yield digits[:4], int(digits[4:6]), int(digits[6:])
        yield digits[4:], int(digits[:2]), int(digits[2:4])
        yield digits[4:], int(digits[2:4]), int(digits[:2])


def _full_years(year: str) -> list[int]:
    if len(year) == 4:
        return [int(year)]
    return [1900 + int(year), 2000 + int(year)]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
