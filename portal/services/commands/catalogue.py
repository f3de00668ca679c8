"""Commands on services, and on who offers them where."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from portal import clock
from portal.db import session
from portal.errors import N_, Conflict, all_of, refusing
from portal.facilities.visits import require_sight_of_all
from portal.schema.services import Service, ServiceOffering
from portal.services.rules import LONGEST_BUFFER, check_minutes, checked_name


class ServiceOffered(Conflict):
    message = N_("This doctor already offers this service at this facility.")
    field = "service_id"


CONSTRAINTS = {"uq_service_offerings_service_id_doctor_id_facility_id": ServiceOffered}


@dataclass(frozen=True)
class ServiceDetails:
    name: str
    default_duration_minutes: int = 30
    description: str | None = None
    code: str | None = None
    code_system: str = "CPT"
    code_version: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class OfferingDetails:
    """How one doctor offers a service; None minutes are the service's."""

    default_duration_minutes: int | None = None
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    visibility: str = "public"


def add_service(details: ServiceDetails) -> Service:
    """Raises NameMissing, MinutesOutOfRange."""
    service = Service()
    _describe(service, details)
    session.add(service)
    session.flush()
    return service


def check_service(details: ServiceDetails) -> None:
    """Whether such a service could be added. Raises as `add_service`."""
    _describe(Service(), details)


def add_services(many: Sequence[ServiceDetails]) -> list[Service]:
    """Add several services at once. Raises as `add_service`; then none is added."""
    services = [Service() for _ in many]
    for service, details in zip(services, many, strict=True):
        _describe(service, details)
    session.add_all(services)
    session.flush()
    return services


def change_service(service: Service, details: ServiceDetails) -> Service:
    """Raises NameMissing, MinutesOutOfRange."""
    _describe(service, details)
    session.flush()
    return service


def retire_service(service: Service) -> bool:
    """No start of it is offered any more; booked visits stand. False if it was retired before.

    Raises SeesNotAll: it is offered at other facilities too.
    """
    require_sight_of_all()
    session.refresh(service, with_for_update=True)
    if service.deleted_at is not None:
        return False
    service.deleted_at = clock.now()
    session.flush()
    return True


def restore_service(service: Service) -> None:
    """A retired service is offered again where it was. Raises SeesNotAll."""
    require_sight_of_all()
    service.deleted_at = None
    session.flush()


def offer_service(
    service_id: int, doctor_id: int, facility_id: int, details: OfferingDetails | None = None
) -> ServiceOffering:
    """One doctor offers a service at one facility. Raises ServiceOffered, MinutesOutOfRange."""
    offering = ServiceOffering(service_id=service_id, doctor_id=doctor_id, facility_id=facility_id)
    _arrange(offering, details or OfferingDetails())
    with refusing(CONSTRAINTS):
        session.add(offering)
    return offering


def change_offering(
    offering: ServiceOffering, details: OfferingDetails, *, active: bool = True
) -> ServiceOffering:
    """Raises MinutesOutOfRange."""
    _arrange(offering, details)
    offering.active = active
    session.flush()
    return offering


def stop_offering(offering: ServiceOffering) -> None:
    """No start of it is offered any more; booked visits stand."""
    offering.active = False
    session.flush()


def _describe(service: Service, details: ServiceDetails) -> None:
    minutes = details.default_duration_minutes
    _minutes, service.name = all_of(
        (
            lambda: check_minutes(minutes, "default_duration_minutes"),
            lambda: checked_name(details.name),
        )
    )
    service.description, service.category = details.description, details.category
    service.code, service.code_version = details.code, details.code_version
    service.code_system = details.code_system
    service.default_duration_minutes = details.default_duration_minutes


def check_offering(details: OfferingDetails) -> None:
    """Whether a service could be offered so. Raises MinutesOutOfRange for each of its times."""
    length, buffers = "default_duration_minutes", ("buffer_before_minutes", "buffer_after_minutes")
    all_of(
        [
            partial(check_minutes, getattr(details, length), length),
            *(partial(check_minutes, getattr(details, field), field, least=0, most=LONGEST_BUFFER)
              for field in buffers),
        ]
    )  # fmt: skip


def _arrange(offering: ServiceOffering, details: OfferingDetails) -> None:
    check_offering(details)
    offering.buffer_before_minutes = details.buffer_before_minutes
    offering.buffer_after_minutes = details.buffer_after_minutes
    offering.default_duration_minutes = details.default_duration_minutes
    offering.visibility = details.visibility
