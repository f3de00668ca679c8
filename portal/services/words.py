"""Services and offerings that a record still has, in words that say what became of them."""

from collections.abc import Collection

from flask_babel import gettext

from portal.services.queries import list_offering_names, list_service_states


def service_words(ids: Collection[int]) -> dict[int, str]:
    """Each of these services by its name, "(retired)" where it is."""
    states = list_service_states(ids)
    return {
        each: gettext("%(name)s (retired)", name=name) if retired else name
        for each, (name, retired) in states.items()
    }


def offering_words(ids: Collection[int]) -> dict[int, str]:
    """The services of these offerings, which are stopped, or whose service is retired."""
    return {
        each: gettext("%(name)s (no longer offered)", name=name)
        for each, name in list_offering_names(ids).items()
    }
