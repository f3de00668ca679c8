"""Why something is no opening, in words: each condition's, and what else stands in the way."""

from portal.errors import N_
from portal.insurance.rules import REASONS as COVER_REASONS

MESSAGES = {
    "offering_inactive": N_("This doctor does not offer the service there at present."),
    "service_retired": N_("The service is no longer offered."),
    "doctor_retired": N_("The doctor has left the clinic."),
    "facility_closed": N_("The facility is closed."),
    "no_place": N_("The doctor does not work at the facility."),
    "no_workflow": N_("No workflow says which steps this visit takes."),
    "passed": N_("That time has passed."),
    "no_rule": N_("Not scheduled that day."),
    "away": N_("The doctor is away then: %(reason)s"),
    "replaced": N_("Other hours hold on that day."),
    "booked_out": N_("Every opening of that day is taken, or too short for this."),
    "no_slot": N_("There is no opening at that time."),
    "outside_hours": N_("That time is outside the doctor's hours."),
    "not_published": N_("The doctor's hours are laid out until %(until)s so far."),
    "patient_taken": N_("The patient has another appointment from %(from)s to %(until)s."),
    "other_service": N_("That time is kept for another service."),
    "withdrawn": N_("That time is not open any more."),
    "orphaned": N_("That time is outside the doctor's hours now."),
    "full": N_("That time is booked."),
    "held": N_("Somebody is holding that time until %(until)s."),
    "doctor_taken": N_("The doctor is taken from %(from)s to %(until)s."),
    "too_short": N_("The visit takes %(minutes)s minutes with its buffers; the hours end before."),
    **{f"plan_{code}": message for code, message in COVER_REASONS.items()},
}
