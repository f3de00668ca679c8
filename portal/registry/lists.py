"""Lists that are exported of an area, and tables that are imported into it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol

from portal.csv_reader import Column
from portal.errors import N_
from portal.web.filters import localtime

Filters = Mapping[str, Any]
Cell = str | int | None
YES_NO = {True: N_("yes"), False: N_("no")}


@dataclass(frozen=True)
class ListColumn:
    """A column: what it is called, how a row's value is got, and what its words are, if any."""

    label: str
    value: Callable[[Any], Any]
    says: Mapping[Any, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExportedList:
    """A list: its name in the address, the right to see it, its filters, rows and columns.

    The filters are those of the list's screen, under the same names in the address. None of them is
    a patient's datum: patients are narrowed by their facility alone.
    """

    name: str
    label: str
    right: str
    table: str
    filters: tuple[str, ...]
    rows: Callable[..., Sequence[Any]]
    headings: tuple[ListColumn, ...]


def heading(label: str, name: str, says: Mapping[Any, str] | None = None) -> ListColumn:
    """A column that is an attribute of the row, however deep: "extras.sex"."""
    return ListColumn(label, attrgetter(name), says or {})


def local(name: str) -> Callable[[Any], Any]:
    """An instant of a row as the wall time of the row's zone."""
    return lambda row: localtime(getattr(row, name), row.zone).replace(tzinfo=None)


class Loader(Protocol):
    """Reads lines, remembers what they add, and adds it at the end, all of it at once."""

    def load(self, values: Mapping[str, str]) -> bool:
        """Whether a line adds anything; False: it is all here already. Raises DomainError."""

    def finish(self) -> None:
        """Add what the lines said. Raises DomainError when somebody was faster."""


@dataclass(frozen=True)
class ImportedKind:
    """A table that can be imported.

    Attributes:
        label: what is in it.
        columns: what its columns are, and how files spell them.
        loader: makes what takes the lines; None of patients, who have a way of their own.
    """

    label: str
    columns: tuple[Column, ...]
    loader: Callable[[], Loader] | None = None


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
        header: the columns' names, by its params.
        batch: some rows, by its params, from a place on (None: from the beginning).
    """

    header: Callable[[dict[str, Any]], Sequence[str]]
    batch: Callable[[dict[str, Any], str | None], ExportBatch]


@dataclass(frozen=True)
class ExportKind:
    """Something that the worker exports, however long it is.

    Attributes:
        label: what it is called.
        right: who may ask for it and take it away.
        screen: the endpoint of the list that it is made from.
        source: how it is made.
    """

    label: str
    right: str
    screen: str
    source: ExportSource
