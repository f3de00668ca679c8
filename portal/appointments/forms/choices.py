"""Choices at a facility: its services and doctors, and the clinic's plans."""

from collections import Counter

from flask_babel import gettext

from portal.doctors.labels import doctor_words, doctors
from portal.insurance.labels import plan_words, plans
from portal.schema.facilities import Facility
from portal.services.labels import service_words, services
from portal.services.queries.catalogue import list_offerings
from portal.web.forms.form import PortalForm


def offer_service(form: PortalForm, facility_id: int | None) -> None:
    """The services that somebody offers there; without a facility all of them."""
    form.pick("service_id", services(facility_id), named=service_words)


def offer_plan(form: PortalForm) -> None:
    """Self-pay, and every plan with its payer."""
    self_pay = gettext("Self-pay")
    form.pick("insurance_plan_id", plans(), none=self_pay, named=plan_words)


def offer_doctor(form: PortalForm, facility_id: int | None) -> None:
    """Any doctor, and those who work there; without a facility all of them."""
    anybody = gettext("Any doctor")
    form.pick("doctor_id", doctors(facility_id), none=anybody, named=doctor_words)


def usual_service(facility: Facility, doctor_id: int | None) -> int | None:
    """The service most doctors offer there (of one doctor: the first by name)."""
    offerings = list_offerings(facility_id=facility.id, doctor_id=doctor_id)
    counted = Counter(offering.service_id for offering in offerings)
    return counted.most_common(1)[0][0] if counted else None
