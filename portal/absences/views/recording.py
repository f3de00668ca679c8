"""/doctors/3/absences/new: whom an absence touches, where they could go, and doing it all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal import clock
from portal.absences.commands.recording import AbsenceDetails, record_absence
from portal.absences.forms import AbsenceForm, chosen_in, said_of
from portal.absences.rules import AffectedAppointment, PlacesRefused
from portal.absences.screens.planning import Plan, plan_absence
from portal.absences.screens.sheet import carried, choice_rows
from portal.absences.views.blueprint import bp
from portal.appointments.queries.acts import list_acts
from portal.auth.permissions import permission
from portal.availability.queries.places import list_places_of
from portal.doctors.queries import get_doctor
from portal.errors import N_, Conflict, DomainError
from portal.facilities.visits import list_visits
from portal.scheduling.times import local_date
from portal.schema.doctors import Doctor
from portal.web.answers import form_page, go, toast
from portal.web.days import day_asked
from portal.web.forms.fields import record_number
from portal.web.pagination import Listing, Window, window_from
from portal.web.previews import mark_of, preview

PAGE, FORM = "absences/new.html", "absences/_form.html"
ON_A_PAGE = 25


class AbsenceVisitsChanged(Conflict):
    """The visits that recording would affect are not those that were shown."""

    message = N_(
        "Appointments or arrivals have changed in the meantime. This is how it stands now."
    )


@dataclass
class ShownPlan:
    """The lower part of the form: the plan, and a window of its visits."""

    plan: Plan | None = None
    reasons: Mapping[int, str] = field(default_factory=dict)

    def around(self) -> dict[str, Any]:
        """For the template."""
        if self.plan is None:
            return {"plan": None, "listing": None, "rows": [], "begun": [], "carried": []}
        # Those who wait here need an answer first.
        visits = sorted(self.plan.visits, key=lambda visit: not visit.is_here)
        window = Window(self._page(visits), ON_A_PAGE)
        listing = Listing.of(visits[window.offset : window.offset + window.limit], window)
        rows = choice_rows(self.plan, listing.rows, self.reasons)
        return {"plan": self.plan, "listing": listing, "rows": rows,
                "begun": list_visits([visit.id for visit in self.plan.begun]),
                "carried": carried(self.plan, rows)}  # fmt: skip

    def _page(self, visits: Sequence[AffectedAppointment]) -> int:
        """The page that was asked for; after refusals that of the first one."""
        for position, visit in enumerate(visits):
            if visit.id in self.reasons:
                return position // ON_A_PAGE + 1
        pages = max(1, -(-len(visits) // ON_A_PAGE))
        return min(window_from(request.form.get("page")).number, pages)


@bp.route("/doctors/<int:doctor_id>/absences/new", methods=["GET", "POST"])
@permission("absences.record")
def new(doctor_id: int) -> Response:
    doctor = get_doctor(doctor_id)
    form = AbsenceForm(**_asked(doctor))
    form.offer_places(doctor_id, list_places_of(doctor_id))
    shown_plan, chosen = ShownPlan(), chosen_in(request.form)
    if form.validate_on_submit():
        with form.command_errors():
            details = form.details()
            if request.form.get("do") == "confirm":
                recorded = _record(form, details, shown_plan)
                if recorded is not None:
                    say_absence(details, doctor.display_name)
                    return go("absences.show", absence_id=recorded)
            shown_plan.plan = plan_absence(
                details, chosen, soon=form.propose_soon.data, for_those_here=form.propose_here.data
            )
            form.confirmation_token.data = mark_of(shown_plan.plan.fingerprint())
    return form_page(PAGE, FORM, form, doctor=doctor, **shown_plan.around())


def say_absence(details: AbsenceDetails, name: str) -> None:
    """Say who is away; what was done to appointments can be taken back at once."""
    text = _("%(name)s is away. Next: the call list.", name=name)
    act = str(details.absence_key)
    toast(text, undo=act if list_acts(details.absence_key) else None, act=act)


def _record(form: AbsenceForm, details: AbsenceDetails, shown_plan: ShownPlan) -> int | None:
    """Do it, if it is what was shown and every visit can go; else say why not on the form."""
    decisions = chosen_in(request.form)
    try:
        recorded, answer = preview(
            lambda: record_absence(details, decisions, because=form.cancel_reason.data),
            confirmation_token=form.confirmation_token.data,
        )
    except PlacesRefused as refused:
        shown_plan.reasons = said_of(refused)
        form.reject(refused)
        return None
    except DomainError as refusal:
        form.reject(refusal)
        return None
    if answer.stays or recorded.before:
        return recorded.absence.id
    form.reject(AbsenceVisitsChanged())
    return None


def _asked(doctor: Doctor) -> dict[str, Any]:
    """Presets from the address: a day and a facility; by default today."""
    places = list_places_of(doctor.id)
    zone = places[0].zone if places else "UTC"
    day = day_asked() or local_date(clock.now(), zone)
    return {"first_day": day, "facility_id": record_number(request.args.get("facility"))}
