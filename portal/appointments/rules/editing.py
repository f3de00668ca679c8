"""A visit after its plan or service is changed. Pure."""

from portal.errors import N_, Conflict, DomainError
from portal.scheduling.rules import SlotTaken

# steps stay as they are, because they have begun, or are replaced
SAME, BEGUN, NEW = "same", "begun", "new"


class NoneChosen(DomainError):
    message = N_("Choose at least one appointment.")


class NotEditable(Conflict):
    message = N_("Only an appointment that is not over can be edited.")


class ServiceBegun(Conflict):
    message = N_("The visit has begun: its service cannot be changed any more.")
    field = "service_id"


class TimeOfAnotherService(SlotTaken):
    message = N_("This time is kept for the service it was booked for. Move the appointment first.")
    field = "service_id"


class TooLongThere(SlotTaken):
    """The longer visit does not fit where it is; `.alternatives` are starts where it does."""

    message = N_(
        "It would take %(minutes)s minutes, and the doctor does not have that much time from then."
    )
    field = ""  # of the whole form: plan and service both may be the reason


def what_becomes(*, same_workflow: bool, begun: bool, same_service: bool) -> str:
    """Whether the steps stay. Raises ServiceBegun."""
    if same_workflow:
        return SAME
    if not begun:
        return NEW
    if not same_service:
        raise ServiceBegun
    return BEGUN
