"""Plans as a form offers them, grouped by payer."""

from collections.abc import Collection

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from portal.insurance.queries import list_plan_choices, list_plan_choices_of


def plan_options() -> list[SelectChoice]:
    """The clinic's plans by payer, up to what a select can hold."""
    return [SelectChoice(p.id, p.name, optgroup=p.payer) for p in list_plan_choices()]


def plan_words(ids: Collection[int]) -> dict[int, str]:
    """Plans that are not among those, with their payers."""
    return {p.id: f"{p.name}, {p.payer}" for p in list_plan_choices_of(ids)}
