"""One key in the matrix of acceptance: A accepts, X ends; and taking that back."""

from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.insurance.commands.acceptance import change_acceptance, put_terms_back
from portal.insurance.forms import MarkForm
from portal.insurance.queries.payers import get_plan
from portal.insurance.rules import Cover, Terms
from portal.insurance.views.acceptance import CELL, cell_of
from portal.insurance.views.blueprint import bp
from portal.insurance.views.messages import marked, say_marked
from portal.registry.ways import SaidAct, WayBack
from portal.schema.acts import OwnAct
from portal.schema.insurance import FacilityInsurancePlan
from portal.undoing.rules import LookFirst
from portal.undoing.ways import say_undone
from portal.web.answers import asks_for_fragment, go, stay
from portal.web.errors import error_page
from portal.web.filters import shortdate
from portal.web.forms.versions import held, last_change
from portal.web.previews import NOTHING, preview


@bp.post(f"{CELL}/mark")
@permission("insurance.manage")
def mark(facility_id: int, plan_id: int) -> Response:
    """One key: done at once when it touches nobody, else the page that shows whom."""
    held(get_plan(plan_id))
    cell, form = cell_of(facility_id, plan_id), MarkForm()
    if not form.validate():
        return go("insurance.terms_edit", facility_id=facility_id, plan_id=plan_id)
    if form.shown_version.data and form.shown_version.data != cell["cover"].version:
        return _changed_meanwhile(cell, form.enabled.data)
    _affected, answer = preview(
        lambda: change_acceptance([facility_id], [plan_id], form.change()),
        confirmation_token=NOTHING,
    )
    if not answer.stays:
        return go("insurance.terms_edit", facility_id=facility_id, plan_id=plan_id, enabled="n")
    now = cell_of(facility_id, plan_id)
    say_marked(cell, now)
    return stay("insurance/_cell.html", "insurance.acceptance", **now)


def _changed_meanwhile(cell: dict[str, Any], enabled: str) -> Response:
    """Another person's choice beside this one's: whoever presses again has seen both."""
    last = last_change(cell["acceptance"])
    text = _(
        "%(name)s changed %(plan)s at %(facility)s meanwhile. Now: %(theirs)s. You chose: "
        "%(yours)s. Nothing was changed; press the key again for yours.",
        name=last.name if last else _("Somebody"), plan=cell["plan"].name,
        facility=cell["facility"].name, theirs=_in_words(cell["cover"]),
        yours=_("Accepted") if enabled == "y" else _("Not accepted"),
    )  # fmt: skip
    response = error_page(409, text)
    if asks_for_fragment():
        html = render_template("insurance/_cell.html", **cell)
        response.set_data(response.get_data(as_text=True) + html)
    return response


def _in_words(cover: Cover) -> str:
    if not cover.enabled:
        return str(_("Not accepted"))
    first, last = cover.accepted_since, cover.accepted_until
    dates = [_("since %(day)s", day=shortdate(first))] if first else []
    dates += [_("until %(day)s", day=shortdate(last))] if last else []
    return ", ".join([_("Accepted"), *dates])


def _cell(act: OwnAct) -> dict[str, Any]:
    return cell_of(act.before["facility"], act.before["plan"])


def _mark_back(act: OwnAct) -> Response:
    """Done at once when it touches nobody, as the mark itself."""
    was, cell = act.before, _cell(act)
    ids = {"facility_id": cell["facility"].id, "plan_id": cell["plan"].id}
    terms = Terms.read(was)
    _affected, answer = preview(
        lambda: put_terms_back(**ids, terms=terms), confirmation_token=NOTHING
    )
    if not answer.stays:
        raise LookFirst(url_for("insurance.terms_edit", **ids, enabled="n"))
    now = cell_of(**ids)
    say_undone(act, SaidAct(f"{marked(now, accepted=now['cover'].enabled)}."))
    return stay("insurance/_cell.html", "insurance.acceptance", **now)


ACCEPTANCE_MARKED = WayBack(
    right="insurance.manage",
    mark=lambda act: _cell(act)["cover"].version,
    describe=lambda act: SaidAct(marked(_cell(act), accepted=act.before["accepted"])),
    take_back=_mark_back,
    record=FacilityInsurancePlan,
)
