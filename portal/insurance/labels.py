"""Plans and payers as a form offers them."""

from collections.abc import Collection
from typing import Any

from flask import url_for

from portal.insurance.queries.payers import find_payers, find_plans, list_plan_choices_of
from portal.web.forms.picking import FoundRecord, Source


def plans(besides: Collection[int] = ()) -> Source:
    """The clinic's plans, each with its payer, but for some."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        rows = find_plans(query, limit + len(besides), only=only)
        return [FoundRecord(p.id, p.name, p.payer) for p in rows if p.id not in besides][:limit]

    return Source(find, url_for("insurance.plan_choices"))


def payers() -> Source:
    """The clinic's payers."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        return [FoundRecord(*row) for row in find_payers(query, limit, only=only)]

    return Source(find, url_for("insurance.payer_choices"))


def plan_words(ids: Collection[int]) -> dict[int, str]:
    """Plans that are not among those, with their payers."""
    return {p.id: f"{p.name}, {p.payer}" for p in list_plan_choices_of(ids)}
