"""/insurance/acceptance: which facility takes which plan, by the cell."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.facilities.queries import get_facility
from portal.facilities.visits import list_visits
from portal.insurance.commands.acceptance import UncoveredAfter, change_terms
from portal.insurance.forms import TermsForm
from portal.insurance.queries.acceptance import (
    acceptance_matrix,
    cover_of,
    find_acceptance,
    local_today,
)
from portal.insurance.queries.payers import get_plan
from portal.insurance.queries.uncovered import alternatives, count_uncovered, list_uncovered
from portal.insurance.rules import Cover
from portal.insurance.views.blueprint import bp
from portal.insurance.views.confirming import affected_context, confirm, preview_change
from portal.insurance.views.messages import say_marked
from portal.web.answers import form_page, go, page
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from

CELL = "/acceptance/<int:facility_id>/<int:plan_id>"


@bp.get("/acceptance")
@permission("insurance.see")
def acceptance() -> Response:
    window = window_from(request.args.get("page"), size=20)
    filters = {name: request.args.get(name, "").strip() for name in ("q", "at")}
    matrix = acceptance_matrix(
        query=filters["q"], at=filters["at"], limit=window.limit, offset=window.offset
    )
    return page("insurance/acceptance.html", "insurance/_matrix.html", matrix=matrix,
                filters=filters, listing=Listing.of(matrix.plans, window),
                uncovered=count_uncovered())  # fmt: skip


@bp.get(CELL)
@permission("insurance.see")
def terms(facility_id: int, plan_id: int) -> Response:
    cell = cell_of(facility_id, plan_id)
    scope: dict[str, Any] = {"facility_ids": [facility_id], "plan_ids": [plan_id]}
    ids = list_uncovered(**scope)
    return page("insurance/terms.html", "insurance/_terms.html", **cell, touched=len(ids),
                visits=list_visits(ids), alternatives=alternatives(ids[:50]))  # fmt: skip


@bp.route(f"{CELL}/edit", methods=["GET", "POST"])
@permission("insurance.manage")
def terms_edit(facility_id: int, plan_id: int) -> Response:
    held(get_plan(plan_id))
    cell = cell_of(facility_id, plan_id)
    form, affected = _terms_form(cell["cover"], cell["notes"], edits=cell["acceptance"]), None

    def change() -> UncoveredAfter:
        return change_terms(facility_id, plan_id, form.change(), form.notes.data)

    if form.validate_on_submit():
        with form.command_errors():
            affected = confirm(form, change)
            if affected is None:
                saved = _("%(plan)s at %(facility)s saved.",
                          facility=cell["facility"].name, plan=cell["plan"].name)  # fmt: skip
                say_marked(cell, cell_of(facility_id, plan_id), unchanged=saved)
                return go("insurance.acceptance")
    elif request.args.get("enabled") == "n" and not form.is_submitted():
        form.enabled.data = "n"
        affected = preview_change(form, change)
    return form_page("insurance/terms_edit.html", "insurance/_terms_form.html", form, **cell,
                     **affected_context(affected))  # fmt: skip


@bp.get("/uncovered")
@permission("insurance.see")
def uncovered() -> Response:
    window = window_from(request.args.get("page"))
    ids = list_uncovered(limit=window.limit, offset=window.offset)
    listing = Listing.of(ids, window)
    return page("insurance/uncovered.html", "insurance/_uncovered.html", listing=listing,
                visits=list_visits(listing.rows, phones=True),
                alternatives=alternatives(listing.rows))  # fmt: skip


def _terms_form(cover: Cover, notes: str | None, *, edits: object) -> TermsForm:
    """A cell's form. Whoever changes one holds its plan: the cell itself may not be there yet."""
    return TermsForm(
        edits=edits,
        enabled="y" if cover.enabled or not cover.known else "n",
        accepted_since=cover.accepted_since,
        accepted_until=cover.accepted_until,
        notes=notes,
    )


def cell_of(facility_id: int, plan_id: int) -> dict[str, Any]:
    """A cell with everything that is said of it."""
    facility, plan = get_facility(facility_id), get_plan(plan_id)
    acceptance = find_acceptance(facility_id=facility_id, plan_id=plan_id)
    return {
        "facility": facility,
        "plan": plan,
        "cover": cover_of(plan.effective_from, plan.effective_to, acceptance),
        "notes": acceptance.notes if acceptance else None,
        "acceptance": acceptance or plan,
        "today": local_today(facility),
    }
