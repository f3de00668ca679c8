"""/availability/orphans/: visits that no hours support any more, and where each could go."""

from flask import Response, request
from flask_babel import gettext as _

from portal import clock
from portal.absences.forms import ProposalForm, decision_of, value_of
from portal.absences.queries import affected
from portal.absences.queries.affected import list_those
from portal.absences.queries.starts import starts_for
from portal.absences.rules import TO_GET_THERE, Decision, propose
from portal.absences.screens.sheet import start_words
from portal.absences.views.blueprint import bp
from portal.appointments.commands.rescheduling import MoveDetails, reschedule_appointment
from portal.appointments.queries.visits import get_appointment
from portal.appointments.rules.visits import where
from portal.appointments.screens.act_messages import say_done
from portal.auth.permissions import permission
from portal.availability.queries.outlook import list_orphans
from portal.errors import N_, DomainError
from portal.facilities.visits import list_visits
from portal.web.answers import form_page, go
from portal.web.pagination import Listing, window_from

# As many are counted for the tab.
COUNTED = 99


@bp.app_template_global()
def to_reschedule() -> str:
    """How many appointments wait for another time, for a tab; nothing when none does."""
    waiting = len(list_orphans(limit=COUNTED + 1))
    return f"{COUNTED}+" if waiting > COUNTED else str(waiting or "")


class StartMissing(DomainError):
    message = N_("Choose one of the suggested openings.")


@bp.get("/availability/orphans/")
@permission("availability.see")
def orphans() -> Response:
    return _listed(ProposalForm())


@bp.post("/availability/orphans/<int:appointment_id>/move")
@permission("appointments.move")
def orphan_move(appointment_id: int) -> Response:
    visit, form = get_appointment(appointment_id), ProposalForm()
    if form.validate():
        with form.command_errors():
            reschedule_appointment(visit, _chosen(form))
            say_done(visit, _("Moved; tell the patient"))
            return go("absences.orphans")
    return _listed(form)


def _chosen(form: ProposalForm) -> MoveDetails:
    start = decision_of(request.form.get("start", ""))
    if start is None or start.what != "move":
        raise StartMissing
    return MoveDetails(slot_id=start.slot_id, offering_id=start.offering_id,
                       moved_from=form.moved_from.data or None)  # fmt: skip


def _listed(form: ProposalForm) -> Response:
    window = window_from(request.args.get("page"))
    waiting = list_orphans(limit=window.limit, offset=window.offset)
    listing = Listing.of(waiting, window)
    slots = dict(listing.rows)
    return form_page("absences/orphans.html", "absences/_orphans.html", form, listing=listing,
                     slots=slots, visits=list_visits(list(slots)),
                     proposals=_proposals(list(slots)))  # fmt: skip


def _proposals(ids: list[int]) -> dict[int, tuple[str, list[tuple[str, str]]]]:
    """Where each visit that has not begun is, and starts, the best first: value and words."""
    visits = list_those(ids)
    if not visits:
        return {}
    starts = starts_for(visits, soonest=clock.now() + TO_GET_THERE)
    other_visits = affected.other_visits(visits)
    found = propose(visits, starts, chosen={}, other_visits=other_visits)
    label_of = start_words(each for proposals in found.values() for each in proposals)
    return {
        visit.id: (
            where(visit.start_at, visit.doctor_id),
            [(value_of(Decision("move", *at.key)), label_of(visit, at)) for at in found[visit.id]],
        )
        for visit in visits
    }
