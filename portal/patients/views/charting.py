"""Pages of a patient's chart: alerts, notes, contacts."""

from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.insurance.queries.payers import get_plan
from portal.patients.commands.charting import (
    add_alert,
    add_contact,
    add_note,
    change_contact,
    correct_note,
    correct_old_note,
    end_alert,
    end_contact,
    end_old_alert,
)
from portal.patients.forms.charting import AlertForm, ContactForm, NoteForm
from portal.patients.queries.charting import (
    find_last_visit,
    get_contact,
    get_note,
    list_alerts,
    list_contacts,
    list_ended_alerts,
    list_notes,
)
from portal.patients.queries.merges import list_merged_records
from portal.patients.queries.records import get_patient
from portal.patients.rules.kept import extras_of, status_said_of
from portal.patients.views.blueprint import bp
from portal.schema.patients import Patient
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.form import PortalForm
from portal.web.forms.versions import held
from portal.web.pagination import Listing, Window, window_from

NOTES_SHOWN = 20
PAGE, FRAGMENT = "patients/show.html", "patients/_patient.html"


@bp.get("/<int:patient_id>")
@permission("patients.see")
def show(patient_id: int) -> Response:
    return page(PAGE, FRAGMENT, **chart_of(get_patient(patient_id)))


@bp.post("/<int:patient_id>/alerts")
@permission("patients.change")
def alerts(patient_id: int) -> Response:
    patient, form = get_patient(patient_id), AlertForm()
    if form.validate():
        with form.command_errors():
            add_alert(patient, form.kind.data, form.alert.data, key=form.once)
            return _back(patient, _("The alert is on the chart and on every appointment."))
    return _again(patient, form, alert_form=form)


@bp.post("/<int:patient_id>/alerts/<int:alert_id>/ending")
@permission("patients.change")
def alert_ending(patient_id: int, alert_id: int) -> Response:
    patient = get_patient(patient_id)
    end_alert(patient, alert_id)
    return _back(patient, _("The alert has ended; it stays under ended alerts."))


@bp.post("/<int:patient_id>/alerts/ending")
@permission("patients.change")
def old_alert_ending(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    end_old_alert(patient)
    return _back(patient, _("The alert has ended; it stays under ended alerts."))


@bp.post("/<int:patient_id>/notes")
@permission("patients.change")
def notes(patient_id: int) -> Response:
    patient, form = get_patient(patient_id), NoteForm()
    if form.validate():
        with form.command_errors():
            add_note(patient, form.note.data, key=form.once)
            return _back(patient, _("The note is saved."))
    return _again(patient, form, note_form=form)


@bp.route("/<int:patient_id>/notes/<int:note_id>/correction", methods=["GET", "POST"])
@permission("patients.change")
def note_correction(patient_id: int, note_id: int) -> Response:
    patient = get_patient(patient_id)
    note = get_note(patient, note_id)
    form = NoteForm(data={"note": note.text})
    if form.validate_on_submit():
        with form.command_errors():
            correct_note(patient, note_id, form.note.data, key=form.once)
            return _back(patient, _("The note is corrected."))
    return form_page("patients/note.html", "patients/_note.html", form, patient=patient)


@bp.route("/<int:patient_id>/notes/correction", methods=["GET", "POST"])
@permission("patients.change")
def old_note_correction(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    form = NoteForm(data={"note": patient.notes})
    if form.validate_on_submit():
        with form.command_errors():
            correct_old_note(patient, form.note.data, key=form.once)
            return _back(patient, _("The note is corrected."))
    return form_page("patients/note.html", "patients/_note.html", form, patient=patient)


@bp.post("/<int:patient_id>/contacts")
@permission("patients.change")
def contacts(patient_id: int) -> Response:
    patient, form = get_patient(patient_id), ContactForm()
    if form.validate():
        with form.command_errors():
            add_contact(patient, form.details(), key=form.once)
            return _back(patient, _("The contact is saved."))
    return _again(patient, form, contact_form=form)


@bp.route("/<int:patient_id>/contacts/<int:contact_id>/edit", methods=["GET", "POST"])
@permission("patients.change")
def contact_edit(patient_id: int, contact_id: int) -> Response:
    patient = get_patient(patient_id)
    contact = held(get_contact(patient, contact_id))
    form = ContactForm(obj=contact, edits=contact)
    if form.validate_on_submit():
        with form.command_errors():
            change_contact(patient, contact_id, form.details())
            return _back(patient, _("The contact is saved."))
    return form_page("patients/contact.html", "patients/_contact.html", form, patient=patient,
                     contact=contact)  # fmt: skip


@bp.post("/<int:patient_id>/contacts/<int:contact_id>/ending")
@permission("patients.change")
def contact_ending(patient_id: int, contact_id: int) -> Response:
    patient = get_patient(patient_id)
    end_contact(patient, contact_id)
    return _back(patient, _("The contact is removed."))


def chart_of(patient: Patient, **forms: PortalForm) -> dict[str, Any]:
    """The context of the chart's first page; forms that were refused keep what was typed."""
    window = Window(window_from(request.args.get("page")).number, size=NOTES_SHOWN)
    plan_id = patient.default_insurance_plan_id
    notes_found = list_notes(patient, limit=window.limit, offset=window.offset)
    fresh = {"alert_form": AlertForm, "note_form": NoteForm, "contact_form": ContactForm}
    return {
        "patient": patient,
        "extras": extras_of(patient.meta),
        "status_details": status_said_of(patient.meta),
        "plan": get_plan(plan_id) if plan_id else None,
        "alerts": list_alerts(patient),
        "ended_alerts": list_ended_alerts(patient),
        "notes": Listing.of(notes_found, window),
        "contacts": list_contacts(patient),
        "last_visit": find_last_visit(patient.id),
        "merged": list_merged_records(patient.id),
        **{name: forms.get(name) or form(formdata=None) for name, form in fresh.items()},
    }


def _back(patient: Patient, message: str) -> Response:
    toast(message)
    return go("patients.show", patient_id=patient.id)


def _again(patient: Patient, form: PortalForm, **forms: PortalForm) -> Response:
    return form_page(PAGE, FRAGMENT, form, **chart_of(patient, **forms))
