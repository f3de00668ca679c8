"""Whom a form is for, where no script says it: those a search finds, and who may be the new one."""

from collections.abc import Sequence

from flask_babel import gettext as _

from portal.appointments.forms.booking import BookingForm
from portal.appointments.forms.waitlist import WishForm
from portal.appointments.screens.booking import chosen_patient
from portal.errors import DomainError
from portal.names import name_of
from portal.patients.commands.registering import Alike, possible_duplicates_of
from portal.patients.queries.rows import PatientRow
from portal.patients.queries.searching import search_patients
from portal.web.answers import asks_for_fragment
from portal.web.filters import shortdate
from portal.web.forms.fields import tidy_line

# What the form then shows more of: the patient whom the server took.
TAKEN = "patient"


def seek_typed(form: BookingForm | WishForm) -> None:
    """Without script, find who is typed and not chosen yet, whatever button was pressed.

    Enter in the patient's field presses the form's first button, which is not the one that finds.
    """
    # What stands for browsers without script is read into a dialog as well.
    if asks_for_fragment() or not form.is_plain or form.asks_for_more:
        return
    if not form.patient_query.raw_data:  # nothing was said of who is typed
        return
    patient = chosen_patient(form)
    if form.patient_query.data == (tidy_line(name_of(patient)) if patient else None):
        return
    form.patient_id.data = ""
    if form.patient_query.data and not form.registers:
        _seek(form, form.patient_query.data)


def _seek(form: BookingForm | WishForm, typed: str) -> None:
    """Take the only one of that whole name, else show who is found; either way say what to do."""
    found = search_patients(typed)
    named = [each for each in found if _in_any_order(name_of(each)) == _in_any_order(typed)]
    form.show.data = "patients"
    if len(named) == 1 and named[0].status == "active":
        [taken] = named
        form.show.data, form.patient_id.data = TAKEN, str(taken.id)
        born_on = shortdate(taken.dob) if taken.dob else _("birth date unknown")
        form.stopped = _(
            "Only %(name)s (%(born)s, MRN %(number)s) has that name and is chosen now. "
            "Check it, then press the button again.",
            name=name_of(taken), born=born_on, number=taken.mrn,
        )  # fmt: skip
    elif found:
        form.stopped = _("Choose the patient below, then press the button again.")
    else:
        form.stopped = _("Nobody is found. Type it in another way, or register a new patient.")


def _in_any_order(name: str) -> list[str]:
    return sorted(name.replace(",", " ").casefold().split())


def matching(form: BookingForm | WishForm) -> list[PatientRow] | None:
    """Whom a search without script finds; None when nobody is looked for."""
    if form.show.data == "patients" and form.patient_query.data:
        return search_patients(form.patient_query.data)
    return None


def shown_before(form: BookingForm | WishForm) -> Sequence[Alike]:
    """Who may be the new patient, when that is asked or somebody has chosen among them."""
    answered = form.found_patient_id.data or form.found_patient_id.errors
    if not (answered and form.names_typed):
        return ()
    try:
        return possible_duplicates_of(form.person())
    except DomainError:  # no person can be like that; booking says so beside the field
        return ()
