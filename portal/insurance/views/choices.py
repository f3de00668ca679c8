"""Choices for fields that search for a plan or a payer."""

from flask import Response

from portal.auth.permissions import permission
from portal.insurance.labels import payers, plans
from portal.insurance.views.blueprint import bp
from portal.web.candidates import candidates


@bp.post("/plans/choices")
@permission("insurance.see")
def plan_choices() -> Response:
    return candidates(plans())


@bp.post("/choices")
@permission("insurance.see")
def payer_choices() -> Response:
    return candidates(payers())
