"""The languages of the portal, and which one a page is in.

A catalogue is a folder's `<language>/LC_MESSAGES/messages.po`, read as it is: nothing has to be
compiled after a change, so what people read is never older than the code that says it. Languages
beyond the portal's own come from the folder of PORTAL_TRANSLATIONS.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError, localedata
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale
from markupsafe import Markup

from portal.db import state

# the language that the code itself is written in
WRITTEN_IN = "en"
OWN = Path(__file__).parents[1] / "translations"
# Where the clock has two rounds of twelve hours; a language alone has 24, as boards are read.
TWELVE_HOURS = "US"
# of what is said outside of the application
NOBODYS = Locale(WRITTEN_IN)


class Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's words, from the catalogues as they are written."""

    def get_translations(self) -> NullTranslations:
        """The words of the page's language."""
        return _words(_folders(current_app), page_locale().language)


def init_app(app: Flask) -> None:
    """Let the application speak."""
    babel = Babel(app, default_locale=WRITTEN_IN, locale_selector=_of_this_page)
    babel.domain_instance = Catalogues()
    app.jinja_env.globals["_"] = say_in_template


def say_in_template(message: str, /, **places: object) -> Markup:
    """The `_()` of a template: markup, with what stands in its places escaped."""
    return markup(page_locale().language, message) % places


def markup(language: str, message: str) -> Markup:
    """A template's words in a language, as the catalogue has them."""
    return _markup(_words(_folders(current_app), language), message)


def page_locale() -> Locale:
    """The page's language and country, from what Flask-Babel keeps once it has looked.

    Its own `get_locale` asks for the context three times over, and a page asks a thousand times.
    """
    try:
        kept = g.get("_flask_babel")
    except RuntimeError:
        return NOBODYS
    known: Locale | None = getattr(kept, "babel_locale", None)
    return known or get_locale()


def load(app: Flask) -> None:
    """Read every catalogue now rather than for the first page that needs it."""
    for language in offered(app):
        _words(_folders(app), language)


def offered(app: Flask) -> tuple[str, ...]:
    """The languages that can be chosen: `en`, `es`."""
    return _languages(_folders(app))


def choices() -> list[tuple[str, str]]:
    """The languages, each under its own name: `es` español, `es-US` español (Estados Unidos)."""
    tags = [tag for each in offered(current_app) for tag in (each, f"{each}_{TWELVE_HOURS}")]
    return [
        (tag.replace("_", "-"), str(Locale.parse(tag).display_name))
        for tag in tags
        if localedata.exists(tag)
    ]


def speaking(tag: str) -> "force_locale":
    """`with speaking(...):` what is said inside is said in another person's language."""
    return force_locale(_spoken(tag, offered(current_app)))


def _of_this_page() -> str:
    """The person's language or their clinic's; who has not signed in has the browser's."""
    known = state().request_context
    languages = offered(current_app)
    if known is None:
        preferred = (
            request.accept_languages.best_match(languages) if has_request_context() else None
        )
        return preferred or WRITTEN_IN
    return _spoken(known.locale, languages)


@cache
def _spoken(tag: str, languages: tuple[str, ...]) -> str:
    """A tag (`es-MX`) as Babel writes it; a language that has no catalogue is the portal's own."""
    language = tag.partition("-")[0].lower()
    if language not in languages:
        return WRITTEN_IN
    try:
        return str(Locale.parse(tag, sep="-"))
    except (ValueError, UnknownLocaleError):
        return language


def _folders(app: Flask) -> tuple[Path, ...]:
    further: Path | None = app.config["PORTAL_TRANSLATIONS"]
    return (further, OWN) if further else (OWN,)


@cache
def _languages(folders: tuple[Path, ...]) -> tuple[str, ...]:
    found = {file.parts[-3] for folder in folders for file in folder.glob("*/LC_MESSAGES/*.po")}
    return WRITTEN_IN, *sorted(found - {WRITTEN_IN})


@lru_cache(8192)
def _markup(catalogue: NullTranslations, message: str) -> Markup:
    return Markup(catalogue.gettext(message))  # noqa: S704 - the catalogues' own


@cache
def _words(folders: Iterable[Path], language: str) -> NullTranslations:
    for folder in folders:
        file = folder / language / "LC_MESSAGES" / "messages.po"
        if file.exists():
            return _read(file)
    return NullTranslations()


def _read(file: Path) -> Translations:
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Translations(compiled)
