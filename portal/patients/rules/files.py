"""Reading a file of patients, whatever is in it: line by line, in bounded memory."""

from collections.abc import Iterator
from io import BufferedReader

from portal.csv_reader import (
    FileRefused,
    Line,
    LineRefused,
    RejectedLine,
    beginning,
    read_table,
    text_lines,
)
from portal.errors import N_
from portal.patients.rules import fhir, table
from portal.patients.rules.incoming import Incoming, Taken
from portal.patients.rules.table import DateOrder


def read_patients(stream: BufferedReader, dates: DateOrder = "iso") -> Iterator[Incoming]:
    """Every line of a file as a patient or a refusal: FHIR Patient NDJSON or CSV, as it begins.

    Args:
        stream: the file, opened for reading bytes.
        dates: how a CSV's dates with slashes are meant.

    Raises:
        FileRefused: it cannot be read as patients at all.
    """
    start = beginning(stream)
    if start[:1] in (b"{", b"["):
        _one_on_a_line(start)
        return _fhir_patients(text_lines(stream))
    found = read_table(stream)
    return table.patients_of(found.records, table.columns_of(found.header), dates)


def _one_on_a_line(start: bytes) -> None:
    if start.startswith(b"[") or start.split(b"\n", 1)[0].strip() == b"{":
        raise FileRefused(N_("The file is one JSON document; put one Patient on each line."))


def _fhir_patients(lines: Iterator[Line]) -> Iterator[Incoming]:
    for line in lines:
        if isinstance(line, RejectedLine):
            yield line
        elif line[1].strip():
            number, text = line
            try:
                details, warnings = fhir.patient_of(text)
                yield Taken(number, details, tuple(warnings))
            except LineRefused as refusal:
                yield RejectedLine(number, refusal)
