"""How templates write times and days, in the reader's language."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale


def localtime(instant: datetime, zone: str) -> datetime:
    """An instant as the wall time of a zone."""
    return instant.astimezone(ZoneInfo(zone))


def hhmm(moment: datetime | time) -> str:
    """09:05, on the 24-hour clock as the board has it."""
    return f"{moment:%H:%M}"


def longdate(day: date | str) -> str:
    """Monday, 23 November 2026, as the language orders it; what is no day says so itself."""
    if isinstance(day, str):
        return day
    return format_date(day, format="full", locale=get_locale())


def shortdate(day: date | str) -> str:
    """23 Nov 2026, as the language orders it; what is no day says so itself."""
    if isinstance(day, str):
        return day
    return format_date(day, format="medium", locale=get_locale())


def language() -> str:
    """The page's language as HTML names it: en-US."""
    return str(get_locale()).replace("_", "-")


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.globals["language"] = language
    app.jinja_env.filters.update(
        localtime=localtime, hhmm=hhmm, longdate=longdate, shortdate=shortdate
    )
