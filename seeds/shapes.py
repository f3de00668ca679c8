"""The words in which a demo clinic is described."""

from dataclasses import dataclass, field
from datetime import time

Days = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A facility."""

    slug: str
    name: str
    timezone: str
    address: str
    phone: str
    locale: str


@dataclass(frozen=True)
class Step:
    """A step of a visit: the template's name, and how this workflow differs from it."""

    template: str
    minutes: int | None = None
    room: str | None = None
    skippable: bool = False
    prepared: bool = False


@dataclass(frozen=True)
class Care:
    """A service and the steps that a visit for it takes."""

    name: str
    code: str
    category: str
    steps: tuple[Step, ...]
    minutes: int
    buffer_after: int = 0
    seats: int = 1
    youngest: int = 0
    oldest: int = 120


@dataclass(frozen=True)
class Physician:
    """A doctor: what they do, and at which facilities on which weekdays (0 is Sunday)."""

    first_name: str
    last_name: str
    specialty: str
    cares: tuple[str, ...]
    weeks: dict[str, Days]
    profile: str = ""


@dataclass(frozen=True)
class Plan:
    """A payer's plan; `extra` are steps that visits under it take after check-in."""

    code: str
    name: str
    extra: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Payer:
    """An insurance company."""

    name: str
    website: str
    plans: tuple[Plan, ...]


@dataclass(frozen=True)
class Group:
    """A clinic group."""

    slug: str
    name: str
    timezone: str
    locale: str
    places: tuple[Place, ...]
    physicians: tuple[Physician, ...]
    templates: dict[str, int]
    cares: tuple[Care, ...]
    payers: tuple[Payer, ...]
    refused: dict[str, tuple[str, ...]]
    people: dict[str, str]
    scoped: dict[str, str]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    area_codes: tuple[str, ...]
    languages: tuple[str, ...]
    hours: tuple[tuple[time, time], ...] = field(
        default=((time(8), time(12)), (time(13), time(17)))
    )
    slot_minutes: int = 15
