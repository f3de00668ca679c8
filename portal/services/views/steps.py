"""/services/steps/: the kinds of steps that visits are made of."""

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.services.commands.workflows import add_step_template, change_step_template
from portal.services.forms.workflows import StepTemplateForm
from portal.services.queries.searching import search_step_templates
from portal.services.queries.use import count_workflows_by_template
from portal.services.queries.workflows import get_step_template
from portal.services.views.blueprint import bp
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from


@bp.get("/steps/")
@permission("services.see")
def steps() -> Response:
    window = window_from(request.args.get("page"))
    query = request.args.get("q", "").strip()
    fetched = search_step_templates(query=query, limit=window.limit, offset=window.offset)
    listing = Listing.of(fetched, window)
    return page("services/steps.html", "services/_steps.html", listing=listing, query=query)


@bp.route("/steps/new", methods=["GET", "POST"])
@permission("services.manage")
def step_new() -> Response:
    form = StepTemplateForm()
    if form.validate_on_submit():
        with form.command_errors():
            template = add_step_template(form.details())
            toast(_("%(name)s can be used in workflows.", name=template.name))
            return go("services.steps")
    return form_page("services/step_new.html", "services/_step_form.html", form, workflows=0)


@bp.route("/steps/<int:step_template_id>/edit", methods=["GET", "POST"])
@permission("services.manage")
def step_edit(step_template_id: int) -> Response:
    template = held(get_step_template(step_template_id))
    form = StepTemplateForm(obj=template, edits=template)
    if form.validate_on_submit():
        with form.command_errors():
            change_step_template(template, form.details())
            toast(_("%(name)s saved.", name=template.name))
            return go("services.steps")
    return form_page(
        "services/step_edit.html", "services/_step_form.html", form, step=template,
        workflows=count_workflows_by_template(step_template_id),
    )  # fmt: skip
