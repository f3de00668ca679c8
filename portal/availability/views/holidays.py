"""/availability/facilities/1/holidays: closing a facility on public holidays."""

from dataclasses import dataclass

from flask import Response, request
from flask_babel import get_locale
from flask_babel import gettext as _

from portal import clock
from portal.auth.permissions import permission
from portal.availability.commands.closing import close_for_days
from portal.availability.forms import HolidaysForm
from portal.availability.public_holidays import Holiday, country_of, list_holidays, regions_of
from portal.availability.queries.closures import doctors_away
from portal.availability.screens.changes import Scope
from portal.availability.views.blueprint import bp
from portal.availability.views.confirming import show_then_do
from portal.doctors.queries import list_places
from portal.facilities.queries import get_facility
from portal.scheduling.times import day_span, local_date
from portal.schema.facilities import Facility
from portal.tenancy.context import request_context


@dataclass(frozen=True)
class Proposals:
    """A facility's coming public holidays, and how many of its doctors work on each.

    `kept` are the same days as the clinic calls them: what is written down for everybody is in the
    clinic's language, as what its staff write themselves is.
    """

    country: str | None
    region: str | None
    regions: list[str]
    holidays: list[Holiday]
    kept: list[Holiday]
    working: list[int]

    @property
    def country_name(self) -> str:
        """The country in the reader's language."""
        return str(get_locale().territories.get(self.country, self.country))

    @property
    def rows(self) -> list[tuple[Holiday, int]]:
        return list(zip(self.holidays, self.working, strict=True))


@bp.route("/facilities/<int:facility_id>/holidays", methods=["GET", "POST"])
@permission("availability.manage")
def holidays(facility_id: int) -> Response:
    facility = get_facility(facility_id)
    proposals = _proposals(facility)
    form = HolidaysForm()
    form.offer(
        holiday for holiday, working in zip(proposals.kept, proposals.working, strict=True)
        if working
    )  # fmt: skip

    def close() -> object:
        return close_for_days(facility.id, facility.timezone, form.chosen())

    scope = Scope(facility.id, facility.timezone)
    message = _("%(facility)s is closed on these days.", facility=facility.name)
    templates = ("availability/holidays.html", "availability/_holidays.html")
    return show_then_do(form, scope, close, message, templates, facility=facility,
                        proposals=proposals)  # fmt: skip


def _proposals(facility: Facility) -> Proposals:
    country = country_of(facility.locale, facility.timezone)
    if country is None:
        return Proposals(None, None, [], [], [], [])
    regions = regions_of(country)
    region = request.args.get("region")
    region = region if region in regions else None
    today = local_date(clock.now(), facility.timezone)
    clinics = request_context().clinic_locale.partition("-")[0]
    found, kept = (
        list_holidays(country, region, language, today)
        for language in (get_locale().language, clinics)
    )
    doctors = {location.doctor_id for location in list_places(facility_id=facility.id)}
    away = doctors_away(facility.id, [day_span(each.day, facility.timezone)
                                              for each in found])  # fmt: skip
    working = [len(doctors - each) for each in away]
    return Proposals(country, region, regions, found, kept, working)
