"""What an import reads from a file: patients, and lines that cannot be taken, with their reason."""

from dataclasses import dataclass

from portal.patients.rules.details import PatientDetails
from portal.refusals import DomainError


class LineRefused(DomainError):
    """A line of the file that cannot become a patient. The rest of the file stands."""


class FileRefused(DomainError):
    """A file that cannot be read as patients at all."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A patient read from a line; `remarks` say what of the line could not be kept."""

    line: int
    details: PatientDetails
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken, and why, in words that name no patient."""

    line: int
    reason: str


Incoming = Taken | Refused
