"""The choices made so far in the booking form, and which of them a person made."""

from dataclasses import dataclass
from datetime import date

from portal import clock
from portal.scheduling.openings.listing import OpeningQuery
from portal.schema.facilities import Facility


@dataclass(frozen=True)
class Choice:
    """The values of the booking form.

    Attributes:
        slot_id: the opening that is chosen.
        picked: whether a person chose it: then it stays while it can be booked, whatever else
            changes. One that was only suggested gives way to a better suggestion.
        own_time: a walk-in or another time is chosen, and no opening.
        day: the day to look at, `day_picked` when a person chose it.
        renewed: the patient is another than the suggestion was made for.
    """

    facility: Facility
    service_id: int | None
    plan_id: int | None = None
    doctor_id: int | None = None
    day: date | None = None
    slot_id: int | None = None
    picked: bool = False
    own_time: bool = False
    day_picked: bool = False
    renewed: bool = False
    patient_id: int | None = None

    @property
    def today(self) -> date:
        """The date at the facility."""
        return clock.today_in(self.facility.timezone)

    @property
    def wanted(self) -> OpeningQuery:
        """The search these choices mean."""
        return OpeningQuery(
            service_id=self.service_id, plan_id=self.plan_id, doctor_id=self.doctor_id,
            facility_id=self.facility.id,
        )  # fmt: skip
