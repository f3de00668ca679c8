"""Alerts, notes and contacts: what they are called, and what stands against writing them down."""

from portal.errors import N_, Conflict, DomainError

ALERT_KINDS = {
    "allergy": N_("Allergy"),
    "safety": N_("Safety"),
    "communication": N_("Communication"),
    "billing": N_("Billing"),
    "other": N_("Other"),
}
CONTACT_ROLES = {
    "emergency": N_("Emergency contact"),
    "guardian": N_("Guardian"),
    "other": N_("Other contact"),
}
LONGEST_ALERT = 200
LONGEST_NOTE = 20_000
LONGEST_CONTACT = 100


class AlertEmpty(DomainError):
    """An alert of no words."""

    message = N_("Alert: say what everybody must know.")
    field = "alert"


class AlertTooLong(DomainError):
    """More than can be taken in at a glance."""

    message = N_("Alert: at most %(longest)s characters.")
    field = "alert"


class AlertEnded(Conflict):
    """Somebody else was faster."""

    message = N_("This alert has ended already.")


class NoteEmpty(DomainError):
    """A note of no words."""

    message = N_("Note: write something.")
    field = "note"


class NoteTooLong(DomainError):
    """More than a note."""

    message = N_("Note: at most %(longest)s characters.")
    field = "note"


class NoteCorrectedMeanwhile(Conflict):
    """The note to correct is no longer the latest."""

    message = N_("Somebody corrected this note in the meantime. Reload to see how it reads now.")


class ContactNameMissing(DomainError):
    """Nobody to call."""

    message = N_("Name: say who it is.")
    field = "name"


class ContactTooLong(DomainError):
    """More than a name, a relation or a number."""

    message = N_("At most %(longest)s characters.")


class ContactEnded(Conflict):
    """Somebody else was faster."""

    message = N_("This contact was removed already.")


class WrittenTwice(Conflict):
    """One form was sent twice at once."""
