"""Kinds of exports, how large they may be, and how each is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.errors import N_

Cell = str | int | None
# More than this a spreadsheet does not open, or the worker would hold too much at once.
MOST_ROWS = {"csv": 200_000, "xlsx": 50_000}
KEPT = timedelta(days=1)
# The database counts (a trigger of the table); here is what to say.
MOST_UNFINISHED = 5
MOST_TRIES = 3


@dataclass(frozen=True)
class ExportKind:
    """Something that can be exported.

    Attributes:
        label: what it is called.
        right: who may ask for it and take it away.
        screen: the endpoint of the list that it is made from.
    """

    label: str
    right: str
    screen: str


KINDS = {"activity": ExportKind(N_("Activity log"), "activity.export", "activity.index")}
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


@dataclass(frozen=True)
class ExportBatch:
    """Some rows of an export, and where the next ones begin; None after the last."""

    rows: Sequence[Sequence[Cell]]
    after: str | None


@dataclass(frozen=True)
class ExportSource:
    """How the worker makes a kind of export.

    It reaches what who asked reaches by their facilities, whatever they have opened besides. A kind
    that opens patients' fields must not be made by it.

    Attributes:
        header: the columns' names, by what was asked.
        batch: some rows, by what was asked, from a place on (None: from the beginning).
    """

    header: Callable[[dict[str, Any]], Sequence[str]]
    batch: Callable[[dict[str, Any], str | None], ExportBatch]
