"""/services/workflows/: the steps a visit takes, the default beside what single plans ask for."""

from collections.abc import Callable
from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.schema.services import ServiceWorkflow
from portal.services.commands.workflows import (
    WorkflowEnded,
    add_workflow,
    change_workflow,
    end_workflow,
)
from portal.services.forms.workflows import WorkflowEndingForm, WorkflowForm
from portal.services.queries.catalogue import get_offering_row
from portal.services.queries.searching import search_paths
from portal.services.queries.workflows import find_active_workflow, find_alike, get_workflow
from portal.services.screens import workflows as screens
from portal.services.screens.workflows import publish
from portal.services.views.blueprint import bp
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from
from portal.web.previews import preview


@bp.get("/workflows/")
@permission("services.see")
def workflows() -> Response:
    window = window_from(request.args.get("page"))
    query = request.args.get("q", "").strip()
    fetched = search_paths(query=query, limit=window.limit, offset=window.offset)
    listing = Listing.of(fetched, window)
    return page("services/workflows.html", "services/_paths.html", listing=listing, query=query)


@bp.get("/offerings/<int:offering_id>/workflows")
@permission("services.see")
def offering_workflows(offering_id: int) -> Response:
    context = screens.side_by_side(offering_id)
    return page("services/offering_workflows.html", "services/_beside.html", **context)


@bp.route("/offerings/<int:offering_id>/workflows/new", methods=["GET", "POST"])
@permission("services.manage")
def workflow_new(offering_id: int) -> Response:
    offering = get_offering_row(offering_id)
    usual = find_active_workflow(offering_id, None)
    alike = find_alike(offering_id) if usual is None else None
    name = _("Default") if usual is None else ""
    form = screens.builder(request.form, usual or alike, name=name)
    form.offer_plans(offering_id)

    def add() -> ServiceWorkflow:
        return add_workflow(form.details(offering_id, form.plan_id))

    like = get_offering_row(alike.service_offering_id) if alike else None
    context = {"offering": offering, "workflow": None, "usual": usual, "like": like}
    return _build("services/workflow_new.html", form, add, context)


@bp.route("/workflows/<int:workflow_id>/edit", methods=["GET", "POST"])
@permission("services.manage")
def workflow_edit(workflow_id: int) -> Response:
    workflow = _present(workflow_id)
    if request.method == "GET" and workflow.id != workflow_id:
        return go("services.workflow_edit", workflow_id=workflow.id)
    offering = get_offering_row(workflow.service_offering_id)
    form = screens.builder(request.form, workflow, name=workflow.name, edits=workflow)
    del form.insurance_plan_id

    def change() -> ServiceWorkflow:
        details = form.details(offering.id, workflow.insurance_plan_id)
        return change_workflow(workflow, details)

    context = {"offering": offering, "workflow": workflow, "usual": workflow, "like": None}
    return _build("services/workflow_edit.html", form, change, context)


@bp.route("/workflows/<int:workflow_id>/ending", methods=["GET", "POST"])
@permission("services.manage")
def workflow_ending(workflow_id: int) -> Response:
    workflow = get_workflow(workflow_id)
    offering = get_offering_row(workflow.service_offering_id)
    form = WorkflowEndingForm()
    if form.validate_on_submit():
        end_workflow(workflow)
        toast(_("The workflow has ended. Booked appointments keep their steps."))
        return go("services.offering_workflows", offering_id=offering.id)
    return form_page(
        "services/workflow_ending.html", "services/_workflow_ending.html", form,
        workflow=workflow, offering=offering, use=screens.use(workflow),
        usual=find_active_workflow(offering.id, None),
    )  # fmt: skip


def _present(workflow_id: int) -> ServiceWorkflow:
    """The workflow that is there now in the place of this one. Raises WorkflowEnded."""
    workflow: ServiceWorkflow = held(get_workflow(workflow_id))
    if workflow.active:
        return workflow
    now = find_active_workflow(workflow.service_offering_id, workflow.insurance_plan_id)
    if now is None:
        raise WorkflowEnded
    present: ServiceWorkflow = held(now)
    return present


def _build(
    template: str,
    form: WorkflowForm,
    change: Callable[[], ServiceWorkflow],
    context: dict[str, Any],
) -> Response:
    """The builder: buttons rearrange it, reviewing shows what publishing would do, and does it."""
    offering, publication = context["offering"], None
    todo = request.form.get("do", "")
    if todo in ("review", "publish") and form.validate_on_submit():
        with form.command_errors():
            confirmation_token = form.confirmation_token.data if todo == "publish" else None
            publication, answer = preview(
                lambda: publish(context["usual"], change), confirmation_token=confirmation_token
            )
            if answer.stays:
                toast(_("The workflow is published. Booked appointments keep their steps."))
                return go(url_for(".offering_workflows", offering_id=offering.id))
            form.confirmation_token.data = answer.mark
    path = screens.typed_path(form)
    return form_page(
        template, "services/_builder.html", form, preview=publication, path=path, **context,
        again=todo == "publish" and publication is not None,
    )  # fmt: skip
