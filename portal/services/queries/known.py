"""The services that are here already, by the names a file may use."""

from sqlalchemy import select

from portal.db import session
from portal.registry.lines import MOST, plain
from portal.schema.services import Service
from portal.tenancy.context import request_context


def services_by_name() -> dict[str, int]:
    """The living services by name; of namesakes the newest."""
    living = (Service.tenant_id == request_context().tenant_id, Service.deleted_at.is_(None))
    rows = session.execute(
        select(Service.name, Service.id).where(*living).order_by(Service.id).limit(MOST)
    )
    return {plain(name): service_id for name, service_id in rows}
