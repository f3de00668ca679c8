"""The public holidays of a facility's country, as proposals: the clinic decides which it keeps."""

from dataclasses import dataclass
from datetime import date, timedelta

import holidays
from babel import Locale, UnknownLocaleError
from babel.core import get_global

AHEAD = timedelta(days=365)


@dataclass(frozen=True)
class Holiday:
    """A day and what it is called."""

    day: date
    name: str


def country_of(locale: str | None, zone: str) -> str | None:
    """The ISO 3166 code of a facility's country: its locale's, else its time zone's; or None."""
    try:
        territory = Locale.parse((locale or "").replace("-", "_")).territory if locale else None
    except (ValueError, UnknownLocaleError):
        territory = None
    country = territory or get_global("zone_territories").get(zone)
    return country if country in holidays.list_supported_countries() else None


def regions_of(country: str) -> list[str]:
    """The codes of a country's regions that have holidays of their own."""
    return list(holidays.list_supported_countries().get(country, ()))


def list_holidays(country: str, region: str | None, language: str, first: date) -> list[Holiday]:
    """The holidays of a year from `first` on, by day.

    Args:
        country: as `country_of` gives it.
        region: one of `regions_of`; None for what holds in the whole country.
        language: such as `en` or `es`; the country's own where its names are not known in it.
        first: the first day looked at.
    """
    last = first + AHEAD
    known = holidays.list_localized_countries().get(country, [])
    spoken = next((code for code in known if code.split("_")[0] == language), None)
    found = holidays.country_holidays(
        country,
        subdiv=region if region in regions_of(country) else None,
        years=range(first.year, last.year + 1),
        language=spoken,
    )
    return [Holiday(day, name) for day, name in sorted(found.items()) if first <= day <= last]
