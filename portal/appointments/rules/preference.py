"""With whom an appointment is suggested when any doctor will do. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar


class Start(Protocol):
    """An opening of a doctor."""

    @property
    def doctor_id(self) -> int: ...


class Seen(Protocol):
    """That a doctor has seen the patient for a service."""

    @property
    def doctor_id(self) -> int: ...
    @property
    def doctor(self) -> str: ...
    @property
    def specialty(self) -> str | None: ...
    @property
    def service_id(self) -> int: ...


Offered = TypeVar("Offered", bound=Start)


class Preference(NamedTuple):
    """Why an opening is suggested: `for_this`, `last` or `specialty`, and whom that is about."""

    why: str
    doctor: str


def preferred(
    openings: Sequence[Offered], seen_by: Sequence[Seen], service_id: int | None,
    specialties: Mapping[int, str | None],
) -> tuple[Offered | None, Preference | None]:  # fmt: skip
    """The opening to suggest, and why it is not just the earliest.

    The earliest with the doctor who saw the patient last for this service (who never had it: with
    whoever saw them last), else with one of the same specialty, else of all.

    Args:
        openings: the earliest first.
        seen_by: who has seen the patient, the latest first.
        service_id: what is booked.
        specialties: of each doctor with openings.
    """
    earliest = next(iter(openings), None)
    for_this = next((each for each in seen_by if each.service_id == service_id), None)
    last = for_this or next(iter(seen_by), None)
    if earliest is None or last is None:
        return earliest, None
    same = _first(openings, {last.doctor_id})
    if same is not None:
        return same, Preference("for_this" if for_this else "last", last.doctor)
    alike = {
        doctor_id for doctor_id, specialty in specialties.items()
        if specialty and specialty == last.specialty
    }  # fmt: skip
    of_kind = _first(openings, alike)
    if of_kind is not None:
        return of_kind, Preference("specialty", last.doctor)
    return earliest, None


def _first(openings: Sequence[Offered], doctor_ids: set[int]) -> Offered | None:
    return next((opening for opening in openings if opening.doctor_id in doctor_ids), None)
