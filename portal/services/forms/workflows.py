"""Forms of the steps of a visit, and how its steps are put in order.

A workflow's form works without a script: its buttons (move, remove, add) send the whole form,
which comes back in the new order with everything typed kept, right or wrong.
"""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.errors import DomainError
from portal.insurance.labels import plans
from portal.schema.services import StepTemplate, WorkflowStep
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    check_step_template,
)
from portal.services.queries.workflows import list_workflows
from portal.web.forms.fields import Line, tidy
from portal.web.forms.form import PortalForm, translate
from portal.web.forms.picking import PickField

REQUIRED = InputRequired(_("This is needed."))
NAMED = DataRequired(_("This is needed."))
MOST_STEPS = 40
STEP_FIELD = re.compile(r"steps-(\d{1,3})-(\w+)")


class StepTemplateForm(PortalForm):
    """A kind of step."""

    name = Line(_("Name"), [NAMED, Length(max=120)])
    default_duration_minutes = IntegerField(_("Minutes"), [REQUIRED], default=10)
    requires_location = BooleanField(_("Needs a room"), default=True)
    description = TextAreaField(_("Description"), [Length(max=1000)], filters=[tidy])

    def check(self) -> None:
        """As adding and changing check it."""
        check_step_template(self.details())

    def details(self) -> StepTemplateDetails:
        """The typed values, for the command."""
        typed = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return StepTemplateDetails(**typed | {"name": self.name.data or ""})


class StepForm(Form):
    """One step in its place; `key` tells it from the others while they change places."""

    key = HiddenField()
    step_template_id = SelectField(_("Step"), coerce=int)
    duration_minutes = IntegerField(_("Minutes"), [Optional()])
    location_type = Line(_("Room"), [Length(max=50)])
    requires_preparation = BooleanField(_("Needs preparation"))
    can_be_skipped = BooleanField(_("May be skipped"))

    def details(self) -> StepDetails:
        """The typed values, for the command."""
        typed = {name: value for name, value in self.data.items() if name != "key"}
        return StepDetails(**typed)


class WorkflowForm(PortalForm):
    """The steps of a visit in their order; `confirmation_token` marks the outcome shown."""

    name = Line(_("Name"), [NAMED, Length(max=120)])
    insurance_plan_id = PickField(_("For"))
    steps = FieldList(FormField(StepForm), _("Steps"), max_entries=MOST_STEPS)
    confirmation_token = HiddenField()

    def offer_templates(self, templates: Sequence[StepTemplate]) -> None:
        """The kinds of steps, with their usual minutes."""
        self.kinds = {t.id: _with_minutes(t.name, t.default_duration_minutes) for t in templates}
        self._offer_kinds()
        for entry in self.steps:
            entry.form.key.data = entry.form.key.data or entry.name

    def take_present(self, field: Field, *, anew: bool) -> None:
        """Steps that are taken from the record offer what the others offer."""
        super().take_present(field, anew=anew)
        self._offer_kinds()

    def words_of(self, field: Field, value: Any) -> str:
        """Steps as a numbered list."""
        if field is not self.steps:
            return super().words_of(field, value)
        rows = enumerate(value or (), start=1)
        return "\n".join(f"{number}. {self._step_words(step)}" for number, step in rows)

    def _offer_kinds(self) -> None:
        offered = [SelectChoice(*kind) for kind in self.kinds.items()]
        for entry in self.steps:
            entry.form.step_template_id.choices = offered

    def _step_words(self, step: dict[str, Any]) -> str:
        minutes, kind = step["duration_minutes"], self.kinds.get(step["step_template_id"], "?")
        own = [str(gettext("%(minutes)s min", minutes=minutes))] if minutes else []
        room_type = [step["location_type"]] if step["location_type"] else []
        flags = {
            "requires_preparation": gettext("Needs preparation"),
            "can_be_skipped": gettext("May be skipped"),
        }
        flagged = [label for name, label in flags.items() if step[name]]
        return ", ".join([kind, *own, *room_type, *flagged])

    def offer_plans(self, offering_id: int) -> None:
        """Everybody, and the plans that have no workflow of their own here."""
        workflows = list_workflows(offering_id=offering_id)
        taken = {workflow.insurance_plan_id for workflow in workflows}
        default = gettext("Default: every plan without its own, and self-pay")
        besides = [each for each in taken if each is not None]
        self.pick("insurance_plan_id", plans(besides), none=None if None in taken else default)

    def reject(self, refusal: DomainError) -> None:
        """Put an error of a step beside the first step that it can be about."""
        if refusal.field != "duration_minutes":
            super().reject(refusal)
            return
        least, most = refusal.params["least"], refusal.params["most"]
        for entry in self.steps:
            minutes = entry.form.duration_minutes
            if minutes.data is not None and not least <= minutes.data <= most:
                minutes.errors = [translate(refusal)]
        self.form_errors.append(translate(refusal))
        self._refused = refusal.status

    @property
    def plan_id(self) -> int | None:
        """The chosen plan; None is the default."""
        return int(self.insurance_plan_id.data) if self.insurance_plan_id.data else None

    def details(self, offering_id: int, plan_id: int | None) -> WorkflowDetails:
        """The typed values, for the command."""
        steps = tuple(entry.form.details() for entry in self.steps)
        return WorkflowDetails(offering_id, self.name.data or "", steps, plan_id)


class WorkflowEndingForm(PortalForm):
    """The end of a workflow; `confirmation_token` says that what follows was shown."""


def rearranged(typed: MultiDict[str, str], todo: str) -> MultiDict[str, str]:
    """The form's fields after a button: `move-2-1`, `remove-2`, `add`; anything else as it was."""
    rows: dict[int, dict[str, list[str]]] = {}
    after: MultiDict[str, str] = MultiDict()
    for name, values in typed.lists():
        found = STEP_FIELD.fullmatch(name)
        if found:
            rows.setdefault(int(found[1]), {})[found[2]] = values
        else:
            after.setlist(name, values)
    for position, row in enumerate(_moved([rows[n] for n in sorted(rows)], todo)):
        for suffix, values in row.items():
            after.setlist(f"steps-{position}-{suffix}", values)
    return after


def typed_steps(steps: Sequence[WorkflowStep]) -> list[dict[str, Any]]:
    """A workflow's steps as its form has them."""
    return [
        {
            "key": f"s{step.position}",
            "step_template_id": step.step_template_id,
            "duration_minutes": step.duration_minutes,
            "location_type": step.location_type,
            "requires_preparation": step.requires_preparation,
            "can_be_skipped": step.can_be_skipped,
        }
        for step in steps
    ]


def _with_minutes(step: str, minutes: int) -> str:
    return str(gettext("%(step)s (%(minutes)s min)", step=step, minutes=minutes))


def _moved(rows: list[dict[str, list[str]]], todo: str) -> list[dict[str, list[str]]]:
    verb, *places = todo.split("-")
    numbers = [int(number) for number in places if number.isascii() and number.isdigit()]
    if verb == "move" and len(numbers) == 2 and max(numbers) < len(rows):
        rows.insert(numbers[1], rows.pop(numbers[0]))
    if verb == "remove" and len(numbers) == 1 and numbers[0] < len(rows):
        rows.pop(numbers[0])
    if verb == "add" and len(rows) < MOST_STEPS:
        rows.append({"key": [_fresh({key for row in rows for key in row.get("key", [])})]})
    return rows


def _fresh(taken: set[str]) -> str:
    return next(key for n in range(MOST_STEPS + 1) if (key := f"n{n}") not in taken)
