"""The log in plain words: what was seen, what was done, the kinds of records, the areas.

An action that is in none of them is shown as it is written, so that nothing is ever left out.
"""

from typing import NamedTuple

from flask_babel import gettext

from portal.errors import N_

RECORDS = {
    "absence_spans": N_("Absence at a facility"),
    "absence_visits": N_("Appointment during an absence"),
    "absences": N_("Doctor's absence"),
    "appointment_acts": N_("What was done to an appointment"),
    "appointment_series": N_("Series of appointments"),
    "appointments": N_("Appointment"),
    "appointment_steps": N_("Step of an appointment"),
    "availability_exceptions": N_("Exception to the hours"),
    "availability_rules": N_("Weekly hours"),
    "availability_slots": N_("Slot"),
    "break_glass": N_("Emergency access"),
    "disclosures": N_("Disclosure"),
    "doctors": N_("Doctor"),
    "export_parts": N_("Part of an export"),
    "exports": N_("Export"),
    "facilities": N_("Facility"),
    "factor_resets": N_("Reset of a second factor"),
    "facility_doctors": N_("Doctor's location"),
    "facility_insurance_plans": N_("Plan acceptance"),
    "insurance_plans": N_("Insurance plan"),
    "insurance_providers": N_("Payer"),
    "passkeys": N_("Passkey"),
    "patient_alerts": N_("Alert of a patient"),
    "patient_contacts": N_("Contact of a patient"),
    "patient_distinctions": N_("Not the same person"),
    "patient_merges": N_("Merge of two records"),
    "patient_notes": N_("Note on a patient"),
    "patients": N_("Patient"),
    "recovery_codes": N_("Recovery code"),
    "service_offerings": N_("Offered service"),
    "service_workflows": N_("Workflow"),
    "services": N_("Service"),
    "step_templates": N_("Step type"),
    "tenant_keys": N_("Encryption key"),
    "tenants": N_("Clinic"),
    "uploads": N_("Uploaded file"),
    "user_action_audit_log": N_("Activity log"),
    "user_facilities": N_("Staff member's facility"),
    "user_factors": N_("Authenticator"),
    "user_links": N_("Invitation"),
    "users": N_("Staff member"),
    "waitlist_entries": N_("Waitlist entry"),
    "waitlist_facilities": N_("Facility of a waitlist entry"),
    "workflow_steps": N_("Step of a workflow"),
}
CHANGES = {
    "insert": N_("%(record)s: added"),
    "update": N_("%(record)s: edited"),
    "delete": N_("%(record)s: removed"),
}
SEEN = {
    "absences.call": N_("Saw a patient who was called"),
    "absences.new": N_("Saw the appointments of a doctor who is away"),
    "absences.reversal": N_("Saw appointments to undo an absence"),
    "absences.show": N_("Saw the call list of an absence"),
    "activity.accounting": N_("Saw the accounting of disclosures"),
    "activity.correction": N_("Saw a disclosure to correct it"),
    "activity.disclosure_new": N_("Saw a patient to record a disclosure"),
    "activity.disclosures": N_("Saw the disclosures"),
    "activity.of_patient": N_("Saw who looked at a patient"),
    "activity.values": N_("Saw values of the activity log"),
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
    "absences.orphan_move": N_("Saw appointments outside the hours while moving one"),
    "absences.orphans": N_("Saw appointments outside the hours"),
    "appointments.starts": N_("Saw a patient while finding an opening"),
    "appointments.status": N_("Saw a patient to set the status"),
    "appointments.waitlist": N_("Saw the waitlist"),
    "appointments.waitlist_edit": N_("Saw a waitlist entry"),
    "appointments.waitlist_new": N_("Saw a patient to put them on the waitlist"),
    "availability.orphans": N_("Saw appointments outside the hours"),
    "facilities.closing": N_("Saw the appointments of a facility that closes"),
    "facilities.closure": N_("Saw the appointments of a facility that closes"),
    "insurance.uncovered": N_("Saw appointments that are not covered"),
    "patients.elsewhere": N_("Was told that another facility knows a patient"),
    "patients.alerts": N_("Saw a patient to add an alert"),
    "patients.contacts": N_("Saw a patient to add a contact"),
    "patients.notes": N_("Saw a patient to add a note"),
    "patients.contact_edit": N_("Saw a patient to edit a contact"),
    "patients.duplicates": N_("Saw the list of possible duplicates"),
    "patients.duplicates_of": N_("Saw a patient while looking for duplicates"),
    "patients.edit": N_("Saw a patient to change the details"),
    "patients.index": N_("Saw the list of patients"),
    "patients.merge": N_("Compared two records"),
    "patients.new": N_("Saw a patient while registering one"),
    "patients.note_correction": N_("Saw a patient to correct a note"),
    "patients.old_note_correction": N_("Saw a patient to correct a note"),
    "patients.search": N_("Found a patient by searching"),
    "patients.separation": N_("Saw a patient to unmerge records"),
    "patients.show": N_("Saw a patient's details"),
    "sheets.export": N_("Exported this patient in a list"),
}
DONE = {
    "absences.recorded": N_("Recorded a doctor's absence"),
    "absences.undone": N_("Undid a doctor's absence"),
    "activity.export": N_("Exported the activity log"),
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
    "patients.status": N_("Set a patient's status"),
    "audit.purge": N_("Purged old entries of the activity log"),
    "break-glass": N_("Used emergency access"),
    "denied": N_("Was refused a page"),
    "activity.index": N_("Looked at the activity log"),
    "activity.show": N_("Looked at an entry of the log"),
    "activity.glass": N_("Looked at the uses of emergency access"),
    "field.unreadable": N_("Met a field that cannot be read"),
    "export": N_("Exported a list"),
    "export.asked": N_("Asked for an export"),
    "export.discarded": N_("Discarded an export"),
    "export.expired": N_("Forgot an export's file after a day"),
    "export.failed": N_("Could not make an export"),
    "export.made": N_("Made an export"),
    "export.taken": N_("Downloaded an export"),
    "factor-reset.asked": N_("Asked to reset a second factor"),
    "factor-reset.done": N_("Reset a second factor"),
    "factor-reset.withdrawn": N_("Withdrew the reset of a second factor"),
    "merge": N_("Merged two records"),
    "passkey.added": N_("Added a passkey"),
    "passkey.copied": N_("Was refused what may be a copy of a passkey"),
    "passkey.removed": N_("Removed a passkey"),
    "password.changed": N_("Changed the password"),
    "patients.outside": N_("Was refused a patient of another facility"),
    "proof": N_("Gave the password again"),
    "recovery-codes.renewed": N_("Made new recovery codes"),
    "keys.destroyed": N_("Destroyed the keys of all patient data"),
    "keys.exchange-begun": N_("Began to exchange the keys of patient data"),
    "keys.exchanged": N_("Exchanged the keys of patient data"),
    "keys.wrapped-anew": N_("Wrapped the keys of patient data anew"),
    "second-factor": N_("Gave the second factor"),
    "second-factor.enrolled": N_("Set up an authenticator"),
    "message.seen": N_("Read a message"),
    "second-factor.failed": N_("Failed to give the second factor"),
    "sessions.ended": N_("Ended sessions"),
    "sheets.import": N_("Imported a file"),
    "sign-in": N_("Signed in"),
    "sign-in.failed": N_("Failed to sign in"),
    "sign-out": N_("Signed out"),
    "availability_slots.end_hold": N_("Ended somebody else's hold"),
    "availability_slots.seats": N_("Changed an opening's seats"),
    "slots.hold": N_("Held an opening"),
    "slots.materialise": N_("Published openings for the coming weeks"),
    "slots.release": N_("Released an opening"),
    "un-merge": N_("Unmerged two records"),
}
# For whatever else was asked of an area, such as a page of a record that is not there.
AREAS = {
    "absences": N_("absences"),
    "activity": N_("the activity log"),
    "appointments": N_("the schedule"),
    "auth": N_("their own account"),
    "availability": N_("working hours"),
    "doctors": N_("doctors"),
    "exports": N_("exports"),
    "facilities": N_("facilities"),
    "insurance": N_("payers and plans"),
    "patients": N_("patients"),
    "services": N_("services and workflows"),
    "setup": N_("setting up"),
    "sheets": N_("imports"),
    "staff": N_("staff"),
}
ASKED = N_("Opened a page about %(area)s")
OUTCOMES = {
    # outcome -> words, icon, the chip's class
    "done": (N_("Done"), "check", ""),
    "refused": (N_("Refused"), "shield-alert", "warn"),
    "failed": (N_("Failed"), "triangle-alert", "warn"),
}
UNTABLED = frozenset({"availability_slots", "user_action_audit_log"})


