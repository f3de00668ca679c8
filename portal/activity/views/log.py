"""/activity/: the log, one entry, asking for an export."""

from typing import Any
from uuid import uuid4

from flask import Response, request, url_for
from flask_babel import gettext as _

from portal import clock
from portal.activity import commands
from portal.activity.forms import FilterForm, LogExportForm
from portal.activity.queries.entries import get_entry, list_values
from portal.activity.queries.glass import count_unreviewed
from portal.activity.queries.log import Stretch, get_standing, list_entries
from portal.activity.queries.people import find_people, names_of, numbers_of
from portal.activity.rules import Mark, instant, microseconds
from portal.activity.views.blueprint import bp
from portal.activity.views.context import around, own_zone, zone_for
from portal.audit.notes import note
from portal.auth.permissions import permission, stepped_up
from portal.errors import NotFound
from portal.facilities.queries import list_choices
from portal.web.answers import form_page, go, page, toast
from portal.web.candidates import candidates
from portal.web.forms.picking import FoundRecord, Source


@bp.get("/")
@permission("activity.see")
def index() -> Response:
    form = FilterForm(request.args)
    zone = _offer(form)
    stretch = Stretch((), None, more=False)
    if form.validate():
        before = Mark.read(request.args.get("before"))
        stretch = list_entries(form.filters(zone), before=before)
        note("activity.index", new=form.params)
    return _shown(form, stretch, zone)


@bp.post("/export")
@permission("activity.export")
@stepped_up
def export() -> Response:
    """Ask for the file; the worker makes it."""
    form, wanted = FilterForm(request.form), LogExportForm()
    zone = _offer(form)
    if form.validate():
        with form.command_errors():
            commands.ask_export(form.filters(zone), form.params, wanted.chosen, key=wanted.key)
            toast(_("The export is asked for. It appears here when it is made."))
            return go("exchange.made")
    return _shown(form, Stretch((), None, more=False), zone)


@bp.post("/people")
@permission("activity.see")
def people() -> Response:
    """Choices for the field that searches for somebody of the staff."""
    return candidates(_people())


@bp.get("/<int:at>/<int:entry_id>")
@permission("activity.see")
def show(at: int, entry_id: int) -> Response:
    return _entry(at, entry_id, opened=False)


@bp.get("/<int:at>/<int:entry_id>/values")
@permission("activity.open")
def values(at: int, entry_id: int) -> Response:
    """An entry with its encrypted values opened: a read of the patient."""
    return _entry(at, entry_id, opened=True)


def _people() -> Source:
    """Who may have done something: staff of any status."""

    def find(query: str, limit: int, *, only: Any = None) -> list[FoundRecord]:
        return [FoundRecord(*person) for person in find_people(query, limit, only=only)]

    return Source(find, url_for("activity.people"))


def _offer(form: FilterForm) -> str:
    """Fill the form's choices; the zone that its days are in."""
    facilities = list_choices()
    form.set_choices(_people(), facilities)
    return zone_for(facilities, form.facility_id.data)


def _shown(form: FilterForm, stretch: Stretch, zone: str) -> Response:
    only = form.patient_id.data
    return form_page(
        "activity/index.html",
        "activity/_log.html",
        form,
        stretch=stretch,
        zone=zone,
        params=form.params,
        seal_status=get_standing(),
        unreviewed=count_unreviewed(),
        now=clock.real(),
        key=uuid4(),
        only=numbers_of([only]).get(only or 0),
        **around(stretch.lines),
    )


def _entry(at: int, entry_id: int, *, opened: bool) -> Response:
    moment = instant(at)
    if moment is None:
        raise NotFound
    entry = get_entry(Mark(moment, entry_id))
    note("activity.show", table="user_action_audit_log", record=entry_id)
    found = list_values(entry, opened=opened)
    return page(
        "activity/show.html",
        "activity/_entry.html",
        entry=entry,
        values=found,
        opened=opened,
        at=microseconds(entry.occurred_at),
        zone=own_zone(),
        names=names_of([entry.user_id]),
        numbers=numbers_of([entry.patient_id]),
    )
