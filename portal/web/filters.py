"""How templates write times and days, in the reader's language."""

from datetime import date, datetime, time
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from flask import Flask
from markupsafe import Markup, escape

from portal.db import state
from portal.telephones import country_of, displayed
from portal.web.languages import page_locale

_LEFT_TO_RIGHT = Markup('<bdi dir="ltr">{}</bdi>')
_LINK = Markup('<a href="{}">{}</a>')


def localtime(instant: datetime, zone: str) -> datetime:
    """An instant as the wall time of a zone."""
    return instant.astimezone(ZoneInfo(zone))


def markedtime(moment: datetime) -> str:
    """An instant as HTML's `datetime` has it, which knows no microseconds."""
    return moment.isoformat(timespec="seconds")


def hhmm(moment: datetime | time) -> str:
    """09:05, as the board has it; 9:05 AM for who reads the language of a twelve-hour country."""
    return _twelve(moment, "h:mm a") or f"{moment:%H:%M}"


def hhmmss(moment: datetime | time) -> str:
    """A time with its seconds, where entries are told apart."""
    return _twelve(moment, "h:mm:ss a") or f"{moment:%H:%M:%S}"


def endtime(moment: time) -> str:
    """A time at which something ends: midnight is the end of the day, 24:00."""
    return hhmm(moment).replace("00:00", "24:00")


@cache
def twelve_hours(locale: Locale) -> bool:
    """Whether clocks have twelve hours there. A language without a country has the board's 24."""
    return locale.territory is not None and "a" in str(locale.time_formats["short"])


def _twelve(moment: datetime | time, pattern: str) -> str:
    locale = page_locale()
    if not twelve_hours(locale):
        return ""
    return _wall(moment.time() if isinstance(moment, datetime) else moment, pattern, locale)


@lru_cache(4096)
def _wall(wall: time, pattern: str, locale: Locale) -> str:
    """A day has few times and a board many cards: each is written once."""
    return str(format_time(wall, pattern, locale=locale))


def longdate(day: date | str) -> str:
    """Monday, 23 November 2026, as the language orders it; what is no day says so itself."""
    if isinstance(day, str):
        return day
    return format_date(day, format="full", locale=page_locale())


def shortdate(day: date | str) -> str:
    """23 Nov 2026, as the language orders it; what is no day says so itself."""
    if isinstance(day, str):
        return day
    return _medium(date(day.year, day.month, day.day), page_locale())


@lru_cache(4096)
def _medium(day: date, locale: Locale) -> str:
    """Lists have few days and many rows: each is written once."""
    return format_date(day, format="medium", locale=locale)


def briefdate(day: date) -> str:
    """Mon, 23 Nov, as the language orders it, where there is no room for more."""
    return format_skeleton("MMMEd", day, locale=page_locale())


def daydate(day: date) -> str:
    """Monday, 23 November, as the language orders it."""
    return f"{weekdayname(day)}, {format_skeleton('MMMMd', day, locale=page_locale())}"


def monthname(day: date) -> str:
    """November 2026, as the language orders it."""
    return format_skeleton("yMMMM", day, locale=page_locale())


def weekdayname(day: date) -> str:
    """Monday."""
    return format_date(day, format="EEEE", locale=page_locale())


def telephone(number: str | None) -> Markup:
    """Numbers as they are written in the clinic's country, from left to right on every page."""
    return _LEFT_TO_RIGHT.format(written_telephone(number)) if number else Markup("")


def written_telephone(number: str) -> str:
    """A telephone number where no markup can stand."""
    return "".join(piece for piece, _link in displayed(number, _country()))


def dialled(number: str | None) -> Markup:
    """Telephone numbers, each a link that dials it."""
    if not number:
        return Markup("")
    pieces = (
        _LINK.format(link, piece) if link else escape(piece)
        for piece, link in displayed(number, _country())
    )
    return _LEFT_TO_RIGHT.format(Markup("").join(pieces))


def _country() -> str | None:
    known = state().request_context
    return country_of(None, known.timezone) if known else None


def website(address: str) -> Markup:
    """A link to a site of the web; anything else, which could run here, is text."""
    if not address.startswith(("https://", "http://")):
        return escape(address)
    return Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(address)


def lines(text: str | None) -> Markup:
    """A text typed into a field of several lines, with its line breaks."""
    return Markup('<span class="lines">{}</span>').format(text) if text else Markup("")


def language() -> str:
    """The page's language as HTML names it: en-US."""
    return str(page_locale()).replace("_", "-")


def direction() -> str:
    """How the page's language is read: `ltr`, or `rtl`."""
    return str(page_locale().text_direction)


def clock() -> str:
    """The language whose clock a script follows: `en-GB` has 24 hours."""
    return language() if twelve_hours(page_locale()) else "en-GB"


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.globals.update(language=language, direction=direction, clock=clock)
    app.jinja_env.filters.update(
        localtime=localtime,
        markedtime=markedtime,
        hhmm=hhmm,
        hhmmss=hhmmss,
        longdate=longdate,
        shortdate=shortdate,
        briefdate=briefdate,
        daydate=daydate,
        monthname=monthname,
        weekdayname=weekdayname,
        telephone=telephone,
        lines=lines,
        dialled=dialled,
        website=website,
    )
