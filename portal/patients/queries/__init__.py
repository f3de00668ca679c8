"""Every read of patients."""

from portal.patients.queries.duplicates import Pair, Pairs, Place, list_duplicates
from portal.patients.queries.holding import token_of
from portal.patients.queries.merges import (
    AtOnce,
    Former,
    FormerHome,
    Held,
    MergedRecord,
    are_distinct,
    count_held,
    find_merge_by_key,
    find_survivor,
    get_merge,
    list_former_homes,
    list_merged_records,
    list_record_ids,
    list_visits_at_once,
    number_of,
    people_of,
)
from portal.patients.queries.reach import (
    KnownElsewhere,
    can_tell,
    find_outside,
    get_outside,
    list_elsewhere,
    minutes_open,
)
from portal.patients.queries.records import find_patient, get_patient, list_recent_patients
from portal.patients.queries.registered import Registered
from portal.patients.queries.rows import Candidate, PatientOpener, PatientRow
from portal.patients.queries.searching import (
    MOST_FOUND,
    find_possible_duplicates,
    known_tokens,
    search_patients,
    tokens_for,
    tokens_of,
)

__all__ = [
    "MOST_FOUND",
    "AtOnce",
    "Candidate",
    "Former",
    "FormerHome",
    "Held",
    "KnownElsewhere",
    "MergedRecord",
    "Pair",
    "Pairs",
    "PatientOpener",
    "PatientRow",
    "Place",
    "Registered",
    "are_distinct",
    "can_tell",
    "count_held",
    "find_merge_by_key",
    "find_outside",
    "find_patient",
    "find_possible_duplicates",
    "find_survivor",
    "get_merge",
    "get_outside",
    "get_patient",
    "known_tokens",
    "list_duplicates",
    "list_elsewhere",
    "list_former_homes",
    "list_merged_records",
    "list_recent_patients",
    "list_record_ids",
    "list_visits_at_once",
    "minutes_open",
    "number_of",
    "people_of",
    "search_patients",
    "token_of",
    "tokens_for",
    "tokens_of",
]
