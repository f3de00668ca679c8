"""Reading a file of patients, whatever is in it: line by line, in bounded memory."""

from collections.abc import Iterator
from io import BufferedReader

from portal.patients.rules import fhir, table
from portal.patients.rules.incoming import FileRefused, Incoming, LineRefused, Refused, Taken
from portal.patients.rules.table import DateOrder
from portal.refusals import N_

LONGEST_LINE = 1 << 20
_BOM = b"\xef\xbb\xbf"
_SIGNATURES = {
    b"PK\x03\x04": N_("it is a spreadsheet or a zip archive; save it as CSV"),
    b"\x1f\x8b": N_("it is compressed; unpack it first"),
    b"%PDF": N_("it is a PDF"),
    b"\xff\xfe": N_("it is UTF-16; save it as UTF-8"),
    b"\xfe\xff": N_("it is UTF-16; save it as UTF-8"),
}

Line = tuple[int, str] | Refused


def read_patients(stream: BufferedReader, dates: DateOrder = "iso") -> Iterator[Incoming]:
    """Every line of a file as a patient or a refusal: FHIR Patient NDJSON or CSV, as it begins.

    Args:
        stream: the file, opened for reading bytes.
        dates: how a CSV's dates with slashes are meant.

    Raises:
        FileRefused: it cannot be read as patients at all.
    """
    start = stream.peek(LONGEST_LINE)
    if not start:
        raise FileRefused(N_("it is empty"))
    for signature, reason in _SIGNATURES.items():
        if start.startswith(signature):
            raise FileRefused(reason)
    if b"\0" in start:
        raise FileRefused(N_("it is not text"))
    if start.removeprefix(_BOM).lstrip()[:1] in (b"{", b"["):
        _one_on_a_line(start.removeprefix(_BOM).lstrip())
        return _fhir_patients(text_lines(stream))
    return table.patients_of(text_lines(stream), dates)


def text_lines(stream: BufferedReader) -> Iterator[Line]:
    """Numbered lines as text; a line too long, or not UTF-8, as its refusal."""
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            _skip_rest_of_line(stream)
            yield Refused(number, N_("is longer than a megabyte"))
            continue
        try:
            yield number, raw.removeprefix(_BOM if number == 1 else b"").decode()
        except UnicodeDecodeError as error:
            yield Refused(number, N_("is not UTF-8 (at byte %(at)s)") % {"at": error.start + 1})


def _skip_rest_of_line(stream: BufferedReader) -> None:
    while (raw := stream.readline(LONGEST_LINE)) and not raw.endswith(b"\n"):
        pass


def _one_on_a_line(start: bytes) -> None:
    if start.startswith(b"[") or start.split(b"\n", 1)[0].strip() == b"{":
        raise FileRefused(N_("it is one JSON document; one Patient on each line is expected"))


def _fhir_patients(lines: Iterator[Line]) -> Iterator[Incoming]:
    for line in lines:
        if isinstance(line, Refused):
            yield line
        elif line[1].strip():
            number, text = line
            try:
                details, remarks = fhir.patient_of(text)
                yield Taken(number, details, tuple(remarks))
            except LineRefused as refusal:
                yield Refused(number, str(refusal))
