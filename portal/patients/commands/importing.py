"""Importing a file of patients, in one transaction: all of it, or none."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from portal import clock
from portal.patients import queries
from portal.patients.commands.registering import register_checked
from portal.patients.rules.details import checked
from portal.patients.rules.finding import Key
from portal.patients.rules.incoming import Incoming, Refused, Taken
from portal.refusals import N_, DomainError

BATCH = 500
REPEATED = N_("has the same identifier as an earlier line")
Tell = Callable[[int, str], None]


@dataclass(slots=True)
class ImportReport:
    """How many lines became patients, were patients already, or were refused."""

    registered: int = 0
    known: int = 0
    refused: int = 0
    remarks: int = 0


def import_patients(incoming: Iterable[Incoming], *, facility_id: int, tell: Tell) -> ImportReport:
    """Register every patient that is read, unless an earlier import did.

    Args:
        incoming: what the reader makes of each line.
        facility_id: where they are registered.
        tell: is given the line number and the reason of everything that could not be kept.
    """
    return _Import(facility_id, tell).run(iter(incoming))


class _Import:
    def __init__(self, facility_id: int, tell: Tell) -> None:
        self.facility_id = facility_id
        self.tell = tell
        self.report = ImportReport()
        self.first_made: int | None = None
        self.notices: list[tuple[int, str]] = []

    def run(self, incoming: Iterator[Incoming]) -> ImportReport:
        while batch := list(islice(incoming, BATCH)):
            self._register(self._unknown([each for each in map(self._checked, batch) if each]))
            for line, words in sorted(self.notices):
                self.tell(line, words)
            self.notices.clear()
        return self.report

    def _checked(self, each: Incoming) -> Taken | None:
        if isinstance(each, Refused):
            self._refuse(each.line, each.reason)
            return None
        details = replace(each.details, facility_id=self.facility_id)
        try:
            return replace(each, details=checked(details, today=clock.now().date()))
        except DomainError as refusal:
            self._refuse(
                each.line, f"{refusal.field}: {refusal}" if refusal.field else str(refusal)
            )
            return None

    def _unknown(self, batch: list[Taken]) -> list[Taken]:
        """The patients no import has registered yet, each once."""
        tokens = {
            queries.token_of(Key("external", identifier)): each
            for each in batch
            for identifier in each.details.external_ids
        }
        known = queries.known_tokens(tokens, field="external")
        kept: dict[bytes, Taken] = {}
        for each in batch:
            own = [queries.token_of(Key("external", one)) for one in each.details.external_ids]
            if patient_id := next((known[one] for one in own if one in known), None):
                self._recognise(each, patient_id)
            elif any(one in kept for one in own):
                self._refuse(each.line, REPEATED)
            else:
                kept |= dict.fromkeys(own, each)
        return list({id(each): each for each in kept.values()}.values())

    def _recognise(self, each: Taken, patient_id: int) -> None:
        if self.first_made is not None and patient_id >= self.first_made:
            self._refuse(each.line, REPEATED)
        else:
            self.report.known += 1

    def _register(self, batch: list[Taken]) -> None:
        if not batch:
            return
        made = register_checked([each.details for each in batch])
        self.first_made = self.first_made or min(made)
        self.report.registered += len(made)
        for each in batch:
            self.report.remarks += len(each.remarks)
            self.notices += [(each.line, remark) for remark in each.remarks]

    def _refuse(self, line: int, reason: str) -> None:
        self.report.refused += 1
        self.notices.append((line, reason))
