"""What can be chosen at a facility: its services, and the plans as it sees them."""

from collections import Counter

from flask_babel import gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from portal.facilities.models import Facility
from portal.insurance.queries import list_plans_at
from portal.services.queries import list_offerings, list_services


def service_choices(facility: Facility) -> dict[str, list[tuple[int, str]]]:
    """The services that somebody offers there, by category."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for service in list_services(facility_id=facility.id):
        label = gettext(
            "%(name)s (%(minutes)s min)", name=service.name,
            minutes=service.default_duration_minutes,
        )  # fmt: skip
        groups.setdefault(service.category or gettext("Services"), []).append((service.id, label))
    return groups


def plan_choices(facility: Facility) -> list[SelectChoice]:
    """Self-pay, and every plan by its payer."""
    plans = list_plans_at(facility.id)
    return [
        SelectChoice("", gettext("Self-pay")),
        *(SelectChoice(p.plan_id, p.plan_name, optgroup=p.payer_name) for p in plans),
    ]


def usual_service(facility: Facility, doctor_id: int | None) -> int | None:
    """The service most doctors offer there (of one doctor: the first by name)."""
    offerings = list_offerings(facility_id=facility.id, doctor_id=doctor_id)
    counted = Counter(offering.service_id for offering in offerings)
    return counted.most_common(1)[0][0] if counted else None
