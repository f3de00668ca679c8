"""Whether a facility takes a plan on a day. Pure."""

from dataclasses import dataclass
from datetime import date

from portal.refusals import N_, DomainError


class DatesBackwards(DomainError):
    message = N_("The last day is before the first.")


@dataclass(frozen=True)
class Cover:
    """A plan at a facility: what both sides say about the dates. None: open-ended."""

    effective_from: date | None = None
    effective_to: date | None = None
    known: bool = False
    enabled: bool = False
    accepted_since: date | None = None
    accepted_until: date | None = None

    def gap_on(self, day: date) -> str | None:
        """Why the plan is not taken on a day: one of REASONS' keys, or None when it is."""
        if not within(day, self.effective_from, self.effective_to):
            return "not_effective"
        if not self.known or not self.enabled:
            return "not_accepted"
        if not within(day, self.accepted_since, self.accepted_until):
            return "outside_contract"
        return None


REASONS = {
    "not_effective": N_("The plan is not in effect on that date."),
    "not_accepted": N_("The facility does not accept the plan."),
    "outside_contract": N_("The facility does not accept the plan on that date."),
}


def within(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day is in a span of dates, both ends included, open where None."""
    return (first is None or first <= day) and (last is None or day <= last)


def check_dates(first: date | None, last: date | None, field: str) -> None:
    """Refuse a span that ends before it begins, at the field of its end."""
    if first and last and last < first:
        raise DatesBackwards(field=field)
