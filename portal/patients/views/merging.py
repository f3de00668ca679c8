"""Finding two records of one patient, comparing and merging them, taking them apart."""

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.patients import commands, queries
from portal.patients.forms import MergeForm
from portal.patients.rules.merging import MergedInto
from portal.patients.views.blueprint import bp
from portal.patients.views.comparison import compare
from portal.web.answers import form_page, go, page, toast
from portal.web.errors import error_page
from portal.web.forms import PortalForm, say

OF_A_PATIENT = ("patient_id", "other_id")


@bp.get("/duplicates")
@permission("patients.merge")
def duplicates() -> Response:
    after = queries.Cursor.read(request.args.get("after"))
    return page("patients/duplicates.html", "patients/_duplicates.html", after=after,
                found=queries.list_duplicates(after=after))  # fmt: skip


@bp.route("/<int:patient_id>/duplicates", methods=["GET", "POST"])
@permission("patients.merge")
def duplicates_of(patient_id: int) -> Response:
    """Who may be this patient, or whoever is searched for: that is posted, being a name."""
    patient, q = queries.get_patient(patient_id), (request.form.get("q") or "").strip()
    person = commands.person_kept(patient)
    found = (
        queries.search_patients(q) if q
        else [row for row, _how in queries.find_possible_duplicates(person, besides=patient.id)]
    )  # fmt: skip
    others = [row for row in found if row.id != patient.id]
    return page("patients/duplicates_of.html", "patients/_duplicates_of.html", patient=patient,
                others=others, q=q)  # fmt: skip


@bp.route("/<int:patient_id>/merge/<int:other_id>", methods=["GET", "POST"])
@permission("patients.merge")
def merge(patient_id: int, other_id: int) -> Response:
    form = MergeForm()
    if form.validate_on_submit():
        with form.refusals():
            made = commands.merge_patients(form.details(patient_id, other_id))
            back = url_for("patients.separation", patient_id=made.patient_id, merge_id=made.id)
            toast(_("The two records are one."), undo={"url": back, "values": {}})
            return go("patients.show", patient_id=made.patient_id)
    patient, other = queries.get_patient(patient_id), queries.get_patient(other_id)
    both = compare(patient, other)
    if request.method == "GET":
        form.suggest(both.this, both.other)
    return form_page("patients/merge.html", "patients/_merge.html", form, patient=patient,
                     other=other, both=both)  # fmt: skip


@bp.route("/<int:patient_id>/merges/<int:merge_id>/separation", methods=["GET", "POST"])
@permission("patients.merge")
def separation(patient_id: int, merge_id: int) -> Response:
    patient, made = queries.get_patient(patient_id), queries.get_merge(patient_id, merge_id)
    form = PortalForm()
    if form.validate_on_submit():
        with form.refusals():
            apart = commands.unmerge_patients(patient.id, made.id)
            toast(_("These are two records again."))
            return go("patients.show", patient_id=apart.id)
    return form_page("patients/separation.html", "patients/_separation.html", form, made=made,
                     patient=patient, number=queries.number_of(made.merged_id))  # fmt: skip


@bp.post("/<int:patient_id>/distinction/<int:other_id>")
@permission("patients.merge")
def distinction(patient_id: int, other_id: int) -> Response:
    commands.mark_not_duplicate(patient_id, other_id)
    toast(_("Noted: these are two people. They are not listed any more."))
    after = queries.Cursor.read(request.form.get("after"))
    return go("patients.duplicates", after=after)


@bp.app_errorhandler(MergedInto)
def lives_on(merged: MergedInto) -> Response:
    """An old address leads to the record that the merged one is part of; a change does not."""
    if request.method != "GET":
        return error_page(merged.status, say(merged))
    toast(_("The record you asked for was merged into this one."), "info")
    asked = dict(request.view_args or {})
    meant = {
        name: merged.patient_id for name in OF_A_PATIENT if asked.get(name) == merged.merged_id
    }
    if not meant or request.endpoint is None:
        return go("patients.show", patient_id=merged.patient_id)
    return go(request.endpoint, **asked | meant)
