"""/insurance/plans/: plans, from when to when they are in effect, and who accepts them."""

from flask import Response
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.insurance.commands.payers import add_plan, change_plan
from portal.insurance.forms import PlanForm
from portal.insurance.queries.acceptance import list_facilities_of
from portal.insurance.queries.payers import get_payer, get_plan
from portal.insurance.queries.uncovered import count_uncovered
from portal.insurance.views.blueprint import bp
from portal.insurance.views.confirming import affected_context, confirm
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.versions import held


@bp.get("/plans/<int:plan_id>")
@permission("insurance.see")
def plan(plan_id: int) -> Response:
    found = get_plan(plan_id)
    return page(
        "insurance/plan.html", "insurance/_plan.html", plan=found,
        payer=get_payer(found.insurance_provider_id),
        facilities=list_facilities_of(found),
        uncovered=count_uncovered(plan_ids=[plan_id]),
    )  # fmt: skip


@bp.route("/<int:payer_id>/plans/new", methods=["GET", "POST"])
@permission("insurance.manage")
def plan_new(payer_id: int) -> Response:
    payer = get_payer(payer_id)
    form = PlanForm()
    if form.validate_on_submit():
        with form.command_errors():
            added = add_plan(form.details(payer_id))
            toast(_("%(name)s added. Next: where it is accepted.", name=added.name))
            return go("insurance.plan", plan_id=added.id)
    return form_page("insurance/plan_new.html", "insurance/_plan_form.html", form,
                     payer=payer, plan=None, **affected_context(None))  # fmt: skip


@bp.route("/plans/<int:plan_id>/edit", methods=["GET", "POST"])
@permission("insurance.manage")
def plan_edit(plan_id: int) -> Response:
    found = held(get_plan(plan_id))
    payer = get_payer(found.insurance_provider_id)
    form, affected = PlanForm(obj=found, edits=found), None
    if form.validate_on_submit():
        with form.command_errors():
            details = form.details(payer.id)
            affected = confirm(form, lambda: change_plan(found, details))
            if affected is None:
                toast(_("%(name)s saved.", name=found.name))
                return go("insurance.plan", plan_id=plan_id)
    return form_page("insurance/plan_edit.html", "insurance/_plan_form.html", form,
                     payer=payer, plan=found, **affected_context(affected))  # fmt: skip
