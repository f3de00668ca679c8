"""Importing a file of patients, in one transaction: all of it, or none."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from portal.csv_reader import LineRefused, LineResult, RejectedLine
from portal.db import plan_anew
from portal.errors import N_, DomainError
from portal.facilities.queries import today_at
from portal.patients.commands.registering import person_of, register_checked
from portal.patients.queries.holding import token_of
from portal.patients.queries.registered import Registered
from portal.patients.queries.rows import PatientRow
from portal.patients.queries.searching import known_tokens
from portal.patients.rules.details import PatientDetails, checked
from portal.patients.rules.duplicates import Resemblance
from portal.patients.rules.finding import Key
from portal.patients.rules.incoming import Incoming, Taken
from portal.patients.rules.numbers import is_medical_record_number

BATCH = 500
REPEATED = N_("has the same identifier as an earlier line")
LIKELY = {
    Resemblance.NAME: N_("may be here already: MRN %(mrn)s has the same name"),
    Resemblance.PHONE: N_("may be here already: MRN %(mrn)s has the same telephone"),
    Resemblance.BIRTH_DATE_AND_NAME: N_(
        "may be here already: MRN %(mrn)s has the same birth date and a similar name"
    ),
    Resemblance.EVERYTHING: N_(
        "may be here already: MRN %(mrn)s has the same birth date and telephone, and a similar name"
    ),
}
Tell = Callable[[LineResult], None]


@dataclass(slots=True)
class ImportReport:
    """How many lines became patients, were or may be patients already, or were refused."""

    registered: int = 0
    known: int = 0
    likely: int = 0
    refused: int = 0
    warnings: int = 0


def import_patients(
    incoming: Iterable[Incoming],
    *,
    facility_id: int,
    on_result: Tell,
    anyway: Container[int] = (),
) -> ImportReport:
    """Register every patient that is read, unless they are here or may be.

    Whom an earlier import registered is here, and whoever has the clinic's own number and a name or
    birth date that agrees. Whoever has a patient's name and birth date, or telephone, may be.

    Args:
        incoming: what the reader makes of each line.
        facility_id: where they are registered.
        tell: is given the fate of each line, in their order within a batch.
        anyway: the lines that are registered though they may be here already.
    """
    return _Import(facility_id, on_result, anyway).run(iter(incoming))


class _Import:
    def __init__(self, facility_id: int, on_result: Tell, anyway: Container[int]) -> None:
        self.anyway = anyway
        self.facility_id = facility_id
        self.today = today_at(facility_id)
        self.on_result = on_result
        self.report = ImportReport()
        self.first_made: int | None = None
        self.fates: list[LineResult] = []

    def run(self, incoming: Iterator[Incoming]) -> ImportReport:
        while batch := list(islice(incoming, BATCH)):
            checked_ones = [each for each in map(self._checked, batch) if each]
            self._register(self._newcomers(self._unknown(checked_ones)))
            for fate in sorted(self.fates, key=lambda fate: fate.line):
                self.on_result(fate)
            self.fates.clear()
        return self.report

    def _checked(self, each: Incoming) -> Taken | None:
        if isinstance(each, RejectedLine):
            self._refuse(each.line, each.refusal)
            return None
        details = replace(each.details, facility_id=self.facility_id)
        try:
            return replace(each, details=checked(details, today=self.today))
        except DomainError as refusal:
            self._refuse(each.line, refusal)
            return None

    def _unknown(self, batch: list[Taken]) -> list[Taken]:
        """The patients no import has registered yet, each once."""
        tokens = {
            token_of(Key("external", identifier)): each
            for each in batch
            for identifier in each.details.external_ids
        }
        known = known_tokens(tokens, field="external")
        kept: dict[bytes, Taken] = {}
        for each in batch:
            own = [token_of(Key("external", one)) for one in each.details.external_ids]
            if patient_id := next((known[one] for one in own if one in known), None):
                self._recognise(each, patient_id)
            elif any(one in kept for one in own):
                self._refuse(each.line, LineRefused(REPEATED))
            else:
                kept |= dict.fromkeys(own, each)
        return list({id(each): each for each in kept.values()}.values())

    def _newcomers(self, batch: list[Taken]) -> list[Taken]:
        """Those of them who are no patients of the clinic, as far as can be told."""
        people = [person_of(each.details, mrn=_own_number(each.details)) for each in batch]
        registered = Registered(people, before=self.first_made)
        kept = []
        for position, each in enumerate(batch):
            if registered.surely(position):
                self._recognise(each, 0)
            elif each.line not in self.anyway and (found := registered.likely(position)):
                self._ask(each, *found)
            else:
                kept.append(each)
        return kept

    def _ask(self, each: Taken, row: PatientRow, how: Resemblance) -> None:
        self.report.likely += 1
        error = LineRefused(LIKELY[how], mrn=row.mrn, patient_id=row.id)
        self.fates.append(LineResult(each.line, "likely", (error,)))

    def _recognise(self, each: Taken, patient_id: int) -> None:
        if self.first_made is not None and patient_id >= self.first_made:
            self._refuse(each.line, LineRefused(REPEATED))
        else:
            self.report.known += 1
            self.fates.append(LineResult(each.line, "known"))

    def _register(self, batch: list[Taken]) -> None:
        if not batch:
            return
        made = register_checked([each.details for each in batch])
        if self.first_made is None:
            self.first_made = min(made)
            plan_anew()
        self.report.registered += len(made)
        for each in batch:
            self.report.warnings += len(each.warnings)
            warnings = tuple(LineRefused(remark) for remark in each.warnings)
            self.fates.append(LineResult(each.line, "added", warnings))

    def _refuse(self, line: int, refusal: DomainError) -> None:
        self.report.refused += 1
        self.fates.append(LineResult(line, "refused", (refusal,)))


def _own_number(details: PatientDetails) -> str:
    """The number that the file gives a patient, if it may be one of ours."""
    given = (identifier.rpartition("|")[2].strip() for identifier in details.external_ids)
    return next(filter(is_medical_record_number, given), "")
