"""Exporting a list: a bounded part of it at a time, and on record with how it was narrowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.audit.notes import note
from portal.registry.lists import ExportedList, Filters

# So many rows a file holds; a list that is longer goes out in parts.
MOST_EXPORTED = 10_000


@dataclass(frozen=True)
class Part:
    """A part of a list: which, its rows, and whether another comes after it."""

    number: int
    rows: Sequence[Any]
    more: bool

    @property
    def first(self) -> int:
        """Its first row's place in the whole list, from 1."""
        return (self.number - 1) * MOST_EXPORTED + 1

    @property
    def last(self) -> int:
        """Its last row's place."""
        return self.first + len(self.rows) - 1

    @property
    def whole(self) -> bool:
        """Whether it is all there is."""
        return self.number == 1 and not self.more


def part_of(exported: ExportedList, filters: Filters, number: int = 1) -> Part:
    """One part of a list. No field of a patient is opened by that."""
    offset = (number - 1) * MOST_EXPORTED
    rows = exported.rows(filters, limit=MOST_EXPORTED + 1, offset=offset)
    return Part(number, rows[:MOST_EXPORTED], more=len(rows) > MOST_EXPORTED)


def export_part(exported: ExportedList, filters: Filters, number: int, file_format: str) -> Part:
    """A part of a list to be taken away: the log says who took how many rows of what."""
    part = part_of(exported, filters, number)
    given = {
        name: _plain(value) for name, value in filters.items() if value not in (None, "", False)
    }
    taken = {"list": exported.name, "filters": given, "part": number, "rows": len(part.rows),
             "format": file_format}  # fmt: skip
    note("export", table=exported.table, new=taken)
    return part


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
