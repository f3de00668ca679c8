"""Facilities that a record still has, in words that say what became of them."""

from collections.abc import Collection

from flask_babel import gettext

from portal.facilities.queries import list_states


def facility_words(ids: Collection[int]) -> dict[int, str]:
    """Each of these facilities by its name, "(closed)" where it is; unseen ones say only that."""
    states = list_states(ids)
    unseen = gettext("Another facility")
    return {each: _words(*states[each]) if each in states else unseen for each in ids}


def _words(name: str, is_open: bool) -> str:
    return name if is_open else str(gettext("%(name)s (closed)", name=name))
