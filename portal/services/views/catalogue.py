"""/services/: the catalogue; adding, changing, retiring a service and taking that back."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.schema.services import Service
from portal.services.commands.catalogue import (
    add_service,
    change_service,
    restore_service,
    retire_service,
)
from portal.services.forms.catalogue import PressedForm, ServiceForm
from portal.services.labels import services
from portal.services.queries.catalogue import get_any_service, get_service
from portal.services.queries.grid import offering_grid
from portal.services.queries.searching import search_services
from portal.services.queries.use import count_coming_visits, count_offerings
from portal.services.views.blueprint import bp
from portal.undoing.commands import settle
from portal.undoing.queries import digest_of
from portal.undoing.ways import say_done, say_undone
from portal.web.answers import form_page, go, page, toast
from portal.web.candidates import candidates
from portal.web.forms.fields import record_number
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from


@bp.get("/")
@permission("services.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    filters = {"q": request.args.get("q", "").strip(), "retired": request.args.get("retired", "")}
    fetched = search_services(
        query=filters["q"],
        retired=bool(filters["retired"]),
        limit=window.limit,
        offset=window.offset,
    )
    listing = Listing.of(fetched, window)
    return page("services/index.html", "services/_list.html", listing=listing, filters=filters)


@bp.post("/choices")
@permission("services.see")
def choices() -> Response:
    """Choices for a field that searches for a service."""
    return candidates(services(record_number(request.args.get("facility"))))


@bp.get("/<int:service_id>")
@permission("services.see")
def show(service_id: int) -> Response:
    service = get_any_service(service_id)
    return page("services/show.html", "services/_grid.html", **around(service))


@bp.route("/new", methods=["GET", "POST"])
@permission("services.manage")
def new() -> Response:
    form = ServiceForm()
    if form.validate_on_submit():
        with form.command_errors():
            service = add_service(form.details())
            toast(_("%(name)s added.", name=service.name))
            return go("services.show", service_id=service.id)
    return form_page("services/new.html", "services/_form.html", form, back=url_for(".index"))


@bp.route("/<int:service_id>/edit", methods=["GET", "POST"])
@permission("services.manage")
def edit(service_id: int) -> Response:
    service = held(get_service(service_id))
    form = ServiceForm(obj=service, edits=service)
    back = url_for(".show", service_id=service.id)
    if form.validate_on_submit():
        with form.command_errors():
            change_service(service, form.details())
            toast(_("%(name)s saved.", name=service.name))
            return go(back)
    return form_page("services/edit.html", "services/_form.html", form, service=service, back=back)


@bp.route("/<int:service_id>/retirement", methods=["GET", "POST"])
@permission("services.manage")
def retirement(service_id: int) -> Response:
    service = get_any_service(service_id)
    form = PressedForm()
    if form.validate_on_submit():
        with form.command_errors():
            done = SaidAct(_("%(name)s retired.", name=service.name))
            if retire_service(service):
                say_done(done, "service_retired", service.id)
            else:
                toast(done.text)
            return go("services.index")
    return form_page(
        "services/retirement.html", "services/_retirement.html", form, service=service,
        offerings=count_offerings(service_id),
        visits=count_coming_visits(service_id=service_id),
    )  # fmt: skip


@bp.post("/<int:service_id>/restoration")
@permission("services.manage")
def restoration(service_id: int) -> Response:
    service = get_any_service(service_id)
    restore_service(service)
    settle("service_retired", service.id)
    toast(_("%(name)s restored.", name=service.name))
    return go("services.show", service_id=service.id)


def around(service: Service) -> dict[str, Any]:
    """A service's page: itself, and the window of its grid that is asked for."""
    window = window_from(request.args.get("page"), size=25)
    query = request.args.get("q", "").strip()
    grid = offering_grid(service.id, query=query, limit=window.limit, offset=window.offset)
    listing = Listing.of(grid.doctors, window)
    return {"service": service, "grid": grid, "listing": listing, "query": query}


def _retired(act: OwnAct) -> SaidAct:
    return SaidAct(_("%(name)s retired", name=get_any_service(act.record_id).name))


def _restore(act: OwnAct) -> Response:
    service = get_any_service(act.record_id)
    restore_service(service)
    say_undone(act, SaidAct(_("%(name)s restored.", name=service.name)))
    return go("services.show", service_id=service.id)


SERVICE_RETIRED = WayBack(
    right="services.manage",
    mark=lambda act: digest_of(Service, act.record_id),
    describe=_retired,
    take_back=_restore,
)
