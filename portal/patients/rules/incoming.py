"""Contents of an imported file: patients, and lines that cannot be taken, with their reason."""

from dataclasses import dataclass

from portal.csv_reader import RejectedLine
from portal.patients.rules.details import PatientDetails


@dataclass(frozen=True, slots=True)
class Taken:
    """A patient read from a line; `warnings` say what of the line could not be kept."""

    line: int
    details: PatientDetails
    warnings: tuple[str, ...] = ()


Incoming = Taken | RejectedLine
