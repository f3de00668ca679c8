"""The log in plain words: one table for what can be done, one for the kinds of records.

An action that is in neither is shown as it is written, so that nothing is ever left out.
"""

from typing import NamedTuple

from flask_babel import gettext

from portal.refusals import N_

RECORDS = {
    "appointments": N_("Visit"),
    "appointment_steps": N_("Step of a visit"),
    "availability_exceptions": N_("Exception to the hours"),
    "availability_rules": N_("Weekly hours"),
    "availability_slots": N_("Start"),
    "disclosures": N_("Disclosure"),
    "doctors": N_("Doctor"),
    "facilities": N_("Facility"),
    "facility_doctors": N_("Doctor's place"),
    "facility_insurance_plans": N_("Acceptance of a plan"),
    "insurance_plans": N_("Insurance plan"),
    "insurance_providers": N_("Payer"),
    "patients": N_("Patient"),
    "service_offerings": N_("Offered service"),
    "service_workflows": N_("Workflow"),
    "services": N_("Service"),
    "step_templates": N_("Kind of step"),
    "tenant_keys": N_("Encryption key"),
    "tenants": N_("Clinic"),
    "user_action_audit_log": N_("Activity log"),
    "user_facilities": N_("Staff member's facility"),
    "user_links": N_("Invitation"),
    "users": N_("Staff member"),
    "workflow_steps": N_("Step of a workflow"),
}
CHANGES = {
    "insert": N_("%(record)s: added"),
    "update": N_("%(record)s: changed"),
    "delete": N_("%(record)s: removed"),
}
SEEN = {
    "activity.accounting": N_("Saw the accounting of disclosures"),
    "activity.disclosure_new": N_("Saw a patient to record a disclosure"),
    "activity.disclosures": N_("Saw the disclosures"),
    "activity.of_patient": N_("Saw who looked at a patient"),
    "activity.values": N_("Saw values of the activity log"),
    "appointments.day": N_("Saw the day board"),
    "appointments.day_changes": N_("Saw changes of the day board"),
    "appointments.flow": N_("Saw the flow board"),
    "appointments.flow_changes": N_("Saw changes of the flow board"),
    "appointments.move": N_("Saw a visit to move it"),
    "appointments.new": N_("Saw a patient to book a visit"),
    "appointments.of_patient": N_("Saw a patient's visits"),
    "appointments.show": N_("Saw a visit"),
    "availability.orphans": N_("Saw visits outside the hours"),
    "insurance.uncovered": N_("Saw visits that are not covered"),
    "patients.edit": N_("Saw a patient to change the details"),
    "patients.index": N_("Saw the list of patients"),
    "patients.new": N_("Saw a patient while registering one"),
    "patients.search": N_("Found a patient by searching"),
    "patients.show": N_("Saw a patient's details"),
}
DONE = {
    "activity.export": N_("Exported the activity log"),
    "appointments.cancellation": N_("Cancelled a visit"),
    "appointments.check_in": N_("Checked a patient in"),
    "appointments.completion": N_("Completed a visit"),
    "appointments.confirmation": N_("Confirmed a visit"),
    "appointments.create": N_("Booked a visit"),
    "appointments.no_show": N_("Marked a visit as a no-show"),
    "appointments.start": N_("Started a visit"),
    "appointments.undo": N_("Took a change of a visit back"),
    "audit.purge": N_("Purged old entries of the activity log"),
    "denied": N_("Was refused a page"),
    "sign-in": N_("Signed in"),
    "sign-in.failed": N_("Failed to sign in"),
    "sign-out": N_("Signed out"),
    "slots.hold": N_("Held a start"),
    "slots.materialise": N_("Made the starts of the coming weeks"),
    "slots.release": N_("Let a start go"),
}
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
    "appointments": Screen("appointments.show", "appointment_id", "appointments.see"),
    "doctors": Screen("doctors.show", "doctor_id", "doctors.see"),
    "facilities": Screen("facilities.show", "facility_id", "facilities.see"),
    "insurance_plans": Screen("insurance.plan", "plan_id", "insurance.see"),
    "insurance_providers": Screen("insurance.show", "payer_id", "insurance.see"),
    "patients": Screen("patients.show", "patient_id", "patients.see"),
    "services": Screen("services.show", "service_id", "services.see"),
}


def action_words(action_type: str) -> str:
    """What was done or seen, in the reader's language."""
    known = SEEN.get(action_type) or DONE.get(action_type)
    if known:
        return str(gettext(known))
    table, _dot, change = action_type.rpartition(".")
    if table in RECORDS and change in CHANGES:
        return str(gettext(CHANGES[change], record=gettext(RECORDS[table])))
    return action_type


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
