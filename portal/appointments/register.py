"""The area's registration."""

from portal.appointments.commands.holds import sweep_holds
from portal.appointments.lists import LISTS
from portal.appointments.queries import invariants
from portal.appointments.views import bp, status, waitlist_back
from portal.errors import N_
from portal.registry.area import Area
from portal.registry.jobs import Job, in_every_clinic
from portal.registry.log import LogWords, Screen
from portal.web.navigation import RailEntry

LOG = LogWords(
    records={
        "appointment_acts": N_("What was done to an appointment"),
        "appointment_series": N_("Series of appointments"),
        "appointments": N_("Appointment"),
        "appointment_steps": N_("Step of an appointment"),
        "waitlist_entries": N_("Waitlist entry"),
        "waitlist_facilities": N_("Facility of a waitlist entry"),
    },
    patients_seen={
        "appointments.cancelled": N_("Saw a day's cancelled appointments and no-shows"),
        "appointments.coming_cancellation": N_("Saw a patient's appointments to cancel them"),
        "appointments.create": N_("Saw a patient while booking an appointment"),
        "appointments.day": N_("Saw the day board"),
        "appointments.day_sheet": N_("Saw the day sheet"),
        "appointments.day_changes": N_("Saw changes of the day board"),
        "appointments.edit": N_("Saw an appointment to edit it"),
        "appointments.correction": N_("Saw an appointment to edit it"),
        "appointments.flow": N_("Saw the flow board"),
        "appointments.flow_changes": N_("Saw changes of the flow board"),
        "appointments.home": N_("Saw the day board of today"),
        "appointments.group": N_("Saw who comes to a group"),
        "appointments.group_check_in": N_("Saw who comes to a group"),
        "appointments.own_acts": N_("Saw what they had done last"),
        "appointments.overlaps": N_("Saw who is with a doctor at the same time"),
        "appointments.move": N_("Saw an appointment to move it"),
        "appointments.openings": N_("Saw an appointment to move it"),
        "appointments.new": N_("Saw a patient to book an appointment"),
        "appointments.walk_in": N_("Saw a patient to receive a walk-in"),
        "appointments.of_patient": N_("Saw a patient's appointments"),
        "appointments.repeat": N_("Saw an appointment to repeat it"),
        "appointments.show": N_("Saw an appointment"),
        "appointments.starts": N_("Saw a patient while finding an opening"),
        "appointments.status": N_("Saw a patient to set the status"),
        "appointments.waitlist": N_("Saw the waitlist"),
        "appointments.waitlist_edit": N_("Saw a waitlist entry"),
        "appointments.waitlist_new": N_("Saw a patient to put them on the waitlist"),
    },
    done={
        "appointments.arrival": N_("Moved an appointment to now"),
        "appointments.cancellation": N_("Cancelled an appointment"),
        "appointments.check_in": N_("Checked a patient in"),
        "appointments.completion": N_("Completed an appointment"),
        "appointments.confirmation": N_("Confirmed an appointment"),
        "appointments.correct": N_("Corrected a past appointment"),
        "appointments.next_step": N_("Took the next step of an appointment"),
        "appointments.no_show": N_("Marked an appointment as a no-show"),
        "appointments.reversals": N_("Took the last thing done back"),
        "appointments.series": N_("Booked a series of appointments"),
        "appointments.start": N_("Started an appointment"),
        "appointments.step_finish": N_("Finished a step of an appointment"),
        "appointments.step_skip": N_("Skipped a step of an appointment"),
        "appointments.step_start": N_("Started a step of an appointment"),
        "appointments.step_unskip": N_("Took the skipping of a step back"),
        "appointments.undo": N_("Undid a change of an appointment"),
        "availability_slots.end_hold": N_("Ended somebody else's hold"),
        "slots.hold": N_("Held an opening"),
        "slots.release": N_("Released an opening"),
    },
    screens={
        "appointments": Screen("appointments.show", "appointment_id", "appointments.see"),
    },
)
AREA = Area(
    blueprint=bp,
    label=N_("the schedule"),
    rail=(
        RailEntry(10, "appointments.day", "calendar-days", N_("Board")),
        RailEntry(20, "appointments.flow", "footprints", N_("Flow")),
        RailEntry(30, "appointments.waitlist", "hourglass", N_("Waitlist")),
    ),
    log=LOG,
    lists=LISTS,
    invariants={
        "no doctor is in two places": invariants.doctors_in_two_places,
        "no patient is in two places": invariants.patients_in_two_places,
        "every visit's doctor is taken for all of it": invariants.visits_outside_their_slots,
        "seats are counted right": invariants.seats_miscounted,
        "statuses, times and steps agree": invariants.statuses_that_disagree,
        "steps follow one another inside the visit": invariants.steps_out_of_order,
        "a visit is as long as its steps": invariants.visits_not_as_long_as_their_steps,
        "every visit has a slot of its own": invariants.visits_without_a_slot,
        "a visit is where its service is offered": invariants.visits_of_another_service,
        "steps are those of the visit's workflow": invariants.steps_of_another_workflow,
        "seats of a group are counted, not held": invariants.seats_held,
    },
    # Each minute: the fourth look after the last.
    jobs=[Job("holds", 50, in_every_clinic("slots", sweep_holds))],
    ways_back={
        "status_set": status.STATUS_SET,
        "wish_added": waitlist_back.WISH_ADDED,
        "wish_withdrawn": waitlist_back.WISH_WITHDRAWN,
    },
)
