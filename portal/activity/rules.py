"""Decisions about the log: which part is asked for, what to say of its seals."""

from dataclasses import dataclass, fields
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The sealer works each minute and the verifier each day; later than this, somebody must look.
SEALED_WITHIN = timedelta(minutes=10)
VERIFIED_WITHIN = timedelta(hours=36)
ACCOUNTED_YEARS = 6
# Nobody alive was disclosed anything of before.
FIRST_DAY = date(1900, 1, 1)


@dataclass(frozen=True)
class Filters:
    """Filters of the log; None means all of it. Instants are aware."""

    user_id: int | None = None
    patient_id: int | None = None
    table_name: str | None = None
    record_id: int | None = None
    action_type: str | None = None
    outcome: str | None = None
    facility_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The filters as an entry of the log can hold them."""
        params = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in params.items()
            if value is not None
        }

    @classmethod
    def of(cls, params: dict[str, Any]) -> "Filters":
        """The filters that `params` was made from."""
        params = dict(params)
        for name in ("since", "until"):
            if name in params:
                params[name] = datetime.fromisoformat(params[name])
        return cls(**params)


@dataclass(frozen=True)
class Mark:
    """A place in the log: an entry's instant and its number."""

    occurred_at: datetime
    id: int

    @property
    def position(self) -> tuple[datetime, int]:
        """The sort key of the log."""
        return self.occurred_at, self.id

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{microseconds(self.occurred_at)}-{self.id}"

    @classmethod
    def read(cls, text: str | None) -> "Mark | None":
        """The place an address names; None when it names none."""
        at, _dash, number = (text or "").partition("-")
        if not (at.isdecimal() and number.isdecimal() and at.isascii() and number.isascii()):
            return None
        moment = instant(int(at))
        return cls(moment, int(number)) if moment and len(number) < 19 else None


@dataclass(frozen=True)
class SealStanding:
    """Whether the log's seals hold, as the screen says it.

    Attributes:
        sealed_at: when the newest seal was made.
        verified_at: when the whole log was last verified.
        alarm: `broken`, `unsealed`, `unverified`, or None when nothing is wrong.
    """

    sealed_at: datetime | None
    verified_at: datetime | None
    alarm: str | None

    @classmethod
    def of(
        cls, sealed_at: datetime | None, verified_at: datetime | None, holds: bool | None,
        *, now: datetime,
    ) -> "SealStanding":  # fmt: skip
        """The state to report; the worst comes first."""
        alarm = None
        if holds is False:
            alarm = "broken"
        elif sealed_at is None or now - sealed_at > SEALED_WITHIN:
            alarm = "unsealed"
        elif verified_at is None or now - verified_at > VERIFIED_WITHIN:
            alarm = "unverified"
        return cls(sealed_at, verified_at, alarm)


def microseconds(moment: datetime) -> int:
    """Since 1970, without a float's loss."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def instant(since_1970: int) -> datetime | None:
    """The instant so many microseconds after 1970, or None beyond the calendar."""
    try:
        return EPOCH + timedelta(microseconds=since_1970)
    except OverflowError:
        return None


def is_instant(value: object) -> bool:
    """Whether a logged value is an instant with its zone, as the database writes one.

    What somebody typed may read like one at the ends of time, which no zone's clock shows.
    """
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None and MINYEAR < moment.year < MAXYEAR


def first_accounted_day(today: date) -> date:
    """The first day of the six years before a request (45 CFR 164.528(a)(1))."""
    try:
        return today.replace(year=today.year - ACCOUNTED_YEARS)
    except ValueError:  # 29 February
        return today.replace(year=today.year - ACCOUNTED_YEARS, day=28)