class Screen(NamedTuple):
    """The page of a kind of record, and what its address calls the record."""

    endpoint: str
    parameter: str
    right: str


SCREENS = {
    "absences": Screen("absences.show", "absence_id", "absences.see"),
    "appointments": Screen("appointments.show", "appointment_id", "appointments.see"),
    "doctors": Screen("doctors.show", "doctor_id", "doctors.see"),
    "facilities": Screen("facilities.show", "facility_id", "facilities.see"),
    "insurance_plans": Screen("insurance.plan", "plan_id", "insurance.see"),
    "insurance_providers": Screen("insurance.show", "payer_id", "insurance.see"),
    "patients": Screen("patients.show", "patient_id", "patients.see"),
    "services": Screen("services.show", "service_id", "services.see"),
}


def action_words(action_type: str) -> str:
    """An action of the log, in the reader's language."""
    known = SEEN.get(action_type) or DONE.get(action_type)
    if known:
        return str(gettext(known))
    table, _dot, change = action_type.rpartition(".")
    if table in RECORDS and change in CHANGES:
        return str(gettext(CHANGES[change], record=gettext(RECORDS[table])))
    area = action_type.partition(".")[0]
    return str(gettext(ASKED, area=gettext(AREAS[area]))) if area in AREAS else action_type


def record_words(table: str) -> str:
    """A kind of record, in the reader's language; an unknown one as its table is called."""
    return str(gettext(RECORDS[table])) if table in RECORDS else table


def changes() -> list[str]:
    """Every change of a record that the log can hold."""
    audited = sorted(RECORDS.keys() - UNTABLED)
    return [f"{table}.{change}" for table in audited for change in CHANGES]


def actor_words(actor: str, name: str | None) -> str:
    """Who did it: a person by name, a job, or somebody at the database itself."""
    kind, _colon, which = actor.partition(":")
    if kind == "user" and name:
        return name
    if kind == "job":
        return str(gettext("The portal itself (%(job)s)", job=which))
    if kind == "db":
        return str(gettext("At the database itself (%(role)s)", role=which))
    return actor
