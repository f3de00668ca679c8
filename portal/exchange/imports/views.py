"""/exchange/imports/: bringing a file, saying what its columns are, and seeing what it does."""

from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any

from flask import Response, request
from flask_babel import gettext as _

from portal.audit.hook import afterwards
from portal.audit.notes import note
from portal.auth.permissions import permission
from portal.csv_reader import Record, Table, read_table
from portal.errors import N_
from portal.exchange.blueprint import bp
from portal.exchange.exports.files import csv_file
from portal.exchange.exports.views.downloads import download
from portal.exchange.imports.commands import uploads
from portal.exchange.imports.commands.uploads import (
    LARGEST_FILE,
    FileUnreadable,
    discard,
    import_upload,
    opened,
)
from portal.exchange.imports.forms import DiscardForm, UploadForm, mapping_form
from portal.exchange.imports.queries import get_upload, list_uploads
from portal.exchange.imports.rules import readable
from portal.registry.area import areas
from portal.schema.uploads import Upload
from portal.tenancy.context import request_context
from portal.web.answers import form_page, go, page, toast
from portal.web.pagination import Listing, window_from
from portal.web.previews import preview
from portal.web.uploads import takes_file

SHOWN_ROWS = 5
SHOWN_LINES = 200
ENDS = {
    "added": N_("added"),
    "known": N_("here already"),
    "likely": N_("left out: may be here already"),
    "refused": N_("refused"),
}
MAPPING = ("exchange/show.html", "exchange/_mapping.html")


@bp.route("/imports/", methods=["GET", "POST"])
@takes_file(LARGEST_FILE)
@permission("exchange.import")
def imports() -> Response:
    form = UploadForm()
    form.translate_kinds()
    if form.validate_on_submit():
        with form.command_errors():
            file = form.file.data
            upload = uploads.upload(form.kind.data, file.filename or "", file.stream.read())
            return go("exchange.show", upload_id=upload.id)
    window = window_from(request.args.get("page"))
    fetched = list_uploads(limit=window.limit, offset=window.offset)
    return form_page("exchange/imports.html", "exchange/_imports.html", form, kinds=kind_words(),
                     listing=Listing.of(fetched, window))  # fmt: skip


@bp.route("/imports/<int:upload_id>", methods=["GET", "POST"])
@permission("exchange.import")
def show(upload_id: int) -> Response:
    upload = get_upload(upload_id)
    if upload.status != "waiting":
        window = window_from(request.args.get("page"), size=SHOWN_LINES)
        result = readable(upload.report)
        lines = result.get("lines", [])[window.offset : window.offset + window.limit]
        return page("exchange/done.html", "exchange/_report.html", upload=upload, report=result,
                    kinds=kind_words(), listing=Listing.of(lines, window),
                    labels=column_words(upload.kind))  # fmt: skip
    table = _table(upload)
    _note_looked_into(upload)
    form, report = mapping_form(upload.kind, table.header), None
    confirmed = request.form.get("do") == "confirm"
    if form.validate_on_submit():
        with form.command_errors():
            outcome, answer = preview(
                lambda: import_upload(upload, form.places(), **form.options()),
                confirmation_token=form.confirmation_token.data if confirmed else None,
            )
            if answer.stays:
                toast(_("The file is imported."))
                return go("exchange.show", upload_id=upload_id)
            form.confirmation_token.data, report = answer.mark, outcome.report()
            if request.form.get("do") == "report":
                return _report(report, upload.kind)
    return form_page(*MAPPING, form, upload=upload, report=report, table=table, kinds=kind_words(),
                     again=confirmed and report is not None, rows=_first_rows(table),
                     shown_lines=SHOWN_LINES,
                     labels=column_words(upload.kind))  # fmt: skip


@bp.get("/imports/<int:upload_id>/report")
@permission("exchange.import")
def report(upload_id: int) -> Response:
    """The result of each line, as a file. It names nobody: only lines, columns and reasons."""
    upload = get_upload(upload_id)
    if upload.status == "waiting":
        return go("exchange.show", upload_id=upload_id)
    return _report(readable(upload.report), upload.kind)


@bp.route("/imports/<int:upload_id>/discarding", methods=["POST"])
@permission("exchange.import")
def discarding(upload_id: int) -> Response:
    form = DiscardForm()
    upload = get_upload(upload_id)
    if form.validate():
        discard(upload)
        toast(_("The file is discarded; nothing was imported."))
    return go("exchange.imports")


def _note_looked_into(upload: Upload) -> None:
    """Have the log say who read a colleague's file: whoever it is of is nobody's patient yet.

    A form that is refused shows the file as well, and what it wrote is rolled back.
    """
    if upload.uploaded_by != request_context().user_id:
        about = {"kind": upload.kind}
        afterwards(partial(note, "exchange.show", table="uploads", record=upload.id, new=about))


def _table(upload: Upload) -> Table:
    """The waiting file's; one that does not open any more can only be discarded."""
    if not isinstance(upload.content, bytes):
        raise FileUnreadable
    return read_table(opened(upload.content))


def _report(result: dict[str, Any], kind: str) -> Response:
    """In the order of the file, for a spreadsheet."""
    labels = column_words(kind)
    lines = sorted(result.get("lines", []), key=itemgetter("line"))
    header = [_("Line"), _("Result"), _("Why")]
    ends = {outcome: _(end) for outcome, end in ENDS.items()}
    rows = ([each["line"], ends[each["outcome"]], _why(each, labels)] for each in lines)
    return download(csv_file(header, rows), "import-report", "csv")


def _why(line: dict[str, Any], labels: dict[str, str]) -> str:
    reasons = []
    for error in line["said"]:
        column, message = labels.get(error["field"] or "", error["field"]), error["message"]
        reason = _(message, **error["params"])
        reasons.append(f"{column}: {reason}" if column else reason)
    return "; ".join(reasons)


def kind_words() -> dict[str, str]:
    """The labels of the kinds that can be imported."""
    return {kind: each.label for kind, each in areas().imports.items()}


def column_words(kind: str) -> dict[str, str]:
    """The labels of a kind's columns in the reader's language."""
    return {column.name: _(column.label) for column in areas().imports[kind].columns}


def _first_rows(table: Table) -> list[list[str]]:
    records = (each.values for each in table.records if isinstance(each, Record))
    return list(islice(records, SHOWN_ROWS))
