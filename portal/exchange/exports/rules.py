"""How much can be exported, and what is said of how an export stands."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from portal.errors import N_

# More than this a spreadsheet does not open, or the worker would hold too much at once.
MOST_ROWS = {"csv": 200_000, "xlsx": 50_000}
KEPT = timedelta(days=1)
# The database counts (a trigger of the table); here is what to say.
MOST_UNFINISHED = 5
MOST_TRIES = 3
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STATES = {
    # status -> words, icon, the chip's class
    "waiting": (N_("Waiting"), "hourglass", ""),
    "making": (N_("In progress"), "hourglass", ""),
    "ready": (N_("Ready"), "circle-check", ""),
    "failed": (N_("Failed"), "triangle-alert", "warn"),
    "discarded": (N_("Discarded"), "circle-x", ""),
    "expired": (N_("Deleted after a day"), "history", ""),
}
FAILURES = {
    "too-many": N_("There are too many rows for one file. Ask for fewer, or for a CSV."),
    "not-allowed": N_("Whoever asked for it no longer has permission."),
    "unknown-kind": N_("The worker does not know this kind of export. Is it of an older version?"),
    "broken": N_("It could not be made, though it was tried several times. Ask again later."),
    "unreadable": N_("What was made so far does not open any more. Ask again."),
}


def words_of(failure: str) -> str:
    """Why an export failed: a msgid; what nobody knows says no more than that."""
    return FAILURES.get(failure, FAILURES["broken"])


def narrowed(params: Mapping[str, Any]) -> dict[str, str | int]:
    """The filters of the list that an export was made from, as its address has them."""
    address = params.get("address")
    pairs = address.items() if isinstance(address, Mapping) else ()
    return {
        name: value
        for name, value in pairs
        if isinstance(value, str | int) and name.isidentifier() and name[0] != "_"
        and name != "endpoint"
    }  # fmt: skip
