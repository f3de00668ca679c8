"""Where each thing is set up: the page that mends what a line says."""

from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _

from portal.setup.queries.coverage import Coverage
from portal.setup.rules import SetupGap, SetupTask
from portal.tenancy.context import request_context


class Way(NamedTuple):
    """A link with its words."""

    href: str
    text: str


def ways(line: SetupTask) -> list[Way]:
    """To where a task is done, then to the list of what is there.

    Who is limited to some facilities opens none, and is led to the list alone.
    """
    name, gap = line.task.name, line.gap
    listed = Way(url_for(LISTS[name]), _("See the list"))
    if name == "facilities" and request_context().facility_ids is not None:
        return [listed]
    doing = _mend(name, gap) if gap else _begin(name)
    return [doing, listed] if line.have else [doing]


LISTS = {
    "facilities": "facilities.index", "doctors": "doctors.index", "services": "services.index",
    "offerings": "services.index", "payers": "insurance.index",
    "acceptance": "insurance.acceptance", "steps": "services.steps",
    "workflows": "services.workflows", "hours": "availability.index", "staff": "staff.index",
    "visit": "appointments.day",
}  # fmt: skip


def _begin(name: str) -> Way:
    return {
        "facilities": lambda: Way(url_for("facilities.new"), _("Open a facility")),
        "doctors": lambda: Way(url_for("doctors.new"), _("Add a doctor")),
        "services": lambda: Way(url_for("services.new"), _("Add a service")),
        "offerings": lambda: Way(url_for("services.index"), _("Choose a service")),
        "payers": lambda: Way(url_for("insurance.new"), _("Add a payer")),
        "acceptance": lambda: Way(url_for("insurance.acceptance"), _("Open the matrix")),
        "steps": lambda: Way(url_for("services.step_new"), _("Add a step type")),
        "workflows": lambda: Way(url_for("services.workflows"), _("See the workflows")),
        "hours": lambda: Way(url_for("availability.index"), _("Choose a doctor")),
        "staff": lambda: Way(url_for("staff.new"), _("Invite somebody")),
        "visit": lambda: Way(url_for("appointments.new"), _("Book an appointment")),
    }[name]()


def _mend(name: str, gap: SetupGap) -> Way:
    first = gap.first_id
    return {
        "doctors": lambda: Way(url_for("doctors.place_new", doctor_id=first), _("Add a facility")),
        "offerings": lambda: Way(url_for("services.show", service_id=first),
                                 _("Say who offers it")),
        "payers": lambda: Way(url_for("insurance.plan_new", payer_id=first), _("Add a plan")),
        "acceptance": lambda: Way(url_for("insurance.plan", plan_id=first),
                                  _("Say where it is accepted")),
        "workflows": lambda: Way(url_for("services.workflow_new", offering_id=first),
                                 _("Put the steps in order")),
        "hours": lambda: Way(url_for("availability.show", place_id=first), _("Set the hours")),
        "staff": lambda: Way(url_for("staff.show", user_id=first), _("Send a new link")),
    }[name]()  # fmt: skip


def mending(row: Coverage, code: str) -> Way:
    """To the row that would have to change."""
    if code in ("no_hours", "no_slots", "full"):
        return Way(url_for("availability.show", place_id=row.place_id), _("Hours"))
    if code in ("no_place", "place_ended"):
        address = url_for(
            "doctors.place_new", doctor_id=row.doctor_id, facility_id=row.facility_id
        )  # fmt: skip
        return Way(address, _("Restore"))
    if code == "no_workflow":
        return Way(url_for("services.workflow_new", offering_id=row.offering_id), _("Add steps"))
    if code == "does_not_fit":
        way = url_for("services.offering_workflows", offering_id=row.offering_id)
        return Way(way, _("Step types"))
    return _of_plan(row, code)


def _of_plan(row: Coverage, code: str) -> Way:
    if row.plans > 1:
        return Way(url_for("insurance.acceptance", at=row.facility), _("Acceptance"))
    if code == "plan_ended":
        return Way(url_for("insurance.plan", plan_id=row.plan_ids[0]), _("The plan"))
    cell = url_for("insurance.terms_edit", facility_id=row.facility_id, plan_id=row.plan_ids[0])
    return Way(cell, _("Acceptance"))
