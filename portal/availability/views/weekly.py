"""The sessions of a week: adding, changing, copying to other days, ending."""

from dataclasses import replace

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.availability.commands.weekly import add_rules, change_rule, details_of, end_rule
from portal.availability.forms import (
    ChangedHoursForm,
    CopyForm,
    HoursEndingForm,
    NewHoursForm,
    SplitForm,
)
from portal.availability.queries.places import PlaceRow, get_place, get_place_of
from portal.availability.queries.weekly import get_rule
from portal.availability.screens.labels import session_of
from portal.availability.views.blueprint import bp
from portal.availability.views.confirming import show_then_do
from portal.schema.availability import AvailabilityRule
from portal.web.forms.versions import held

HOURS = "availability/_hours.html"


@bp.route("/<int:place_id>/rules/new", methods=["GET", "POST"])
@permission("availability.manage")
def rule_new(place_id: int) -> Response:
    location = get_place(place_id)
    form = NewHoursForm(service_offering_id=0, day_of_week=_asked_days())
    form.offer_services(location)

    def add() -> object:
        return add_rules([form.on(day, location) for day in form.day_of_week.data or []])

    message, templates = _("The hours are added."), ("availability/rule_new.html", HOURS)
    return show_then_do(form, location, add, message, templates)


@bp.route("/rules/<int:rule_id>/edit", methods=["GET", "POST"])
@permission("availability.manage")
def rule_edit(rule_id: int) -> Response:
    rule, location = _rule(rule_id)
    form = ChangedHoursForm(obj=rule, edits=rule)
    form.offer_services(location)

    def change() -> object:
        return change_rule(rule, form.on(form.day_of_week.data, location))

    message, templates = _("The hours are changed."), ("availability/rule_edit.html", HOURS)
    return show_then_do(form, location, change, message, templates, session=session_of(rule))


@bp.route("/rules/<int:rule_id>/copies", methods=["GET", "POST"])
@permission("availability.manage")
def rule_copies(rule_id: int) -> Response:
    rule, location = _rule(rule_id)
    form = CopyForm()
    form.offer_days(rule)
    model = details_of(rule)

    def copy() -> object:
        days = form.day_of_week.data or []
        return add_rules([replace(model, day_of_week=day) for day in days])

    message = _("The hours are copied.")
    templates = ("availability/rule_copies.html", "availability/_copies.html")
    return show_then_do(form, location, copy, message, templates, session=session_of(rule))


@bp.route("/rules/<int:rule_id>/parts", methods=["GET", "POST"])
@permission("availability.manage")
def rule_parts(rule_id: int) -> Response:
    rule, location = _rule(rule_id)
    form, session = SplitForm(), session_of(rule)
    form.offer(rule)
    message = _("The hours are split.")
    templates = ("availability/rule_parts.html", "availability/_parts.html")
    return show_then_do(
        form, location, form.split, message, templates, session=session
    )  # fmt: skip


@bp.route("/rules/<int:rule_id>/ending", methods=["GET", "POST"])
@permission("availability.manage")
def rule_ending(rule_id: int) -> Response:
    rule, location = _rule(rule_id)
    form = HoursEndingForm()

    def end() -> object:
        return end_rule(rule, form.valid_to.data)

    message = _("The hours end.")
    templates = ("availability/rule_ending.html", "availability/_ending.html")
    return show_then_do(form, location, end, message, templates, session=session_of(rule))


def _rule(rule_id: int) -> tuple[AvailabilityRule, PlaceRow]:
    rule = held(get_rule(rule_id))
    return rule, get_place_of(rule.doctor_id, rule.facility_id)


def _asked_days() -> list[int]:
    """The weekday in `?day=`, from a link beside that day."""
    day = request.args.get("day", "")
    return [int(day)] if day in {"0", "1", "2", "3", "4", "5", "6"} else []
