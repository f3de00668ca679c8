"""/insurance/acceptance/plans, /facilities: a whole row or column at once, and that taken back."""

import json
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from flask import Response
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.errors import NotFound
from portal.facilities.queries import get_facility, list_facility_ids
from portal.insurance.commands.acceptance import VisitsAffected, change_acceptance
from portal.insurance.commands.filling import put_all_back
from portal.insurance.forms import FillForm
from portal.insurance.queries.acceptance import list_acceptance, list_acceptance_by_id
from portal.insurance.queries.payers import get_plan, list_plan_ids
from portal.insurance.queries.uncovered import list_booked_plans
from portal.insurance.rules import Terms
from portal.insurance.views.blueprint import bp
from portal.insurance.views.confirming import affected_context, confirm
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.schema.insurance import FacilityInsurancePlan
from portal.undoing.ways import say_done, say_undone
from portal.web.answers import form_page, go, toast

# What an act keeps has a length in bytes (`ck_own_acts_lengths`): so many cells, or so many terms,
# are nobody's slip of the hand.
LONGEST_KEPT = 20_000


@bp.route("/acceptance/plans/<int:plan_id>", methods=["GET", "POST"])
@permission("insurance.manage")
def fill_plan(plan_id: int) -> Response:
    form = FillForm()
    del form.insurance_provider_id
    return _fill(form, list_facility_ids(), [plan_id], {"plan": plan_id})


@bp.route("/acceptance/facilities/<int:facility_id>", methods=["GET", "POST"])
@permission("insurance.manage")
def fill_facility(facility_id: int) -> Response:
    form = FillForm()
    form.offer_payers()
    plan_ids = list_plan_ids(payer_id=form.insurance_provider_id.data)
    return _fill(form, [facility_id], plan_ids, {"facility": facility_id})


def _fill(
    form: FillForm, facility_ids: Sequence[int], plan_ids: Sequence[int], line: dict[str, int]
) -> Response:
    """Show first what the change does to the plans of coming visits; the others touch nobody."""
    title, affected = _title(line), None
    if form.validate_on_submit():
        with form.command_errors():
            change, before = (
                form.acceptance_change(),
                _terms(list_acceptance(facility_ids, plan_ids)),
            )
            booked = list_booked_plans(facility_ids, plan_ids)
            affected = confirm(form, lambda: change_acceptance(facility_ids, booked, change))
            if affected is None:
                affected = change_acceptance(facility_ids, set(plan_ids) - booked, change)
                if affected.ids:  # of somebody who was booked in this moment
                    raise VisitsAffected
                now = _terms(list_acceptance(facility_ids, plan_ids))
                was = {key: before.get(key, Terms()) for key in now}
                _say_filled(line, {key: was[key] for key in now if now[key] != was[key]})
                return go("insurance.acceptance")
    cells = len(facility_ids) * len(plan_ids)
    return form_page("insurance/fill.html", "insurance/_fill.html", form, title=title, cells=cells,
                     **affected_context(affected))  # fmt: skip


def _title(line: dict[str, int]) -> str:
    if "plan" in line:
        return str(_("%(plan)s everywhere", plan=get_plan(line["plan"]).name))
    return str(_("Every plan at %(facility)s", facility=get_facility(line["facility"]).name))


def _terms(rows: Sequence[FacilityInsurancePlan]) -> dict[int, Terms]:
    return {row.id: Terms(row.enabled, row.accepted_since, row.accepted_until) for row in rows}


def _say_filled(line: dict[str, int], was: dict[int, Terms]) -> None:
    """Say that a line was filled, with a way back; no way where no cell has changed."""
    done = _done(line)
    alike = defaultdict[Terms, list[int]](list)
    for row_id, terms in was.items():
        alike[terms].append(row_id)
    kept: dict[str, Any] = {
        **line, "was": [{**terms.as_stored(), "rows": rows} for terms, rows in alike.items()]
    }  # fmt: skip
    if not was or len(json.dumps(kept)) > LONGEST_KEPT:
        toast(done.text)
        return
    say_done(done, "acceptance_filled", min(was), **kept)


def _done(line: dict[str, int]) -> SaidAct:
    return SaidAct(_("%(title)s saved.", title=_title(line)))


def _filled(act: OwnAct) -> SaidAct:
    """The words for an act. Raises NotFound where it names no line: any SQL may have written it."""
    ids = {name: act.before.get(name) for name in ("plan", "facility")}
    line = {name: each for name, each in ids.items() if type(each) is int}
    if len(line) != 1:
        raise NotFound
    return _done(line)


def _was(act: OwnAct) -> dict[int, Terms]:
    """The terms of each row before. Raises NotFound where a year is in no calendar."""
    try:
        return {row_id: Terms.read(each) for each in act.before["was"] for row_id in each["rows"]}
    except ValueError:
        raise NotFound from None


def _mark(act: OwnAct) -> str:
    terms = _terms(list_acceptance_by_id(_was(act)))
    return sha256(repr(sorted(terms.items())).encode()).hexdigest()


def _fill_back(act: OwnAct) -> Response:
    put_all_back(_was(act))
    say_undone(act, _filled(act))
    return go("insurance.acceptance")


ACCEPTANCE_FILLED = WayBack(
    right="insurance.manage",
    mark=_mark,
    describe=_filled,
    take_back=_fill_back,
    record=FacilityInsurancePlan,
    records=lambda act: sorted(_was(act)),
)
