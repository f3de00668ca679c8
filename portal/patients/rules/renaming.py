"""Names that patients had before: kept sealed with the record, found, and told beside the name."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from portal.phi.tokens import full_name

MOST_KEPT = 10


def names_before(meta: Any) -> tuple[tuple[str, str], ...]:
    """First and last names of before, the latest first; none of what does not open."""
    kept = meta.get("former_names", ()) if isinstance(meta, Mapping) else ()
    return tuple((each["first_name"], each["last_name"]) for each in reversed(kept))


def renamed(
    meta: Mapping[str, Any], before: tuple[str, str], after: tuple[str, str], *, today: date | None
) -> dict[str, Any]:
    """The `meta` of a record whose name is changed; a name that is had again is none of before.

    Args:
        meta: what is kept of it.
        before, after: first and last name.
        today: when; None if the change only takes another one back.
    """
    known = list(meta.get("former_names", ()))
    if today is not None and full_name(*before):
        first, last = before
        known.append({"first_name": first, "last_name": last, "until": today.isoformat()})
    names = {full_name(each["first_name"], each["last_name"]): each for each in known}
    names.pop(full_name(*after), None)
    kept = {key: value for key, value in meta.items() if key != "former_names"}
    return kept | ({"former_names": list(names.values())[-MOST_KEPT:]} if names else {})


def joined_names(names: Iterable[tuple[str, str]]) -> str:
    """Names of before as a file has them, the latest first.

    >>> written([("Ann", "Lee"), ("Ann", "Bo")])
    'Lee, Ann; Bo, Ann'
    """
    return "; ".join(f"{last}, {first}".strip(", ") for first, last in names)


def read(typed: str | None) -> list[dict[str, Any]]:
    """The names of before that a file has, as they are kept; without a comma a last name.

    >>> read("Lee, Ann; Bo")[0]
    {'first_name': '', 'last_name': 'Bo', 'until': None}
    """
    names = (each.partition(",") for each in (typed or "").split(";") if each.strip(", "))
    kept = [
        {"first_name": first.strip(), "last_name": last.strip(), "until": None}
        for last, _comma, first in names
    ]
    return kept[::-1][-MOST_KEPT:]
