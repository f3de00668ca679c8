"""Two records that become one: whose values are kept, and what stands against it."""

from collections.abc import Mapping
from typing import Any

from portal.errors import N_, Conflict, DomainError
from portal.patients.rules import kept as extras

LONGEST_ALERT = 200
THIS, OTHER, BOTH = "this", "other", "both"
# What is chosen for each field, in the order of the screen. The number is the record's own.
FIELDS = (
    "last_name",
    "first_name",
    "dob",
    "phone",
    "email",
    "preferred_language",
    "facility_id",
    "default_insurance_plan_id",
    "status",
    "member_numbers",
    *extras.IN_META,
    "alert",
    "notes",
)
# What is not chosen by itself goes with another field.
GOES_WITH = {"status_said": "status"}
# Two values of these can stand side by side.
JOINABLE = frozenset({"member_numbers", "alert", "notes"})


class MergedInto(Conflict):
    """The record was merged into another, `patient_id`; asking for it leads there."""

    message = N_("This record was merged into another one; change that one.")

    def __init__(self, merged_id: int, patient_id: int) -> None:
        super().__init__()
        self.merged_id = merged_id
        self.patient_id = patient_id


class OneRecord(DomainError):
    """Merged into itself."""

    message = N_("These are one record already. Choose another one to merge it with.")


class MergedMeanwhile(Conflict):
    """One of the two lives on in another record."""

    message = N_("MRN %(number)s was merged into another record in the meantime.")


class VisitsAtOnce(Conflict):
    """Nobody is in two places."""

    message = N_(
        "%(one_at)s (%(one)s) and %(other_at)s (%(other)s) are at the same time, and nobody is in"
        " two places."
        " Move or cancel one of them first."
    )


class VisitBookedMeanwhile(Conflict):
    """A visit of one record was booked over one of the other's, at the same moment."""

    message = N_(
        "An appointment was booked just now that is at the same time as one of the other record."
    )


class MergedLater(Conflict):
    """The last merge is undone first, so that everything goes back to where it was."""

    message = N_("MRN %(number)s was merged into it later. Take that one out first.")


class ApartAlready(Conflict):
    """Somebody else was faster."""

    message = N_("These two records are apart already.")


class MergedAlertTooLong(DomainError):
    """Two alerts that do not fit into one line."""

    message = N_("Together the alerts have more than %(longest)s letters. Keep one of them.")
    field = "alert"


def usual_choice(field: str, this: Any, other: Any) -> str:
    """The value to keep unless somebody chooses otherwise: nothing that is known gets lost."""
    if field == "status":
        return OTHER if other == "deceased" else THIS
    if not this and other:
        return OTHER
    return BOTH if field in JOINABLE and this and other and this != other else THIS


def kept(
    this: Mapping[str, Any], other: Mapping[str, Any], choices: Mapping[str, str]
) -> dict[str, Any]:
    """The values of the record that stays, field by field.

    Args:
        this: what the record that stays says.
        other: what the one that goes says.
        choices: field -> this, other or both; a field that is not in it is as in `this`.

    Raises:
        AlertTooLong.
    """
    chosen = {
        field: _chosen(
            field, this[field], other[field], choices.get(GOES_WITH.get(field, field), THIS)
        )
        for field in (*FIELDS, *GOES_WITH)
    }
    if len(chosen["alert"] or "") > LONGEST_ALERT:
        raise MergedAlertTooLong(longest=LONGEST_ALERT)
    return chosen


def restored(now: Mapping[str, Any], changes: Mapping[str, list[Any]]) -> dict[str, Any]:
    """The values as they were before a merge; what was changed since then stays.

    Args:
        now: what the record says.
        changes: field -> what the merge found and what it left.
    """
    return {
        field: changes[field][0] if field in changes and changes[field][1] == value else value
        for field, value in now.items()
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, with both values."""
    return {
        field: [before[field], after[field]]
        for field in (*FIELDS, *GOES_WITH)
        if before[field] != after[field]
    }


def _chosen(field: str, this: Any, other: Any, choice: str) -> Any:
    if choice == BOTH and field in JOINABLE and this and other and this != other:
        if field == "member_numbers":
            return {**other, **this}
        return f"{this}\n\n{other}" if field == "notes" else f"{this}; {other}"
    if choice == BOTH:
        return this or other
    return other if choice == OTHER else this
