"""Forms of appointments, as the front desk fills them in."""

from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.correcting import CorrectionForm
from portal.appointments.forms.editing import EditForm, edit_as_typed
from portal.appointments.forms.finding import FindForm
from portal.appointments.forms.series import RepeatForm
from portal.appointments.forms.visits import AllComingForm, CancellationForm, MoveForm
from portal.appointments.forms.waitlist import WishForm, new_wish, wish_as_typed, wish_of_booking
from portal.appointments.forms.walk_in import WalkInForm

__all__ = [
    "AllComingForm",
    "BookingForm",
    "CancellationForm",
    "CorrectionForm",
    "EditForm",
    "FindForm",
    "MoveForm",
    "RepeatForm",
    "WalkInForm",
    "WishForm",
    "edit_as_typed",
    "new_wish",
    "wish_as_typed",
    "wish_of_booking",
]
