"""/setup/: the checklist of a new clinic, and what can be booked."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.setup import commands, labels
from portal.setup.forms import CoverageForm, DismissalForm
from portal.setup.queries import coverage as coverage_queries
from portal.setup.queries.checklist import counts
from portal.setup.rules import DONE, MISSING, checklist, next_line
from portal.setup.screens.links import mending, ways
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.fields import record_number

bp = Blueprint("setup", __name__, url_prefix="/setup")


@bp.get("/")
@permission("setup.manage")
def index() -> Response:
    return _shown(DismissalForm())


@bp.post("/dismissal")
@permission("setup.manage")
def dismissal() -> Response:
    form = DismissalForm()
    if form.validate_on_submit():
        with form.command_errors():
            commands.dismiss_checklist()
            toast(_("Checklist dismissed. It stays here, under Setup."))
            return go("appointments.day")
    return _shown(form)


@bp.post("/restoration")
@permission("setup.manage")
def restoration() -> Response:
    if DismissalForm().validate_on_submit():
        commands.restore_checklist()
    return go("setup.index")


@bp.get("/coverage")
@permission("setup.manage")
def coverage() -> Response:
    form = CoverageForm(request.args)
    query = form.query()
    found = coverage_queries.coverage(query, after=record_number(request.args.get("after")))
    return page("setup/coverage.html", "setup/_coverage.html", form=form, found=found,
                labels=labels, mending=mending,
                query={name: value or None for name, value in vars(query).items()})  # fmt: skip


def _shown(form: DismissalForm) -> Response:
    lines = checklist(counts())
    return form_page("setup/index.html", "setup/_checklist.html", form, lines=lines, labels=labels,
                     ways=ways, now=next_line(lines), done=sum(x.state == DONE for x in lines),
                     ready=all(line.state != MISSING for line in lines))  # fmt: skip
