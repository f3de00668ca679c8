"""Every read of absences."""

from portal.absences.queries.affected import list_affected, list_those, other_visits
from portal.absences.queries.records import (
    AbsenceRow,
    Call,
    SpanRow,
    doctors_of,
    find_by_key,
    get_absence,
    get_call,
    get_decided,
    list_absences,
    list_by_keys,
    list_calls,
    list_decided,
    list_own_spans,
    list_spans,
)
from portal.absences.queries.starts import starts_for

__all__ = [
    "AbsenceRow",
    "Call",
    "SpanRow",
    "doctors_of",
    "find_by_key",
    "get_absence",
    "get_call",
    "get_decided",
    "list_absences",
    "list_affected",
    "list_by_keys",
    "list_calls",
    "list_decided",
    "list_own_spans",
    "list_spans",
    "list_those",
    "other_visits",
    "starts_for",
]
