"""Every write of absences: recording one with all that follows, the calls, taking it back."""

from portal.absences.commands.calls import mark_called
from portal.absences.commands.recording import (
    MOST_VISITS,
    AbsenceDetails,
    Away,
    Recorded,
    add_absence_exception,
    check_number,
    record_absence,
    where_away,
)
from portal.absences.commands.undoing import Undone, undo_absence

__all__ = [
    "MOST_VISITS",
    "AbsenceDetails",
    "Away",
    "Recorded",
    "Undone",
    "add_absence_exception",
    "check_number",
    "mark_called",
    "record_absence",
    "undo_absence",
    "where_away",
]
