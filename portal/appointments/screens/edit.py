"""A preview of an edit, in words, before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask_babel import gettext as _

from portal.appointments.commands.editing import Edited
from portal.appointments.rules.editing import BEGUN
from portal.errors import DomainError
from portal.scheduling.rules import Opening, SlotTaken
from portal.scheduling.times import Span
from portal.web.filters import hhmm, localtime, shortdate


class NewStep(NamedTuple):
    """A step that would be taken."""

    name: str
    minutes: int


@dataclass(frozen=True)
class EditPreview:
    """The outcome of saving: in a sentence, and the new steps."""

    text: str
    steps: Sequence[NewStep] = ()


def coming_of(did: Edited, zone: str) -> EditPreview:
    """The outcome of an edit that was previewed, for whoever decides."""
    if did.becomes == BEGUN:
        return EditPreview(_("The visit has begun: its steps stay, only the plan changes."))
    steps = [NewStep(step.name, step.minutes) for step in did.steps]
    return EditPreview(_length(did.span, did.before, zone), steps)


def starts_instead(refusal: DomainError, zone: str) -> list[str]:
    """The nearest openings where it would fit, in words."""
    offers: Sequence[Opening] = refusal.alternatives if isinstance(refusal, SlotTaken) else ()
    starts = sorted({localtime(offer.start_at, zone) for offer in offers})
    return [f"{shortdate(start)}, {hhmm(start)}" for start in starts]


def _length(now: Span, before: Span, zone: str) -> str:
    end = hhmm(localtime(now.end, zone))
    if now.minutes == before.minutes:
        return str(_("New steps, of the same length: until %(end)s.", end=end))
    return str(_("New steps: %(minutes)s minutes instead of %(before)s, until %(end)s.",
                 minutes=now.minutes, before=before.minutes, end=end))  # fmt: skip
