"""/activity/patients/: who looked at a patient, and what was disclosed of them."""

from datetime import date
from uuid import uuid4

from flask import Response, request
from flask_babel import gettext as _

from portal import clock
from portal.activity import commands
from portal.activity.forms import DisclosureCorrectionForm, DisclosureForm
from portal.activity.queries.disclosures import get_disclosure, list_disclosures
from portal.activity.queries.log import list_entries
from portal.activity.queries.people import names_of
from portal.activity.rules import Filters, Mark, first_accounted_day
from portal.activity.views.blueprint import bp
from portal.activity.views.context import around, own_zone
from portal.auth.permissions import permission
from portal.patients.queries.merges import list_past_merges
from portal.patients.queries.records import get_patient
from portal.schema.disclosures import TOLD
from portal.schema.patients import Patient
from portal.tenancy.context import request_context
from portal.web.answers import form_page, go, page, toast


@bp.get("/patients/<int:patient_id>")
@permission("activity.see")
def of_patient(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    before = Mark.read(request.args.get("before"))
    stretch = list_entries(Filters(patient_id=patient.id), before=before)
    return page(
        "activity/of_patient.html",
        "activity/_looks.html",
        patient=patient,
        stretch=stretch,
        zone=own_zone(),
        homes=list_past_merges(patient.id),
        **around(stretch.lines),
    )


@bp.get("/patients/<int:patient_id>/disclosures")
@permission("disclosures.see")
def disclosures(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    return _account("activity/disclosures.html", patient, fragment="activity/_disclosures.html")


@bp.get("/patients/<int:patient_id>/accounting")
@permission("disclosures.see")
def accounting(patient_id: int) -> Response:
    """The accounting as the paper that a patient is given: nothing withheld, no part of it."""
    return _account("activity/accounting.html", get_patient(patient_id), fragment=None)


@bp.route("/patients/<int:patient_id>/disclosures/new", methods=["GET", "POST"])
@permission("disclosures.record")
def disclosure_new(patient_id: int) -> Response:
    patient = get_patient(patient_id)
    form = DisclosureForm(data={"row_uid": uuid4(), "disclosed_on": _today()})
    if form.validate_on_submit():
        with form.command_errors():
            commands.record_disclosure(patient.id, form.details(), today=_today())
            toast(_("The disclosure is recorded."))
            return go("activity.disclosures", patient_id=patient.id)
    return form_page(
        "activity/disclosure_new.html", "activity/_disclosure_form.html", form, patient=patient,
        wrong=None,
    )  # fmt: skip


@bp.route("/patients/<int:patient_id>/disclosures/<int:disclosure_id>/correction",
          methods=["GET", "POST"])  # fmt: skip
@permission("disclosures.record")
def correction(patient_id: int, disclosure_id: int) -> Response:
    patient = get_patient(patient_id)
    wrong = get_disclosure(patient.id, disclosure_id)
    entered = {name: getattr(wrong, name) for name in (*TOLD, "disclosed_on", "withheld_until")}
    form = DisclosureCorrectionForm(data={**entered, "row_uid": uuid4()})
    if form.validate_on_submit():
        with form.command_errors():
            commands.correct_disclosure(wrong, form.details(), form.because.data or "",
                                        withdrawn=form.withdrawn.data, today=_today())  # fmt: skip
            toast(_("The correction is recorded; the first entry stays in the list."))
            return go("activity.disclosures", patient_id=patient.id)
    return form_page(
        "activity/correction.html", "activity/_disclosure_form.html", form, patient=patient,
        wrong=wrong,
    )  # fmt: skip


def _account(template: str, patient: Patient, *, fragment: str | None) -> Response:
    today = _today()
    since = first_accounted_day(today)
    disclosures = list_disclosures(patient.id, since=since)
    return page(
        template,
        fragment,
        patient=patient,
        listed=disclosures,
        accounted=[each for each in disclosures if each.is_accounted(today)],
        since=since,
        today=today,
        names=names_of(each.disclosure.recorded_by for each in disclosures),
    )


def _today() -> date:
    return clock.today_in(request_context().timezone)
