"""Founding a demo clinic: everything but patients and visits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import product
from random import Random

from portal import clock
from portal.availability.commands.weekly import RuleDetails, add_rules
from portal.doctors.commands import DoctorDetails, add_doctor, place_at_facility
from portal.doctors.rules import is_npi
from portal.facilities.commands import FacilityDetails, open_facility
from portal.insurance.commands.acceptance import AcceptanceDetails, accept_plan
from portal.insurance.commands.payers import PayerDetails, PlanDetails, add_payer, add_plan
from portal.services.commands.catalogue import (
    OfferingDetails,
    ServiceDetails,
    add_service,
    offer_service,
)
from portal.services.commands.workflows import (
    StepDetails,
    StepTemplateDetails,
    WorkflowDetails,
    add_step_template,
    add_workflow,
)
from portal.staff.commands.people import NewClinic, Person, create_user, found_clinic
from portal.tenancy.context import as_job
from seeds.shapes import Care, Group, Physician, Step

ROLES = {
    "owner": "owner",
    "admin": "admin",
    "desk": "front_desk",
    "clinician": "clinician",
    "auditor": "auditor",
}
SETTINGS = {"demo": True, "second_factor": False}


@dataclass(frozen=True)
class Offered:
    """What a doctor does at a facility: an offering and the service it is of."""

    id: int
    care: Care


@dataclass
class Built:
    """The ids of what was founded, by the names in the group's description."""

    group: Group
    tenant_id: int = 0
    places: dict[str, int] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    doctors: dict[str, int] = field(default_factory=dict)
    offered: dict[tuple[str, str], list[Offered]] = field(default_factory=dict)

    def accepted(self, place: str) -> list[str]:
        """The codes of the plans that a facility accepts."""
        return [code for code in self.plans if code not in self.group.refused.get(place, ())]


def found(group: Group, *, slots_from: date) -> Built:
    """Found the clinic group; its slots begin on a date in the past.

    Args:
        group: the description.
        slots_from: the first date for which slots are made.
    """
    built = Built(group)
    settings = SETTINGS | {"horizon_days": 90}
    details = NewClinic(group.slug, group.name, group.timezone, group.locale, settings)
    built.tenant_id = found_clinic(details)
    with as_job(built.tenant_id, "demo"):
        _open_places(built)
        _hire(built)
        _insure(built)
        _offer(built)
    with as_job(built.tenant_id, "demo"), clock.at(clock.now() - (_today() - slots_from)):
        _schedule(built)
    return built


def _today() -> date:
    return clock.today_in("UTC")


def _open_places(built: Built) -> None:
    for place in built.group.places:
        details = FacilityDetails(
            name=place.name,
            slug=place.slug,
            timezone=place.timezone,
            address=place.address,
            phone=place.phone,
            locale=place.locale,
        )
        built.places[place.slug] = open_facility(details).id


def _hire(built: Built) -> None:
    group = built.group
    for login, name in group.people.items():
        scope = (built.places[group.scoped[login]],) if login in group.scoped else ()
        person = Person(f"{login}@{group.slug}.example", name, ROLES[login], scope)
        create_user(person, f"{group.slug}-demo-2026")
    numbers = _npis(group.slug)
    for physician in group.physicians:
        doctor = add_doctor(_doctor(physician, next(numbers)))
        built.doctors[physician.last_name] = doctor.id
        for slug in physician.weeks:
            place_at_facility(doctor.id, built.places[slug], role=physician.specialty)


def _doctor(physician: Physician, npi: str) -> DoctorDetails:
    return DoctorDetails(
        first_name=physician.first_name,
        last_name=physician.last_name,
        display_name=f"Dr. {physician.first_name} {physician.last_name}",
        npi=npi,
        specialty=physician.specialty,
    )


def _npis(slug: str) -> Iterator[str]:
    """Numbers that check, and belong to nobody here."""
    invented = Random(f"{slug} npi")
    while True:
        number = str(invented.randrange(1_000_000_000, 1_999_999_999))
        if is_npi(number):
            yield number


