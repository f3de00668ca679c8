"""/patients/: finding, seeing, registering and changing patients; breaking the glass.

What is searched for is a name or a birth date: it is posted, so that it stands in no address.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from flask import Response, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from portal.audit.hook import afterwards
from portal.audit.notes import note
from portal.auth.permissions import permission, stepped_up
from portal.insurance.queries.payers import list_plan_names
from portal.patients.commands import reaching
from portal.patients.commands.charting import add_alert, add_note
from portal.patients.commands.reaching import ask_elsewhere
from portal.patients.commands.registering import (
    PossiblyRegistered,
    change_patient,
    possible_duplicates_of,
    register_patient,
)
from portal.patients.display import FILTERS, GLOBALS, languages
from portal.patients.forms.details import (
    BreakGlassForm,
    ElsewhereForm,
    PatientForm,
    RegistrationForm,
    as_kept,
)
from portal.patients.queries.access_scope import get_outside_number, minutes_open
from portal.patients.queries.records import find_patient, get_patient, list_recent_patients
from portal.patients.queries.rows import PatientRow
from portal.patients.queries.searching import MOST_FOUND, search_patients
from portal.patients.rules.access_scope import OutsideFacilities
from portal.patients.rules.details import PatientDetails
from portal.patients.rules.renaming import names_before
from portal.patients.views.blueprint import bp
from portal.phi.tokens import is_ideographic
from portal.schema.patients import Patient
from portal.tenancy.context import request_context
from portal.web.answers import form_page, go, page, toast
from portal.web.candidates import candidates
from portal.web.forms.versions import held

MOST_SUGGESTED = 8
LEAST_LETTERS = 2


@bp.get("/")
@permission("patients.see")
def index() -> Response:
    recent = list_recent_patients()
    return page("patients/index.html", "patients/_list.html", patients=recent, q="")


@bp.post("/search")
@permission("patients.see")
def search() -> Response:
    """The type-ahead's options; without script, or by Enter, a page of up to 50."""
    q = (request.form.get("q") or "").strip()
    purpose = request.form.get("purpose", "")
    limit = MOST_SUGGESTED if purpose else MOST_FOUND
    enough = len(q) >= LEAST_LETTERS or is_ideographic(q)
    found = search_patients(q, limit=limit) if enough else []
    # Whoever has come is chosen as any other, but may have an appointment already.
    comes = purpose == "receive"
    purpose = "choose" if comes else purpose
    if purpose in ("open", "choose"):
        # Nobody is booked who has died: they are named below the choices.
        dead = [row for row in found if purpose == "choose" and row.status == "deceased"]
        return page("patients/_options.html", "patients/_options.html", q=q, purpose=purpose,
                    comes=comes, matches=[row for row in found if row not in dead], dead=dead,
                    plans=_plans_of(found) if purpose == "choose" else {})  # fmt: skip
    return page("patients/index.html", "patients/_list.html", patients=found, q=q)


@bp.post("/languages")
@permission("patients.see")
def language_choices() -> Response:
    """Choices for a field that searches for a language."""
    return candidates(languages())


def _plans_of(found: Sequence[PatientRow]) -> dict[int, str]:
    """The names of their plans, for a field that is no list of all of them."""
    ids = {plan_id for row in found if (plan_id := row.default_insurance_plan_id)}
    return list_plan_names(ids) if ids else {}


@bp.route("/new", methods=["GET", "POST"])
@permission("patients.register")
def new() -> Response:
    form, alike = RegistrationForm(), []
    form.set_choices()
    if form.validate_on_submit():
        with form.command_errors():
            details = form.details()
            if not form.register_anyway.data:
                alike = possible_duplicates_of(details)
            if alike:
                raise PossiblyRegistered(alike)
            patient = _registered(form, details)
            toast(_("The patient is registered."))
            return go("patients.show", patient_id=patient.id)
    return form_page("patients/new.html", "patients/_form.html", form, alike=alike,
                     back_to=url_for("patients.index"))  # fmt: skip


def _registered(form: RegistrationForm, details: PatientDetails) -> Patient:
    """The new patient, with the alert and the note that were typed."""
    patient = register_patient(details)
    if form.alert.data:
        add_alert(patient, form.kind.data, form.alert.data, key=uuid4())
    if form.note.data:
        add_note(patient, form.note.data, key=uuid4())
    return patient


@bp.route("/<int:patient_id>/edit", methods=["GET", "POST"])
@permission("patients.change")
def edit(patient_id: int) -> Response:
    patient = held(get_patient(patient_id))
    form = PatientForm(obj=patient, data=as_kept(patient), edits=patient)
    form.set_choices(patient)
    if form.validate_on_submit():
        with form.command_errors():
            kept = {"status": patient.status, "meta": patient.meta, "notes": patient.notes,
                    "member_numbers": patient.member_numbers or {}}  # fmt: skip
            change_patient(patient, form.details(**kept))
            toast(_("The changes are saved."))
            return go("patients.show", patient_id=patient.id)
    return form_page("patients/edit.html", "patients/_form.html", form, patient=patient, alike=[],
                     back_to=url_for("patients.show", patient_id=patient.id))  # fmt: skip


@bp.route("/other-facilities", methods=["GET", "POST"])
@permission("patients.break_glass")
def other_facilities() -> Response:
    """Whether another facility knows somebody: their numbers, and the way to open them."""
    if request_context().facility_ids is None:
        return go("patients.index")
    form, known = ElsewhereForm(), None
    if form.validate_on_submit():
        with form.command_errors():
            known = ask_elsewhere(form.person())
    return form_page(
        "patients/other_facilities.html", "patients/_other_facilities.html", form, known=known
    )


@bp.route("/<int:patient_id>/break-glass", methods=["GET", "POST"])
@permission("patients.break_glass")
@stepped_up
def break_glass(patient_id: int) -> Response:
    if find_patient(patient_id) is not None:
        return go("patients.show", patient_id=patient_id)
    form = BreakGlassForm()
    if form.validate_on_submit():
        with form.command_errors():
            reaching.break_glass(patient_id, form.reason.data or "")
            toast(_("The patient is open to you for 60 minutes, or until you sign out."))
            return go("patients.show", patient_id=patient_id)
    number = get_outside_number(patient_id)
    if form.status >= 400:  # the entry that the database wrote of telling it is rolled back
        afterwards(partial(note, "patients.elsewhere", table="patients", record=patient_id,
                           patient=patient_id))  # fmt: skip
    return form_page("patients/break_glass.html", "patients/_break_glass.html", form,
                     number=number)  # fmt: skip


@bp.app_errorhandler(OutsideFacilities)
def out_of_scope(refusal: OutsideFacilities) -> Response:
    """Instead of the patient: what can be done about it. That they tried is written down."""
    afterwards(partial(note, "patients.outside", outcome="refused", table="patients",
                       record=refusal.patient_id, patient=refusal.patient_id))  # fmt: skip
    return page("patients/out_of_scope.html", "patients/_out_of_scope.html", status=refusal.status,
                patient_id=refusal.patient_id)  # fmt: skip


def _names_before(meta: Any) -> list[str]:
    """The names that a patient had before, the latest first."""
    return [" ".join(filter(None, names)) for names in names_before(meta)]


@bp.record_once
def _tell_templates(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals.update(GLOBALS, minutes_open=minutes_open)
    state.app.jinja_env.filters.update(names_before=_names_before)
    state.app.jinja_env.filters.update(FILTERS)
