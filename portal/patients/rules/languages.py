"""The languages people speak: kept as codes, chosen from a list, said in the reader's words."""

from functools import cache, lru_cache

from babel import Locale

from portal.phi.tokens import normalised

# Beside those of two letters (ISO 639-1): what is often spoken at a desk, signed ones included.
OTHERS = ("ase", "yue", "cmn", "fil", "hmn", "haw", "chr", "ckb", "prs", "kea", "bfi")
# Whoever typed a language before there was a list typed it in one of these.
TYPED_IN = ("en", "es")


@cache
def codes() -> tuple[str, ...]:
    """Every code that can be chosen."""
    known = [str(code) for code in Locale("en").languages]
    return tuple(sorted(code for code in known if len(code) == 2)) + tuple(
        code for code in OTHERS if code in known
    )


def tag_of(typed: str) -> str | None:
    """A language as it is kept: es, es-MX; None for what is no language.

    It may be typed as a tag or by its name.

    >>> tag_of("es_mx"), tag_of("English"), tag_of("Español"), tag_of("gibberish")
    ('es-MX', 'en', 'es', None)
    """
    language, *rest = typed.strip().replace("_", "-").split("-")
    code = language.lower()
    if code in Locale("en").languages and len(code) in (2, 3):
        parts = (each.upper() if len(each) == 2 else each for each in rest)
        return "-".join((code, *parts))
    return _by_name().get(normalised(typed.strip()))


@lru_cache(512)
def primary(tag: str | None) -> str | None:
    """The language alone, without its country; None for nothing and for what is no language."""
    known = tag_of(tag) if tag else None
    return known.split("-")[0] if known else None


def is_foreign(spoken: str | None, own: str) -> bool:
    """Whether somebody speaks another language than the clinic; nobody knows of a mere word.

    Args:
        spoken: as it is kept.
        own: the clinic's locale.
    """
    return primary(spoken) not in (None, own.replace("_", "-").split("-")[0])


@cache
def _by_name() -> dict[str, str]:
    """Names of languages, in the languages they were typed in -> code."""
    return {
        normalised(name): code
        for locale in TYPED_IN
        for code in codes()
        if (name := Locale(locale).languages.get(code))
    }
