"""Every read of patients."""

from portal.patients.queries.records import find_patient, get_patient, list_recent_patients
from portal.patients.queries.rows import PatientRow, person_of
from portal.patients.queries.searching import (
    MOST_FOUND,
    find_possible_duplicates,
    known_tokens,
    search_patients,
    token_of,
    tokens_for,
    tokens_of,
)

__all__ = [
    "MOST_FOUND",
    "PatientRow",
    "find_patient",
    "find_possible_duplicates",
    "get_patient",
    "known_tokens",
    "list_recent_patients",
    "person_of",
    "search_patients",
    "token_of",
    "tokens_for",
    "tokens_of",
]
