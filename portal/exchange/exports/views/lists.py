"""/exchange/exports/: the lists there are, which part of one is wanted, and the file."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext
from flask_login import current_user

from portal import clock
from portal.auth.permissions import TABLE, Denied, permission, stepped_up
from portal.errors import NotFound
from portal.exchange.blueprint import bp
from portal.exchange.exports.commands.exporting import MOST_EXPORTED, Part, export_part, part_of
from portal.exchange.exports.files import csv_file, xlsx_file
from portal.exchange.exports.forms import ExportForm, NarrowForm
from portal.exchange.exports.views.downloads import download
from portal.registry.area import areas
from portal.registry.lists import ExportedList, ListColumn
from portal.tenancy.context import request_context
from portal.web.answers import form_page, page


@bp.get("/exports/")
@permission("exchange.export")
def exports() -> Response:
    today = clock.today_in(request_context().timezone)
    # Of visits those to come are wanted most; the form can ask for others.
    begun: dict[str, dict[str, Any]] = {"visits": {"since": today}}
    lists = [
        (each, url_for("exchange.export", list=each.name, **begun.get(each.name, {})))
        for each in areas().lists.values()
        if current_user.can(each.right)
    ]
    return page("exchange/exports.html", lists=lists, most=MOST_EXPORTED)


@bp.route("/exports/new", methods=["GET", "POST"])
@permission("exchange.export")
@stepped_up
def export() -> Response:
    exported = _list_asked()
    narrow, form = NarrowForm(request.args), ExportForm()
    narrow.narrow(exported)
    part = None
    if narrow.validate():
        if form.validate_on_submit():
            return _file(exported, narrow, form.format.data)
        part = part_of(exported, narrow.chosen_filters(), narrow.number)
    faulty = narrow if narrow.errors else form
    others = _other_parts(exported, narrow, part)
    return form_page("exchange/export.html", "exchange/_export.html", faulty, exported=exported,
                     narrow=narrow, choice=form, part=part, here=request.full_path,
                     most=MOST_EXPORTED, other=others)  # fmt: skip


def _list_asked() -> ExportedList:
    exported = areas().lists.get(request.args.get("list", ""))
    if exported is None:
        raise NotFound
    if not current_user.can(exported.right):
        raise Denied(right=gettext(TABLE[exported.right][1]))
    return exported


def _file(exported: ExportedList, narrow: NarrowForm, kind: str) -> Response:
    part = export_part(exported, narrow.chosen_filters(), narrow.number, kind)
    header = [gettext(heading.label) for heading in exported.headings]
    rows = ([_cell(heading, row) for heading in exported.headings] for row in part.rows)
    content = csv_file(header, rows) if kind == "csv" else xlsx_file(exported.name, header, rows)
    number = "" if part.whole else f"-{part.number}"
    return download(content, exported.name, kind, suffix=number)


def _cell(heading: ListColumn, row: Any) -> Any:
    value = heading.value(row)
    return gettext(heading.says[value]) if value in heading.says else value


def _other_parts(
    exported: ExportedList, narrow: NarrowForm, part: Part | None
) -> dict[str, str | None]:
    """Where the part before and the part after are."""
    numbers = {"previous": part.number - 1, "next": part.more and part.number + 1} if part else {}
    filters: dict[str, Any] = {
        field.name: request.args[field.name] for field in narrow if field.name in request.args
    }
    return {
        which: url_for("exchange.export", **filters | {"list": exported.name, "part": number})
        if number
        else None
        for which, number in numbers.items()
    }


def export_address(name: str, **filters: Any) -> str | None:
    """Where a list is exported as a screen has narrowed it; None for who may not."""
    if not (current_user.can("exchange.export") and current_user.can(areas().lists[name].right)):
        return None
    params = {key: value for key, value in filters.items() if value}
    return url_for("exchange.export", list=name, **params)


@bp.record_once
def _give_templates_the_address(state: Any) -> None:
    state.app.jinja_env.globals.update(export_address=export_address)
