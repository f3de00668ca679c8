"""/insurance/: payers, and each with its plans."""

from flask import Response, request
from flask_babel import gettext as _

from portal.auth.permissions import permission
from portal.facilities.queries import today_at
from portal.insurance.commands.payers import add_payer, change_payer
from portal.insurance.forms import PayerForm
from portal.insurance.queries.payers import get_payer, list_plans, search_payers
from portal.insurance.views.blueprint import bp
from portal.web.answers import form_page, go, page, toast
from portal.web.forms.versions import held
from portal.web.pagination import Listing, window_from


@bp.get("/")
@permission("insurance.see")
def index() -> Response:
    window = window_from(request.args.get("page"))
    query = request.args.get("q", "").strip()
    fetched = search_payers(query=query, limit=window.limit, offset=window.offset)
    listing = Listing.of(fetched, window)
    return page("insurance/index.html", "insurance/_list.html", listing=listing, query=query)


@bp.get("/<int:payer_id>")
@permission("insurance.see")
def show(payer_id: int) -> Response:
    payer = get_payer(payer_id)
    window = window_from(request.args.get("page"))
    plans = list_plans(payer_id=payer_id, limit=window.limit, offset=window.offset)
    listing = Listing.of(plans, window)
    return page("insurance/show.html", "insurance/_payer.html", payer=payer, listing=listing,
                today=today_at(None))  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission("insurance.manage")
def new() -> Response:
    form = PayerForm()
    if form.validate_on_submit():
        with form.command_errors():
            payer = add_payer(form.details())
            toast(_("%(name)s added. Next: its plans.", name=payer.name))
            return go("insurance.show", payer_id=payer.id)
    return form_page("insurance/new.html", "insurance/_form.html", form, payer=None)


@bp.route("/<int:payer_id>/edit", methods=["GET", "POST"])
@permission("insurance.manage")
def edit(payer_id: int) -> Response:
    payer = held(get_payer(payer_id))
    form = PayerForm(obj=payer, data=payer.contact, edits=payer)
    if form.validate_on_submit():
        with form.command_errors():
            change_payer(payer, form.details())
            toast(_("%(name)s saved.", name=payer.name))
            return go("insurance.show", payer_id=payer.id)
    return form_page("insurance/edit.html", "insurance/_form.html", form, payer=payer)
