"""Contents of the workflow pages: paths side by side, the builder, and a preview of publishing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import request
from werkzeug.datastructures import MultiDict

from portal.insurance.queries.payers import list_plan_names
from portal.schema.services import ServiceWorkflow, StepTemplate
from portal.services.forms.workflows import WorkflowForm, rearranged, typed_steps
from portal.services.queries.catalogue import get_offering, get_offering_row
from portal.services.queries.use import Use, use_of
from portal.services.queries.workflows import (
    list_step_templates,
    list_workflow_steps,
    list_workflows,
    step_details,
    steps_of,
)
from portal.services.rules import Compared, compare_steps


class Path(NamedTuple):
    """A workflow as one of several side by side: its steps marked against the default's."""

    workflow: ServiceWorkflow
    plan: str | None
    steps: Sequence[Compared]
    use: Use


class TypedStep(NamedTuple):
    """A step of the path as it is typed so far."""

    name: str
    minutes: int
    location_type: str | None


@dataclass(frozen=True)
class Publication:
    """The outcome of publishing: the steps against those before, the totals, the uses."""

    compared: Sequence[Compared]
    before: int | None
    total: int
    use: Use

    def fingerprint(self) -> str:
        """The steps without their ids, which are new each time."""
        steps = [(c.mark, c.step.step_template_id, *_about(c.step)) for c in self.compared]
        return repr((steps, self.before, self.total, self.use))


def side_by_side(offering_id: int) -> dict[str, Any]:
    """An offering's default workflow and those of single plans."""
    offering = get_offering_row(offering_id)
    workflows = list_workflows(offering_id=offering_id)
    steps = steps_of([workflow.id for workflow in workflows])
    plans = list_plan_names({w.insurance_plan_id for w in workflows if w.insurance_plan_id})
    usual = next((steps[w.id] for w in workflows if w.insurance_plan_id is None), None)
    paths = [
        Path(
            workflow,
            plans.get(workflow.insurance_plan_id or 0),
            compare_steps(steps[workflow.id] if usual is None else usual, steps[workflow.id]),
            use(workflow),
        )
        for workflow in workflows
    ]
    return {"offering": offering, "paths": paths, "usual": usual}


def use(workflow: ServiceWorkflow) -> Use:
    """The uses of a workflow."""
    offering = get_offering(workflow.service_offering_id)
    return use_of(offering, workflow.insurance_plan_id)


def builder(
    typed: MultiDict[str, str],
    model: ServiceWorkflow | None,
    *,
    name: str,
    edits: ServiceWorkflow | None = None,
) -> WorkflowForm:
    """The builder's form: as it was typed, or with the steps of a workflow to begin from.

    Args:
        typed: what was sent.
        model: whose steps it begins with.
        name: the workflow's name.
        edits: the workflow that is changed, if it is not a new one.
    """
    steps = typed_steps(step_details(model.id)) if model else [{"key": "n0"}]
    templates = _templates(steps)
    sent = rearranged(typed, typed.get("do", "")) if request.method == "POST" else None
    present = {"name": name, "steps": steps if templates else []}
    form = WorkflowForm(formdata=sent, edits=edits, **(present if edits or not sent else {}))
    form.offer_templates(templates)
    return form


def publish(usual: ServiceWorkflow | None, change: Callable[[], ServiceWorkflow]) -> Publication:
    """Make the change, and read what it did."""
    before = list_workflow_steps(usual.id) if usual else []
    total_before = usual.total_estimated_minutes if usual else None
    made = change()
    after = list_workflow_steps(made.id)
    return Publication(
        compare_steps(before, after), total_before, made.total_estimated_minutes, use(made)
    )


def typed_path(form: WorkflowForm) -> list[TypedStep]:
    """The patient's way through the steps as they are typed; what is no step yet is left out."""
    steps = [{"step_template_id": e.form.step_template_id.data} for e in form.steps]
    templates = {template.id: template for template in _templates(steps)}
    path = []
    for entry in form.steps:
        template = templates.get(entry.form.step_template_id.data)
        if template is not None:
            minutes = entry.form.duration_minutes.data or template.default_duration_minutes
            path.append(TypedStep(template.name, minutes, entry.form.location_type.data))
    return path


def _templates(steps: Sequence[dict[str, Any]]) -> list[StepTemplate]:
    """The kinds of steps that can be chosen, and those of these steps besides."""
    listed = list(list_step_templates())
    used = {step.get("step_template_id") for step in steps} - {each.id for each in listed}
    return [*listed, *list_step_templates(ids={each for each in used if each})]


def _about(step: Any) -> tuple[Any, ...]:
    return (step.minutes, step.location_type, step.requires_preparation, step.can_be_skipped)
