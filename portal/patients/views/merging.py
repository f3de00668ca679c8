"""Finding two records of one patient, comparing and merging them, taking them apart."""

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.patients.commands.merging import mark_not_duplicate, merge_patients, unmerge_patients
from portal.patients.commands.registering import person_kept
from portal.patients.forms.details import MergeForm
from portal.patients.queries.duplicates import Cursor, list_duplicates
from portal.patients.queries.merges import get_merge, number_of
from portal.patients.queries.records import get_patient
from portal.patients.queries.searching import find_possible_duplicates, search_patients
from portal.patients.rules.merging import MergedInto
from portal.patients.views.blueprint import bp
from portal.patients.views.comparison import compare
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.undoing.commands import settle
from portal.undoing.ways import say_done, say_undone
from portal.web.answers import form_page, go, page, toast
from portal.web.errors import error_page
from portal.web.forms.form import PortalForm, translate
from portal.web.messages import PATIENT

OF_A_PATIENT = ("patient_id", "other_id")


@bp.get("/duplicates")
@permission("patients.merge")
def duplicates() -> Response:
    after = Cursor.read(request.args.get("after"))
    return page("patients/duplicates.html", "patients/_duplicates.html", after=after,
                found=list_duplicates(after=after))  # fmt: skip


@bp.route("/<int:patient_id>/duplicates", methods=["GET", "POST"])
@permission("patients.merge")
def duplicates_of(patient_id: int) -> Response:
    """Who may be this patient, or whoever is searched for: that is posted, being a name."""
    patient, q = get_patient(patient_id), (request.form.get("q") or "").strip()
    person = person_kept(patient)
    found = (
        search_patients(q) if q
        else [row for row, _how in find_possible_duplicates(person, besides=patient.id)]
    )  # fmt: skip
    others = [row for row in found if row.id != patient.id]
    return page("patients/duplicates_of.html", "patients/_duplicates_of.html", patient=patient,
                others=others, q=q)  # fmt: skip


@bp.route("/<int:patient_id>/merge/<int:other_id>", methods=["GET", "POST"])
@permission("patients.merge")
def merge(patient_id: int, other_id: int) -> Response:
    form = MergeForm()
    if form.validate_on_submit():
        with form.command_errors():
            made = merge_patients(form.details(patient_id, other_id))
            done = SaidAct(_("Two records are one: %(who)s", who=PATIENT), made.patient_id)
            say_done(done, "records_merged", made.id, patient=made.patient_id)
            return go("patients.show", patient_id=made.patient_id)
    patient, other = get_patient(patient_id), get_patient(other_id)
    both = compare(patient, other)
    if request.method == "GET":
        form.suggest(both.this, both.other)
    return form_page("patients/merge.html", "patients/_merge.html", form, patient=patient,
                     other=other, both=both)  # fmt: skip


@bp.route("/<int:patient_id>/merges/<int:merge_id>/separation", methods=["GET", "POST"])
@permission("patients.merge")
def separation(patient_id: int, merge_id: int) -> Response:
    patient, made = get_patient(patient_id), get_merge(patient_id, merge_id)
    form = PortalForm()
    if form.validate_on_submit():
        with form.command_errors():
            apart = unmerge_patients(patient.id, made.id)
            settle("records_merged", made.id)
            toast(_("No longer one record with %(who)s", who=PATIENT), patient=patient.id)
            return go("patients.show", patient_id=apart.id)
    return form_page("patients/separation.html", "patients/_separation.html", form, made=made,
                     patient=patient, number=number_of(made.merged_id))  # fmt: skip


def _merged(act: OwnAct) -> SaidAct:
    message = _("Two records are one: %(who)s", who=PATIENT)
    return SaidAct(message, act.before["patient"])


def _mark(act: OwnAct) -> str:
    """The merge itself says when it is undone, or when a later one has to be first."""
    merge = get_merge(act.before["patient"], act.record_id)
    return "merged" if merge.undone_at is None else "apart"


def _separate(act: OwnAct) -> Response:
    apart = unmerge_patients(act.before["patient"], act.record_id)
    message = _("No longer one record with %(who)s", who=PATIENT)
    say_undone(act, SaidAct(message, act.before["patient"]))
    return go("patients.show", patient_id=apart.id)


RECORDS_MERGED = WayBack("patients.merge", _mark, _merged, _separate)


@bp.post("/<int:patient_id>/distinction/<int:other_id>")
@permission("patients.merge")
def distinction(patient_id: int, other_id: int) -> Response:
    mark_not_duplicate(patient_id, other_id)
    toast(_("Noted: these are two people. They are not listed any more."))
    after = Cursor.read(request.form.get("after"))
    return go("patients.duplicates", after=after)


@bp.app_errorhandler(MergedInto)
def lives_on(merged: MergedInto) -> Response:
    """An old address leads to the record that the merged one is part of; a change does not."""
    if request.method != "GET":
        return error_page(merged.status, translate(merged))
    toast(_("The record you asked for was merged into this one."), "info")
    view_args = dict(request.view_args or {})
    meant = {
        name: merged.patient_id for name in OF_A_PATIENT if view_args.get(name) == merged.merged_id
    }
    if not meant or request.endpoint is None:
        return go("patients.show", patient_id=merged.patient_id)
    return go(request.endpoint, **view_args | meant)
