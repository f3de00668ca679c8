"""Whether a facility takes a plan on a day. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from portal.errors import N_, DomainError


class DatesBackwards(DomainError):
    message = N_("The last day is before the first.")


class LastDayMissing(DomainError):
    message = N_("Say the last day on which the plan is accepted.")
    field = "accepted_until"


class WebsiteMalformed(DomainError):
    """The address is none that a link would open, or would run."""

    message = N_("Begin with https:// or http://.")
    field = "website"


def checked_website(address: str | None) -> str | None:
    """An address of the web, or none. Raises WebsiteMalformed."""
    if address and not re.match(r"https?://[^\s/]+", address):
        raise WebsiteMalformed
    return address or None


@dataclass(frozen=True)
class Terms:
    """The terms of a facility for a plan; a date is open-ended where None."""

    enabled: bool = False
    accepted_since: date | None = None
    accepted_until: date | None = None

    def as_stored(self) -> dict[str, object]:
        """For an act to keep."""
        since, until = self.accepted_since, self.accepted_until
        return {
            "enabled": self.enabled,
            "since": since and since.isoformat(),
            "until": until and until.isoformat(),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Terms":
        """The terms that `as_stored` wrote."""
        since, until = (
            date.fromisoformat(stored[name]) if stored[name] else None
            for name in ("since", "until")
        )
        return cls(stored["enabled"], since, until)


@dataclass(frozen=True)
class Cover:
    """A plan at a facility: what both sides say about the dates. None: open-ended."""

    effective_from: date | None = None
    effective_to: date | None = None
    known: bool = False
    enabled: bool = False
    accepted_since: date | None = None
    accepted_until: date | None = None

    @property
    def terms(self) -> Terms:
        """The facility's own part of it."""
        return Terms(self.enabled, self.accepted_since, self.accepted_until)

    @property
    def version(self) -> str:
        """The terms in short, for a page to carry: whoever changes them says what was shown."""
        parts = (int(self.enabled), self.accepted_since or "", self.accepted_until or "")
        return "{}.{}.{}".format(*parts)

    def gap_on(self, day: date) -> str | None:
        """Why the plan is not taken on a day: one of REASONS' keys, or None when it is."""
        if not within(day, self.effective_from, self.effective_to):
            return "not_effective"
        if not self.known or not self.enabled:
            return "not_accepted"
        if not within(day, self.accepted_since, self.accepted_until):
            return "outside_contract"
        return None

    def standing_on(self, day: date) -> str:
        """How the facility stands to the plan on a day: accepted, coming, ended or refused."""
        if not self.known or not self.enabled:
            return "refused"
        if self.accepted_until is not None and self.accepted_until < day:
            return "ended"
        if self.accepted_since is not None and self.accepted_since > day:
            return "coming"
        return "accepted"


@dataclass(frozen=True)
class AcceptanceChange:
    """A change of acceptance: `accept` within dates, `end` after a day, or `refuse`."""

    kind: str
    since: date | None = None
    until: date | None = None

    def check(self) -> None:
        """Raises DatesBackwards, LastDayMissing."""
        if self.kind == "accept":
            check_dates(self.since, self.until, "accepted_until")
        if self.kind == "end" and self.until is None:
            raise LastDayMissing

    def applied(self, terms: Terms | None) -> Terms | None:
        """The terms after it; the same ones when they do not change. None: nothing was said yet.

        A contract that would end before it begins is refused. What is not accepted, or ends
        earlier anyway, is not ended.
        """
        if self.kind == "accept":
            return Terms(True, self.since, self.until)
        if terms is None or not terms.enabled:
            return terms
        if self.kind == "refuse":
            return replace(terms, enabled=False)
        return self._ended(terms)

    def _ended(self, terms: Terms) -> Terms:
        last = self.until
        if last is None or (terms.accepted_until is not None and terms.accepted_until <= last):
            return terms
        if terms.accepted_since is not None and terms.accepted_since > last:
            return replace(terms, enabled=False)
        return replace(terms, accepted_until=last)


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
