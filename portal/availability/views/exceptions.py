"""/availability/exceptions/: when the usual hours do not hold."""

from collections.abc import Collection

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.availability.commands.exceptions import (
    add_exception,
    change_exception,
    remove_exception,
)
from portal.availability.forms import ExceptionForm, HoursPreviewForm, typed_exception
from portal.availability.queries.exceptions import search_exceptions
from portal.availability.queries.places import PlaceRow, get_place, get_place_of
from portal.availability.queries.weekly import get_exception, get_rule, list_rules
from portal.availability.screens.labels import session_of
from portal.availability.views.blueprint import bp
from portal.availability.views.confirming import show_then_do
from portal.web.answers import page
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from

FORM = "availability/_exception.html"


@bp.get("/exceptions/")
@permission("availability.see")
def exceptions() -> Response:
    window = window_from(request.args.get("page"))
    filters = {"q": request.args.get("q", "").strip(), "past": request.args.get("past", "")}
    fetched = search_exceptions(
        query=filters["q"], past=bool(filters["past"]), limit=window.limit, offset=window.offset
    )
    listing = Listing.of(fetched, window)
    return page(
        "availability/exceptions.html", "availability/_exceptions.html",
        listing=listing, filters=filters,
    )  # fmt: skip


@bp.route("/<int:place_id>/exceptions/new", methods=["GET", "POST"])
@permission("availability.manage")
def exception_new(place_id: int) -> Response:
    location = get_place(place_id)
    form = ExceptionForm(availability_rule_id=0)
    form.offer_rules(location, _sessions(location), _ended_sessions)

    def add() -> object:
        return add_exception(form.details())

    message, templates = _("The exception is added."), ("availability/exception_new.html", FORM)
    return show_then_do(form, location, add, message, templates)


@bp.route("/exceptions/<int:exception_id>/edit", methods=["GET", "POST"])
@permission("availability.manage")
def exception_edit(exception_id: int) -> Response:
    exception = held(get_exception(exception_id))
    location = get_place_of(exception.doctor_id, exception.facility_id)
    form = ExceptionForm(**typed_exception(exception, location), edits=exception)
    form.offer_rules(location, _sessions(location), _ended_sessions)

    def change() -> object:
        return change_exception(exception, form.details())

    message, templates = _("The exception is changed."), ("availability/exception_edit.html", FORM)
    return show_then_do(form, location, change, message, templates, exception=exception)


@bp.route("/exceptions/<int:exception_id>/removal", methods=["GET", "POST"])
@permission("availability.manage")
def exception_removal(exception_id: int) -> Response:
    exception = get_exception(exception_id)
    location = get_place_of(exception.doctor_id, exception.facility_id)
    form = HoursPreviewForm()

    def remove() -> object:
        return remove_exception(exception)

    message = _("The exception is removed: the usual hours apply again.")
    templates = ("availability/exception_removal.html", "availability/_removal.html")
    return show_then_do(form, location, remove, message, templates, exception=exception)


def _sessions(location: PlaceRow) -> dict[int, str]:
    rules = list_rules(doctor_id=location.doctor_id, facility_id=location.facility_id)
    return {rule.id: session_of(rule) for rule in rules}


def _ended_sessions(ids: Collection[int]) -> dict[int, str]:
    """Sessions that hold no more, which an exception may still be about."""
    rules = [get_rule(rule_id) for rule_id in ids]
    return {rule.id: _("%(session)s (ended)", session=session_of(rule)) for rule in rules}
