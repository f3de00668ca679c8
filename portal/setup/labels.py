"""The checklist and what stands in the way of a booking, in plain words."""

from flask_babel import gettext, ngettext

from portal.errors import N_
from portal.setup.queries.coverage import Coverage
from portal.setup.rules import DONE, MISSING, OPTIONAL, PART, SetupGap

# state -> words, icon
STATES = {
    DONE: (N_("Done"), "circle-check"),
    PART: (N_("Not complete"), "triangle-alert"),
    MISSING: (N_("To do"), "circle"),
    OPTIONAL: (N_("If you need it"), "circle"),
}
# task -> title, why it matters
TASKS = {
    "facilities": (
        N_("Facilities"),
        N_("Where patients come. Each has its own time zone and board."),
    ),
    "doctors": (
        N_("Where doctors work"),
        N_("A doctor is booked at the facilities where he or she works."),
    ),
    "services": (N_("Services"), N_("What patients are booked for: consultations, scans, tests.")),
    "offerings": (
        N_("Who offers what where"),
        N_("A service is booked with the doctors who offer it, at the facilities where they do."),
    ),
    "payers": (
        N_("Payers and plans"),
        N_("The insurers whose patients you see. Without any, every appointment is self-pay."),
    ),
    "acceptance": (
        N_("Which facility accepts which plan"),
        N_("A plan is only booked where it is accepted, on the days on which it is."),
    ),
    "steps": (
        N_("Step types"),
        N_("What visits are made of, such as check-in, examination and billing."),
    ),
    "workflows": (
        N_("Workflows"),
        N_("They say how long a visit takes. A plan can have its own."),
    ),
    "hours": (
        N_("Working hours"),
        N_("Openings come from the doctors' weekly hours."),
    ),
    "staff": (
        N_("Staff"),
        N_("Who works at the front desk, who sees patients, who may change this."),
    ),
    "visit": (
        N_("The first appointment"),
        N_("Book one to see that everything fits together. You can cancel it again."),
    ),
}
# code -> the reason after "cannot be booked", a short name for the filter
PROBLEMS = {
    "no_place": (N_("%(doctor)s does not work at %(facility)s."), N_("Does not work there")),
    "place_ended": (
        N_("%(doctor)s no longer works at %(facility)s."),
        N_("The doctor no longer works there"),
    ),
    "no_workflow": (N_("No workflow says which steps the visit takes."), N_("No workflow")),
    "not_accepted": (N_("Not accepted at %(facility)s."), N_("Not accepted at the facility")),
    "contract_ended": (
        N_("No longer accepted at %(facility)s: the contract has ended."),
        N_("The contract has ended"),
    ),
    "plan_ended": (N_("The plan is no longer in effect."), N_("The plan has ended")),
    "dates_apart": (
        N_("The plan's dates and those of its acceptance leave no day that can be booked."),
        N_("Plan and contract do not overlap"),
    ),
    "no_hours": (
        N_("%(doctor)s has no hours at %(facility)s for this."),
        N_("No hours"),
    ),
    "no_slots": (
        N_("There are hours, but no openings: they are blocked, or not published yet."),
        N_("No openings"),
    ),
    "full": (N_("All openings are booked or held."), N_("No openings left")),
    "does_not_fit": (
        N_("No free time is as long as the appointment with its buffers."),
        N_("The appointment does not fit"),
    ),
}


def have_words(task: str, have: int) -> str:
    """How many there are: "3 facilities"."""
    texts = {
        "facilities": lambda: ngettext("%(num)s facility", "%(num)s facilities", have),
        "doctors": lambda: ngettext("%(num)s location", "%(num)s locations", have),
        "services": lambda: ngettext("%(num)s service", "%(num)s services", have),
        "offerings": lambda: ngettext("%(num)s offering", "%(num)s offerings", have),
        "payers": lambda: ngettext("%(num)s plan", "%(num)s plans", have),
        "acceptance": lambda: ngettext("%(num)s acceptance", "%(num)s acceptances", have),
        "steps": lambda: ngettext("%(num)s step type", "%(num)s step types", have),
        "workflows": lambda: ngettext("%(num)s workflow", "%(num)s workflows", have),
        "hours": lambda: ngettext("%(num)s session a week", "%(num)s sessions a week", have),
        "staff": lambda: ngettext("you and %(num)s other", "you and %(num)s others", have),
        "visit": lambda: gettext("booked") if have else gettext("none yet"),
    }
    return str(texts[task]())


def gap_words(task: str, gap: SetupGap) -> str:
    """The text of a gap: "2 doctors have no place, so nobody can be booked with them."."""
    num = gap.records
    texts = {
        "doctors": lambda: ngettext(
            "%(num)s doctor has no facility yet and cannot be booked.",
            "%(num)s doctors have no facility yet and cannot be booked.", num),
        "offerings": lambda: ngettext(
            "%(num)s service is offered by nobody.",
            "%(num)s services are offered by nobody.", num),
        "payers": lambda: ngettext(
            "%(num)s payer has no plan.", "%(num)s payers have no plan.", num),
        "acceptance": lambda: ngettext(
            "%(num)s plan is accepted nowhere.", "%(num)s plans are accepted nowhere.", num),
        "workflows": lambda: ngettext(
            "%(num)s offering has no default workflow, so not every patient can be booked.",
            "%(num)s offerings have no default workflow, so not every patient can be booked.", num),
        "hours": lambda: ngettext(
            "%(num)s doctor's location where something is offered has no hours.",
            "%(num)s doctors' locations where something is offered have no hours.", num),
        "staff": lambda: ngettext(
            "%(num)s person is invited and has not come in yet.",
            "%(num)s people are invited and have not come in yet.", num),
    }  # fmt: skip
    return str(texts[task]())


def problem_words(row: Coverage, code: str) -> str:
    """Why it cannot be booked."""
    return str(gettext(PROBLEMS[code][0], doctor=row.doctor, facility=row.facility))


def whom_words(row: Coverage) -> str:
    """For whom a line speaks: "Self-pay, Aetna PPO and 3 more plans"."""
    names = [gettext("Self-pay")] if row.self_pay else []
    names += row.names
    more = row.plans - len(row.names)
    listed = str(", ".join(names))
    if not more:
        return listed
    return str(ngettext("%(listed)s and %(num)s more plan", "%(listed)s and %(num)s more plans",
                        more, listed=listed))  # fmt: skip
