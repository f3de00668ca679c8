"""/insurance/plans/: plans, from when to when they are in effect, and who accepts them."""

from flask import Response
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.insurance import commands, queries
from portal.insurance.forms import PlanForm
from portal.insurance.views.blueprint import bp
from portal.insurance.views.confirming import affected_context, confirm
from portal.web.answers import form_page, go, page, toast
from portal.web.forms import held


@bp.get("/plans/<int:plan_id>")
@permission("insurance.see")
def plan(plan_id: int) -> Response:
    found = queries.get_plan(plan_id)
    return page(
        "insurance/plan.html", "insurance/_plan.html", plan=found,
        payer=queries.get_payer(found.insurance_provider_id),
        facilities=queries.list_facilities_of(found),
        uncovered=queries.count_uncovered(plan_ids=[plan_id]),
    )  # fmt: skip


@bp.route("/<int:payer_id>/plans/new", methods=["GET", "POST"])
@permission("insurance.manage")
def plan_new(payer_id: int) -> Response:
    payer = queries.get_payer(payer_id)
    form = PlanForm()
    if form.validate_on_submit():
        with form.command_errors():
            added = commands.add_plan(form.details(payer_id))
            toast(_("%(name)s added. Next: where it is accepted.", name=added.name))
            return go("insurance.plan", plan_id=added.id)
    return form_page("insurance/plan_new.html", "insurance/_plan_form.html", form,
                     payer=payer, plan=None, **affected_context(None))  # fmt: skip


@bp.route("/plans/<int:plan_id>/edit", methods=["GET", "POST"])
@permission("insurance.manage")
def plan_edit(plan_id: int) -> Response:
    found = held(queries.get_plan(plan_id))
    payer = queries.get_payer(found.insurance_provider_id)
    form, affected = PlanForm(obj=found, edits=found), None
    if form.validate_on_submit():
        with form.command_errors():
            details = form.details(payer.id)
            affected = confirm(form, lambda: commands.change_plan(found, details))
            if affected is None:
                toast(_("%(name)s saved.", name=found.name))
                return go("insurance.plan", plan_id=plan_id)
    return form_page("insurance/plan_edit.html", "insurance/_plan_form.html", form,
                     payer=payer, plan=found, **affected_context(affected))  # fmt: skip
