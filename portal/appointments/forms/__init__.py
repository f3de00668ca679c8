"""What the front desk types about visits."""

from portal.appointments.forms.finding import FindForm
from portal.appointments.forms.series import RepeatForm
from portal.appointments.forms.visits import (
    BookingForm,
    CancellationForm,
    MoveForm,
    within_reason,
)
from portal.appointments.forms.waitlist import WishForm, new_wish, wish_as_typed

__all__ = [
    "BookingForm",
    "CancellationForm",
    "FindForm",
    "MoveForm",
    "RepeatForm",
    "WishForm",
    "new_wish",
    "wish_as_typed",
    "within_reason",
]