def _insure(built: Built) -> None:
    year = _today().year
    for payer in built.group.payers:
        payer_id = add_payer(PayerDetails(payer.name, payer.website)).id
        for plan in payer.plans:
            details = PlanDetails(payer_id, plan.code, plan.name, date(year - 3, 1, 1))
            built.plans[plan.code] = add_plan(details).id
    for slug, place_id in built.places.items():
        for code in built.accepted(slug):
            accept_plan(place_id, built.plans[code], _contract(built, code))


def _contract(built: Built, code: str) -> AcceptanceDetails:
    """The last plan's contract ends, so that a booking beyond its end can be tried."""
    if code != list(built.plans)[-1]:
        return AcceptanceDetails(accepted_since=date(_today().year - 2, 7, 1))
    ends = _today() + timedelta(days=45)
    return AcceptanceDetails(accepted_until=ends, notes="Not renewed; ask again in the last month.")


def _offer(built: Built) -> None:
    group = built.group
    templates = {
        name: add_step_template(StepTemplateDetails(name, minutes)).id
        for name, minutes in group.templates.items()
    }
    wanted = {name for physician in group.physicians for name in physician.cares}
    cares = {care.name: care for care in group.cares if care.name in wanted}
    services = {name: add_service(_service(care)).id for name, care in cares.items()}
    for physician in group.physicians:
        doctor_id = built.doctors[physician.last_name]
        for slug in physician.weeks:
            offered = [
                Offered(
                    offer_service(
                        services[name],
                        doctor_id,
                        built.places[slug],
                        OfferingDetails(buffer_after_minutes=cares[name].buffer_after),
                    ).id,
                    cares[name],
                )
                for name in physician.cares
            ]
            built.offered[physician.last_name, slug] = offered
            for each in offered:
                _add_workflows(built, each, slug, templates)


def _service(care: Care) -> ServiceDetails:
    return ServiceDetails(
        name=care.name,
        default_duration_minutes=care.minutes,
        code=care.code,
        code_system="Custom",
        category=care.category,
    )


def _add_workflows(built: Built, offered: Offered, slug: str, templates: dict[str, int]) -> None:
    """The default, and one for each accepted plan that asks for steps of its own."""
    first, *others = offered.care.steps
    add_workflow(_workflow(offered, "Standard", offered.care.steps, templates))
    for payer in built.group.payers:
        for plan in payer.plans:
            if plan.extra and plan.code in built.accepted(slug):
                steps = (first, *plan.extra, *others)
                details = _workflow(offered, plan.name, steps, templates, built.plans[plan.code])
                add_workflow(details)


def _workflow(
    offered: Offered,
    name: str,
    steps: tuple[Step, ...],
    templates: dict[str, int],
    plan_id: int | None = None,
) -> WorkflowDetails:
    taken = tuple(
        StepDetails(
            templates[step.template],
            duration_minutes=step.minutes,
            location_type=step.room,
            requires_preparation=step.prepared,
            can_be_skipped=step.skippable,
        )
        for step in steps
    )
    return WorkflowDetails(offered.id, f"{offered.care.name}: {name}", taken, plan_id)


def _schedule(built: Built) -> None:
    for physician in built.group.physicians:
        for slug, days in physician.weeks.items():
            windows = product(days, built.group.hours)
            add_rules([_rule(built, physician, slug, day, hours) for day, hours in windows])


def gives_class(group: Group, weekday: int, opens: time) -> bool:
    """Whether a doctor who gives a class gives it then: every second afternoon."""
    return weekday % 2 == 1 and opens == group.hours[-1][0]


def _rule(
    built: Built, physician: Physician, slug: str, day: int, window: tuple[time, time]
) -> RuleDetails:
    classes = [each for each in built.offered[physician.last_name, slug] if each.care.seats > 1]
    own = classes[0] if classes and gives_class(built.group, day, window[0]) else None
    return RuleDetails(
        built.doctors[physician.last_name],
        built.places[slug],
        day,
        start_time=window[0],
        end_time=window[1],
        slot_duration_minutes=60 if own else built.group.slot_minutes,
        service_offering_id=own.id if own else None,
        capacity=own.care.seats if own else 1,
    )
