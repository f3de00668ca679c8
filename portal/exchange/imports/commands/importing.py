"""Importing a table: each line by itself, all of them in one transaction."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping

from portal.csv_reader import LineResult, Record, RejectedLine, Table
from portal.errors import DomainError
from portal.exchange.imports.rules import given
from portal.patients.commands.importing import import_patients
from portal.patients.rules.table import DateOrder, patients_of
from portal.registry.area import areas
from portal.registry.lists import ImportedKind

Tell = Callable[[LineResult], None]
Counts = Counter[str]


def import_records(
    kind: str,
    table: Table,
    places: Mapping[str, int],
    *,
    on_result: Tell,
    facility_id: int | None = None,
    dates: DateOrder = "iso",
    anyway: Container[int] = (),
) -> Counts:
    """Import every line that can be taken; the caller's transaction is what makes it last.

    Args:
        kind: one that an area registered.
        table: the file's.
        places: where each of the kind's columns stands in it.
        tell: is given the fate of each line.
        facility_id: of patients, where they are registered.
        dates: of patients, how dates with slashes are meant.
        anyway: the lines of patients that are registered though they may be here already.

    Returns:
        How many lines were `added`, `known`, `likely`, `refused`.
    """
    counts: Counts = Counter()

    def count(fate: LineResult) -> None:
        counts[fate.outcome] += 1
        on_result(fate)

    if kind == "patients":
        names = {position: name for name, position in places.items()}
        columns = [names.get(position) for position in range(len(table.header))]
        incoming = patients_of(table.records, columns, dates)
        import_patients(incoming, facility_id=facility_id or 0, on_result=count, anyway=anyway)
    else:
        _load(areas().imports[kind], table.records, places, count)
    return counts


def _load(
    kind: ImportedKind,
    records: Iterable[Record | RejectedLine],
    places: Mapping[str, int],
    on_result: Tell,
) -> None:
    if kind.loader is None:
        raise LookupError(kind.label)
    loader = kind.loader()
    for record in records:
        if isinstance(record, RejectedLine):
            on_result(LineResult(record.line, "refused", (record.refusal,)))
            continue
        try:
            added = loader.load(given(kind.columns, record.values, places))
            on_result(LineResult(record.line, "added" if added else "known"))
        except DomainError as refusal:
            on_result(LineResult(record.line, "refused", (refusal,)))
    loader.finish()
