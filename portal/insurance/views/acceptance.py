"""/insurance/acceptance: which facility takes which plan; by the cell, the row or the column."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.facilities.queries import get_facility, list_facility_ids
from portal.facilities.visits import list_visits
from portal.insurance import commands, queries
from portal.insurance.forms import FillForm, TermsForm
from portal.insurance.rules import Cover
from portal.insurance.views.blueprint import bp
from portal.insurance.views.confirming import affected_context, confirm, preview_change
from portal.insurance.views.messages import say_marked
from portal.web.answers import form_page, go, page, toast
from portal.web.forms import held
from portal.web.pagination import Listing, window_from

CELL = "/acceptance/<int:facility_id>/<int:plan_id>"


@bp.get("/acceptance")
@permission("insurance.see")
def acceptance() -> Response:
    window = window_from(request.args.get("page"), size=20)
    filters = {name: request.args.get(name, "").strip() for name in ("q", "at")}
    matrix = queries.acceptance_matrix(
        query=filters["q"], at=filters["at"], limit=window.limit, offset=window.offset
    )
    return page("insurance/acceptance.html", "insurance/_matrix.html", matrix=matrix,
                filters=filters, listing=Listing.of(matrix.plans, window),
                uncovered=queries.count_uncovered())  # fmt: skip


@bp.get(CELL)
@permission("insurance.see")
def terms(facility_id: int, plan_id: int) -> Response:
    cell = cell_of(facility_id, plan_id)
    scope: dict[str, Any] = {"facility_ids": [facility_id], "plan_ids": [plan_id]}
    ids = queries.list_uncovered(**scope)
    return page("insurance/terms.html", "insurance/_terms.html", **cell, touched=len(ids),
                visits=list_visits(ids), alternatives=queries.alternatives(ids[:50]))  # fmt: skip


@bp.route(f"{CELL}/edit", methods=["GET", "POST"])
@permission("insurance.manage")
def terms_edit(facility_id: int, plan_id: int) -> Response:
    held(queries.get_plan(plan_id))
    cell = cell_of(facility_id, plan_id)
    form, affected = _terms_form(cell["cover"], cell["notes"], edits=cell["acceptance"]), None

    def change() -> commands.UncoveredAfter:
        return commands.change_terms(facility_id, plan_id, form.change(), form.notes.data)

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


@bp.route("/acceptance/plans/<int:plan_id>", methods=["GET", "POST"])
@permission("insurance.manage")
def fill_plan(plan_id: int) -> Response:
    plan = queries.get_plan(plan_id)
    form = FillForm()
    del form.insurance_provider_id
    return _fill(
        form, list_facility_ids(), [plan_id], title=_("%(plan)s everywhere", plan=plan.name)
    )


@bp.route("/acceptance/facilities/<int:facility_id>", methods=["GET", "POST"])
@permission("insurance.manage")
def fill_facility(facility_id: int) -> Response:
    facility = get_facility(facility_id)
    form = FillForm()
    form.offer_payers()
    plan_ids = queries.list_plan_ids(payer_id=form.insurance_provider_id.data)
    title = _("Every plan at %(facility)s", facility=facility.name)
    return _fill(form, [facility_id], plan_ids, title=title)


@bp.get("/uncovered")
@permission("insurance.see")
def uncovered() -> Response:
    window = window_from(request.args.get("page"))
    ids = queries.list_uncovered(limit=window.limit, offset=window.offset)
    listing = Listing.of(ids, window)
    return page("insurance/uncovered.html", "insurance/_uncovered.html", listing=listing,
                visits=list_visits(listing.rows, phones=True),
                alternatives=queries.alternatives(listing.rows))  # fmt: skip


def _fill(
    form: FillForm, facility_ids: Sequence[int], plan_ids: Sequence[int], *, title: str
) -> Response:
    """Show first what the change does to the plans of coming visits; the others touch nobody."""
    affected = None
    if form.validate_on_submit():
        with form.command_errors():
            change = form.acceptance_change()
            booked = queries.list_booked_plans(facility_ids, plan_ids)
            affected = confirm(
                form, lambda: commands.change_acceptance(facility_ids, booked, change)
            )
            if affected is None:
                affected = commands.change_acceptance(facility_ids, set(plan_ids) - booked, change)
                if affected.ids:  # of somebody who was booked in this moment
                    raise commands.VisitsAffected
                toast(_("%(title)s saved.", title=title))
                return go("insurance.acceptance")
    cells = len(facility_ids) * len(plan_ids)
    return form_page("insurance/fill.html", "insurance/_fill.html", form, title=title, cells=cells,
                     **affected_context(affected))  # fmt: skip


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
    facility, plan = get_facility(facility_id), queries.get_plan(plan_id)
    acceptance = queries.find_acceptance(facility_id=facility_id, plan_id=plan_id)
    return {
        "facility": facility,
        "plan": plan,
        "cover": queries.cover_of(plan.effective_from, plan.effective_to, acceptance),
        "notes": acceptance.notes if acceptance else None,
        "acceptance": acceptance or plan,
        "today": queries.local_today(facility),
    }
