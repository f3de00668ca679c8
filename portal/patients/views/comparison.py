"""Two records side by side, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext

from portal.facilities.queries import list_facilities
from portal.insurance.queries.payers import list_plans
from portal.patients.commands.merging import values_of
from portal.patients.display import (
    born,
    consent_words,
    interpreter_words,
    language_words,
    sex_words,
)
from portal.patients.queries.merges import (
    AtOnce,
    Held,
    are_distinct,
    count_held,
    list_visits_at_once,
)
from portal.patients.rules.kept import address_lines
from portal.patients.rules.merging import FIELDS, JOINABLE, OneRecord
from portal.patients.rules.status import STATUS_WORDS
from portal.phi.sealed import Unreadable
from portal.schema.patients import Patient

# How fields are written that are neither text nor numbers.
WRITTEN: dict[str, Callable[[Any], str]] = {
    "sex": sex_words,
    "address": lambda address: ", ".join(address_lines(address)),
    "preferred_language": language_words,
    "interpreter": interpreter_words,
    "consent": consent_words,
}


@dataclass(frozen=True)
class Row:
    """One field of both records; None where a record says nothing."""

    field: str
    this: str | None
    other: str | None

    @property
    def differs(self) -> bool:
        """Whether there is something to choose."""
        return self.this != self.other

    @property
    def joinable(self) -> bool:
        """Whether both can be kept."""
        return self.field in JOINABLE and bool(self.this and self.other)


@dataclass(frozen=True)
class Comparison:
    """Two records side by side, besides their names."""

    this: Mapping[str, Any]
    other: Mapping[str, Any]
    rows: Sequence[Row]
    held: Mapping[int, Held]
    at_once: Sequence[AtOnce]
    distinct: bool


def compare(patient: Patient, other: Patient) -> Comparison:
    """Both records' fields, what hangs on them, and what stands against merging them.

    Raises:
        OneRecord: they are one and the same.
    """
    if patient.id == other.id:
        raise OneRecord
    names = {
        "facility_id": {each.id: each.name for each in list_facilities()},
        "default_insurance_plan_id": {each.id: each.name for each in list_plans()},
        "status": {status: gettext(label) for status, label in STATUS_WORDS.items()},
    }
    this, that = values_of(patient), values_of(other)
    return Comparison(
        this,
        that,
        [Row(name, _said(name, this, names), _said(name, that, names)) for name in FIELDS],
        count_held([patient.id, other.id]),
        list_visits_at_once(patient.id, other.id),
        are_distinct(patient.id, other.id),
    )


def _said(field: str, values: Mapping[str, Any], names: Mapping[str, Any]) -> str | None:
    value = values[field]
    if value is None or isinstance(value, Unreadable):
        return value
    if field in names:
        return str(names[field].get(value, value))
    if field == "dob":
        return born(date.fromisoformat(value))
    if field in WRITTEN:
        return WRITTEN[field](value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {each}" for key, each in sorted(value.items()))
    return str(value)
