"""How doctors offer a service: a new offering, and changing one."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.services.commands.catalogue import change_offering, offer_service
from portal.services.forms.catalogue import OfferingForm
from portal.services.labels import places_without
from portal.services.queries.catalogue import get_offering, get_offering_row, get_service
from portal.services.queries.use import count_coming_visits
from portal.services.views.blueprint import bp
from portal.web.answers import form_page, go, toast
from portal.web.candidates import candidates
from portal.web.forms.versions import held


@bp.route("/<int:service_id>/offerings/new", methods=["GET", "POST"])
@permission("services.manage")
def offering_new(service_id: int) -> Response:
    service = get_service(service_id)
    form = OfferingForm(location=request.args.get("location"), active=True)
    form.offer_places(service_id)
    if form.validate_on_submit():
        with form.command_errors():
            offering = offer_service(service_id, *form.doctor_and_facility, form.details())
            toast(_("It is offered there. Now its steps: a visit needs at least one."))
            return go("services.offering_workflows", offering_id=offering.id)
    return form_page(
        "services/offering_new.html", "services/_offering.html", form, service=service,
        offering=None, back=url_for(".show", service_id=service_id),
    )  # fmt: skip


@bp.post("/<int:service_id>/offerings/choices")
@permission("services.manage")
def place_choices(service_id: int) -> Response:
    """Choices for the field for where a service is offered."""
    return candidates(places_without(get_service(service_id).id))


@bp.route("/offerings/<int:offering_id>/edit", methods=["GET", "POST"])
@permission("services.manage")
def offering_edit(offering_id: int) -> Response:
    offering = held(get_offering(offering_id))
    row = get_offering_row(offering_id)
    service = get_service(row.service_id)
    form = OfferingForm(obj=offering, edits=offering)
    del form.location
    if form.validate_on_submit():
        with form.command_errors():
            change_offering(offering, form.details(), active=form.active.data)
            toast(_("The changes are saved. Booked appointments stay as they are."))
            return go("services.show", service_id=service.id)
    return form_page(
        "services/offering_edit.html", "services/_offering.html", form, service=service,
        offering=row, visits=count_coming_visits(offering_id=offering_id),
        back=url_for(".show", service_id=service.id),
    )  # fmt: skip
